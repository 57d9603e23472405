"""What is cleaned: pictures, TIFF files of several pages, and PDF files, read and written page by page."""

import io
import shutil
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from PIL import TiffImagePlugin

from autoencode.cleaning.page_image import PageImage, from_pillow, opened
from autoencode.errors import DataError
from autoencode.storage import atomic_open

PAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp")
"""The pictures that keep their kind; what else there is becomes PNG."""
_KINDS = {".png": "PNG", ".webp": "WEBP", ".tif": "TIFF", ".tiff": "TIFF", ".jpg": "JPEG", ".jpeg": "JPEG"} | {
    ".bmp": "BMP"
}
_MOVING = ("GIF", "PNG", "WEBP", "AVIF")
"""Those that hold animations; a JPEG of several pictures holds one photograph and previews of it."""
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
            pages: cleaned ones, and None for those that stay as the source has them.
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
            yield self._page(number)

    def _page(self, number: int) -> PageImage:
        with opened(self.source) as image:
            if number:
                image.seek(number)
            return from_pillow(image)

    def write(self, pages: Iterable[PageImage | None], out: Path) -> tuple[str, ...]:
        """Writes the cleaned pages as they come; the same bytes where none was cleaned and the kind stays."""
        kind, notes, numbered = _KINDS[out.suffix.lower()], list[str](), enumerate(pages)
        first = next(((number, page) for number, page in numbered if page is not None), None)
        with tempfile.TemporaryFile() as draft, atomic_open(out) as file:
            if first is None and kind == self._kind:
                copy_bytes(self.source, file)
                return ()
            stay = range(self.n_pages if first is None else first[0])
            rest = [] if first is None else [first]
            everything = chain(((number, None) for number in stay), rest, numbered)
            # Pillow reads again what it wrote of a TIFF file of several pages, so that is not written in its place.
            _save((page or self._left(number, notes) for number, page in everything), kind, draft)
            draft.seek(0)
            shutil.copyfileobj(draft, file)
        return tuple(notes)

    def _left(self, number: int, notes: list[str]) -> PageImage:
        """A page that stays, with what is lost because its file is written anew."""
        page = self._page(number)
        notes += page.notes
        return page

    @property
    def _kind(self) -> str | None:
        return None if isinstance(self.source, bytes) else _KINDS.get(self.source.suffix.lower())

    def to_png(self, page: PageImage) -> bytes:
        """The cleaned page as the bytes of a PNG file."""
        file = io.BytesIO()
        _save([page], "PNG", file)
        return file.getvalue()


def copy_bytes(source: Path | bytes, file: Any) -> None:
    """Copies what is in a file, or bytes.

    Args:
        source: the file, or its bytes.
        file: is written to.

    Raises:
        DataError: it cannot be read any more.
    """
    if isinstance(source, bytes):
        file.write(source)
        return
    try:
        content = source.open("rb")
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}") from error
    with content:
        shutil.copyfileobj(content, file)


def _save(pages: Iterable[PageImage], kind: str, file: Any) -> None:
    if kind != "TIFF":
        _encode(next(iter(pages)), kind, file)
        return
    with TiffImagePlugin.AppendingTiffWriter(file) as writer:
        for page in pages:
            _encode(page, kind, writer, compression="group4" if page.bilevel else "tiff_adobe_deflate")
            writer.newFrame()


def _encode(page: PageImage, kind: str, file: Any, **more: Any) -> None:
    """Writes one page.

    Raises:
        DataError: this kind of file cannot hold it.
    """
    options = {"dpi": page.dpi, "icc_profile": page.profile, **_OPTIONS.get(kind, {}), **more}
    try:
        page.to_pillow().save(file, kind, **{name: value for name, value in options.items() if value})
    except (OSError, ValueError, RuntimeError) as error:
        if isinstance(error, OSError) and error.errno:
            raise  # the disk, not the page
        raise DataError(f"it cannot be written as {kind}: {error}") from error


def open_picture_document(source: Path | bytes) -> PictureDocument:
    """Reads how many pages there are, and nothing else.

    Raises:
        DataError: it is no picture, or an animation.
    """
    with opened(source) as image:
        if image.format == "TIFF":
            return PictureDocument(source, getattr(image, "n_frames", 1))
        if image.format in _MOVING and getattr(image, "is_animated", False):
            raise DataError("it moves, and still pictures are cleaned: save the frame that you want")
        return PictureDocument(source, 1)


def is_pdf(start: bytes) -> bool:
    """Whether a file is a PDF, by its first bytes."""
    return b"%PDF-" in start[:1024]


@contextmanager
def open_document(source: Path | bytes) -> Generator[Document]:
    """A document from a file or its bytes.

    Args:
        source: the file, or its bytes.

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
    with PdfDocument.opened(source) as document:
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
