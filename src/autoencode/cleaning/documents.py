"""What is cleaned: pictures, TIFF files of several pages, and PDF files, read and written page by page."""

import io
import shutil
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autoencode.cleaning.page_image import PageImage, from_pillow, opened
from autoencode.errors import DataError
from autoencode.storage import atomic_open

PAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp")
"""The pictures that keep their kind; what else there is becomes PNG."""
_KINDS = {".png": "PNG", ".webp": "WEBP", ".tif": "TIFF", ".tiff": "TIFF", ".jpg": "JPEG", ".jpeg": "JPEG"} | {
    ".bmp": "BMP"
}
_OPAQUE = ("JPEG", "BMP")
_OPTIONS: dict[str, dict[str, Any]] = {"JPEG": {"quality": 92, "subsampling": 0}, "WEBP": {"quality": 92}}


class Document(ABC):
    """A file with pages."""

    n_pages: int
    """How many."""

    @abstractmethod
    def pages(self) -> Iterator[PageImage | None]:
        """The pages, one at a time; None for one that is no picture and stays as it is."""

    @abstractmethod
    def write(self, pages: Iterable[PageImage | None], out: Path) -> tuple[str, ...]:
        """Writes the cleaned pages, and those that stay, as they come; returns notes, a line each.

        Args:
            pages: cleaned ones, and None for those that stay.
            out: the file.
        """


@dataclass(frozen=True)
class PictureDocument(Document):
    """A picture, or a TIFF file of several pages.

    Args:
        source: the file, or its bytes.
        n_pages: how many there are.
    """

    source: Path | bytes
    n_pages: int

    def pages(self) -> Iterator[PageImage]:
        """The pages, one at a time."""
        for number in range(self.n_pages):
            with opened(self.source) as image:
                if number:
                    image.seek(number)
                page = from_pillow(image)
            yield page

    def write(self, pages: Iterable[PageImage | None], out: Path) -> tuple[str, ...]:
        """Writes the cleaned pages as they come."""
        # Pillow reads again what it wrote of a TIFF file of several pages, so that is not written in its place.
        with tempfile.TemporaryFile() as draft, atomic_open(out) as file:
            _save(pages, _KINDS[out.suffix.lower()], draft)
            draft.seek(0)
            shutil.copyfileobj(draft, file)
        return ()

    def to_png(self, pages: Iterable[PageImage | None]) -> bytes:
        """The cleaned page as the bytes of a PNG file."""
        file = io.BytesIO()
        _save(pages, "PNG", file)
        return file.getvalue()


def _save(pages: Iterable[PageImage | None], kind: str, file: Any) -> None:
    images = (page for page in pages if page is not None)
    first = next(images)
    options = {"dpi": first.dpi, "icc_profile": first.profile, **_OPTIONS.get(kind, {})}
    if kind == "TIFF":
        compression = "group4" if first.bilevel else "tiff_adobe_deflate"
        options |= {"compression": compression, "save_all": True, "append_images": (i.to_pillow() for i in images)}
    first.to_pillow().save(file, kind, **{name: value for name, value in options.items() if value})


def open_picture_document(source: Path | bytes) -> PictureDocument:
    """Reads how many pages there are, and nothing else.

    Raises:
        DataError: it is no picture.
    """
    with opened(source) as image:
        several = image.format == "TIFF"
        return PictureDocument(source, getattr(image, "n_frames", 1) if several else 1)


def is_pdf(start: bytes) -> bool:
    """Whether a file is a PDF, by its first bytes."""
    return b"%PDF-" in start[:1024]


@contextmanager
def open_document(source: Path | bytes, *, note: Callable[[str], None]) -> Generator[Document]:
    """A document from a file or its bytes.

    Args:
        source: the file, or its bytes.
        note: receives a line about what a person may want to know.

    Raises:
        DataError: neither a picture nor a PDF, or damaged, or locked with a password.
    """
    from autoencode.cleaning.pdf_document import PdfDocument

    try:
        start = source[:1024] if isinstance(source, bytes) else _first_bytes(source)
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}") from error
    if not start:
        raise DataError("the file is empty")
    if not is_pdf(start):
        yield open_picture_document(source)
        return
    with PdfDocument.opened(source, note) as document:
        yield document


def _first_bytes(path: Path) -> bytes:
    if not path.is_file():
        raise DataError("no such file" if not path.exists() else "not a file")
    with path.open("rb") as file:
        return file.read(1024)


def output_suffix(suffix: str, *, alpha: bool = False) -> str:
    """The ending of a cleaned copy: the same where that kind is written, else .png."""
    suffix = suffix.lower()
    known = suffix == ".pdf" or suffix in PAGE_SUFFIXES
    return suffix if known and not (alpha and _KINDS.get(suffix) in _OPAQUE) else ".png"
