"""PDF files: scanned pages are read as pictures, and written again, with a text layer where tesseract is there."""

import io
import re
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pypdfium2.raw
from PIL import Image

from autoencode.cleaning.documents import Document, copy_bytes
from autoencode.cleaning.page_image import PageImage
from autoencode.errors import DataError
from autoencode.storage import atomic_open

_POINTS = 72
_LEAST_DPI, _MOST_DPI = 100, 600
_MOST_PIXELS = 80_000_000
_COVERED = 0.6
_OCR_SECONDS = 300
_ROUNDING = 1e-6
"""Against a row of pixels more than the picture has, since the size of what is drawn is rounded up."""
_SKEW = 0.02
"""How far from square the pixels of a picture may be, that are taken as they are."""
_DESCRIPTION = ("Title", "Author", "Subject", "Keywords", "CreationDate")
_TAIL = 2048
_TRAILER = re.compile(
    rb"trailer\s*<<(?P<entries>.*/Info (?P<info>\d+) 0 R.*)>>\s*startxref\s+(?P<table>\d+)\s+%%EOF\s*$", re.DOTALL
)
_PICTURE, _LETTERS, _GROUP = (
    pypdfium2.raw.FPDF_PAGEOBJ_IMAGE,
    pypdfium2.raw.FPDF_PAGEOBJ_TEXT,
    pypdfium2.raw.FPDF_PAGEOBJ_FORM,
)


class PdfDocument(Document):
    """A PDF file.

    A page is a scan if pictures cover most of it and no visible text is drawn beside them. It is read at the resolution
    of its largest picture, with all that is drawn over it: lines, boxes, annotations and the fields of forms. All other
    pages stay as they are.

    Args:
        pdf: the open file.
        source: the file, or its bytes.
    """

    def __init__(self, pdf: pypdfium2.PdfDocument, source: Path | bytes) -> None:
        self.pdf, self.source = pdf, source
        self.n_pages = len(pdf)

    @classmethod
    @contextmanager
    def opened(cls, source: Path | bytes) -> "Generator[PdfDocument]":
        """Opens a file.

        Raises:
            DataError: it is damaged, has a password or no pages.
        """
        try:
            pdf = pypdfium2.PdfDocument(source)
        except pypdfium2.PdfiumError as error:
            locked = "password" in str(error).lower()
            reason = "it has a password: save it without one" if locked else "a damaged PDF"
            raise DataError(reason) from error
        try:
            if len(pdf) == 0:
                raise DataError("a PDF without pages")
            pdf.init_forms()  # else what stands in the fields of a form is not drawn
            yield cls(pdf, source)
        finally:
            pdf.close()

    def pages(self) -> Iterator[PageImage | None]:
        """The scanned pages as pictures, and None for each that is no scan."""
        for number in range(self.n_pages):
            yield self._page(number)

    def _page(self, number: int) -> PageImage | None:
        try:
            page = self.pdf[number]
            dpi = _scan_resolution(page)
            if dpi is None:
                return None
            image = _whole_picture(page) or _drawn(page, dpi)
            page.close()
        except (pypdfium2.PdfiumError, ValueError, MemoryError) as error:
            raise DataError(f"page {number + 1} is damaged: {error}") from error
        pixels = np.array(image.convert("RGB"))
        if bool((pixels == pixels[..., :1]).all()):
            pixels = np.ascontiguousarray(pixels[..., 0])
        bilevel = pixels.ndim == 2 and _is_bilevel(self.pdf[number])
        annotated = _has_annotations(self.pdf[number])
        notes = ("annotations became part of the picture",) if annotated else ()
        return PageImage(pixels, bilevel=bilevel, dpi=(dpi, dpi), notes=notes)

    def write(self, pages: Iterable[PageImage | None], out: Path) -> tuple[str, ...]:
        """Writes a PDF with cleaned pages in the place of the scans; the same bytes where no page was cleaned.

        Args:
            pages: cleaned ones, and None for those that stay.
            out: the file.
        """
        tesseract = shutil.which("tesseract")
        stay = list[int]()
        with tempfile.TemporaryDirectory(prefix="autoencode-") as folder, atomic_open(out) as file:
            new, draft = pypdfium2.PdfDocument.new(), Path(folder) / "draft"
            for number, page in enumerate(pages):
                if page is None:
                    new.import_pages(self.pdf, [number])
                    stay.append(number)
                elif tesseract:
                    _add_searchable(new, page, Path(folder) / str(number), tesseract)
                else:
                    _add_picture(new, page, self.pdf.get_page_size(number), Path(folder) / f"{number}.jpg")
            new.save(draft)
            new.close()
            _add_description(draft, self.pdf.get_metadata_dict(skip_empty=True))
            copy_bytes(self.source if len(stay) == self.n_pages else draft, file)
        searchable = tesseract or len(stay) == self.n_pages
        notes = () if searchable else ("its text cannot be searched: install tesseract for that",)
        if others := sum(_scan_resolution(self.pdf[number]) is None for number in stay):
            notes += (f"{others} of {self.n_pages} pages are no scans and stay as they were",)
        return notes


def _add_description(file: Path, texts: dict[str, str]) -> None:
    """Adds the title, the author and so on behind the end of a file that pdfium wrote; it cannot write them itself."""
    known = {name: text for name, text in texts.items() if name in _DESCRIPTION}
    with file.open("r+b") as pdf:
        end = pdf.seek(0, io.SEEK_END)
        pdf.seek(max(0, end - _TAIL))
        found = _TRAILER.search(pdf.read())
        if not known or found is None:
            return
        entries, number, table = (found[name] for name in ("entries", "info", "table"))
        values = b"".join(b"/%s<%s>" % (name.encode(), _hex(text)) for name, text in known.items())
        item = b"%s 0 obj\n<<%s>>\nendobj\n" % (number, values)
        pdf.write(item + b"xref\n%s 1\n%010d 00000 n\r\n" % (number, end))
        pdf.write(b"trailer\n<<%s/Prev %s>>\nstartxref\n%d\n%%%%EOF\n" % (entries, table, end + len(item)))


def _hex(text: str) -> bytes:
    return (b"\xfe\xff" + text.encode("utf-16-be", "replace")).hex().encode()


def _scan_resolution(page: Any) -> float | None:
    """Pixels for an inch of the pictures that cover a page; None for a page that is no scan."""
    left, bottom, right, top = page.get_bbox()
    area = (right - left) * (top - bottom)
    if area <= 0:
        return None
    objects = _objects(page)
    pictures = [item for item in objects if item.type == _PICTURE]
    if not pictures or any(item.type == _LETTERS and not _is_invisible_text(item) for item in objects):
        return None
    covered, dpi = 0.0, 0.0
    for picture in pictures:
        x0, y0, x1, y1 = picture.get_bounds()
        covered += max(0.0, min(x1, right) - max(x0, left)) * max(0.0, min(y1, top) - max(y0, bottom)) / area
        a, b, *_ = picture.get_matrix().get()
        if a or b:
            dpi = max(dpi, _POINTS * picture.get_px_size()[0] / float(np.hypot(a, b)))
    if covered < _COVERED:
        return None
    most = (_MOST_PIXELS / area) ** 0.5 * _POINTS
    return min(float(np.clip(dpi, _LEAST_DPI, _MOST_DPI)), most)


def _objects(page: Any) -> list[Any]:
    return list(page.get_objects(max_depth=3))


def _drawn(page: Any, dpi: float) -> Image.Image:
    """The page as a viewer would draw it."""
    return page.render(scale=(1 - _ROUNDING) * dpi / _POINTS).to_pil()


def _is_bilevel(page: Any) -> bool:
    """Whether pictures of one bit a pixel are all that is seen on a page."""
    pictures = [item for item in _objects(page) if item.type == _PICTURE]
    return _has_only_pictures(page) and all(picture.get_metadata().bits_per_pixel == 1 for picture in pictures)


def _has_only_pictures(page: Any) -> bool:
    """Whether pictures are all that is seen on a page."""
    unseen = [item.type in (_PICTURE, _GROUP) or _is_invisible_text(item) for item in _objects(page)]
    return all(unseen) and not _has_annotations(page)


def _has_annotations(page: Any) -> bool:
    return pypdfium2.raw.FPDFPage_GetAnnotCount(page.raw) > 0


def _whole_picture(page: Any) -> Image.Image | None:
    """The one picture of a page that it fills, upright, with its own pixels; None where the page must be drawn.

    It must be drawn if anything lies over the picture or changes how it looks, else that would be lost.
    """
    pictures = [item for item in _objects(page) if item.type == _PICTURE]
    if len(pictures) != 1 or pictures[0].level or page.get_rotation() or not _has_only_pictures(page):
        return None
    if not _fills_page(pictures[0], page.get_bbox()) or _is_masked(pictures[0]):
        return None
    return pictures[0].get_bitmap(render=False).to_pil()


def _fills_page(picture: Any, page: tuple[float, float, float, float]) -> bool:
    """Whether a picture ends where its page ends, upright, and has square pixels, not too many."""
    a, b, c, d, *_ = picture.get_matrix().get()
    ends = all(abs(one - other) < 1 for one, other in zip(picture.get_bounds(), page, strict=True))
    width, height = picture.get_px_size()
    square = a > 0 and d > 0 and b == c == 0 and abs(width * d / (height * a) - 1) < _SKEW
    return ends and square and width * height <= _MOST_PIXELS


def _is_masked(picture: Any) -> bool:
    """Whether a picture has a mask, is one, is cut out, or lets something shine through."""
    raw = pypdfium2.raw
    if (
        raw.FPDFPageObj_HasTransparency(picture.raw)
        or raw.FPDFClipPath_CountPaths(raw.FPDFPageObj_GetClipPath(picture.raw)) > 0
    ):
        return True
    seen = picture.get_bitmap(render=True, scale_to_original=False).to_numpy()
    return seen.ndim == 3 and seen.shape[2] == 4 and bool((seen[..., 3] < 255).any())


def _is_invisible_text(item: Any) -> bool:
    raw = pypdfium2.raw
    return item.type == _LETTERS and (raw.FPDFTextObj_GetTextRenderMode(item.raw) == raw.FPDF_TEXTRENDERMODE_INVISIBLE)


def _encoded(page: PageImage) -> tuple[bytes, str]:
    """The bytes of a page for a PDF: JPEG, or PNG for black and white."""
    file, image = io.BytesIO(), page.to_pillow()
    if page.bilevel:
        image.save(file, "PNG", dpi=page.dpi)
        return file.getvalue(), ".png"
    image.save(file, "JPEG", quality=85, dpi=page.dpi)
    return file.getvalue(), ".jpg"


def _add_searchable(pdf: pypdfium2.PdfDocument, page: PageImage, stem: Path, tesseract: str) -> None:
    """Adds a page with an invisible layer of its text, which tesseract reads."""
    content, suffix = _encoded(page)
    picture = stem.with_suffix(suffix)
    picture.write_bytes(content)
    dpi = round(page.dpi[0]) if page.dpi else 300
    command = [tesseract, str(picture), str(stem), "--dpi", str(dpi), "pdf"]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=_OCR_SECONDS)  # noqa: S603
        with pypdfium2.PdfDocument(stem.with_suffix(".pdf")) as one:
            pdf.import_pages(one)
    except (subprocess.SubprocessError, OSError, pypdfium2.PdfiumError):
        width, height = Image.open(io.BytesIO(content)).size
        size = (width * _POINTS / dpi, height * _POINTS / dpi)
        _add_picture(pdf, page, size, picture.with_suffix(".page.jpg"))
    finally:
        picture.unlink()
        stem.with_suffix(".pdf").unlink(missing_ok=True)


def _add_picture(pdf: pypdfium2.PdfDocument, page: PageImage, size: tuple[float, float], file: Path) -> None:
    """Adds a page that is a picture; its bytes stay in `file` until the PDF is saved."""
    width, height = size
    new = pdf.new_page(width, height)
    image = pypdfium2.PdfImage.new(pdf)
    if page.bilevel:
        bitmap = pypdfium2.PdfBitmap.from_pil(page.to_pillow().convert("L"))
        image.set_bitmap(bitmap)
    else:
        file.write_bytes(_encoded(page)[0])
        image.load_jpeg(file, inline=False)
    image.set_matrix(pypdfium2.PdfMatrix().scale(width, height))
    new.insert_obj(image)
    new.gen_content()
