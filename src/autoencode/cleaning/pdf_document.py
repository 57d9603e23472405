"""PDF files: scanned pages are read as pictures, and written again, with a text layer where tesseract is there."""

import io
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pypdfium2.raw
from PIL import Image

from autoencode.cleaning.documents import Document
from autoencode.cleaning.page_image import PageImage
from autoencode.errors import DataError
from autoencode.storage import atomic_open

_POINTS = 72
_LEAST_DPI, _MOST_DPI = 100, 600
_MOST_PIXELS = 80_000_000
_COVERED = 0.6
_OCR_SECONDS = 300


class PdfDocument(Document):
    """A PDF file.

    A page is a scan if pictures cover most of it and nothing but invisible text is drawn beside them. It is read at the
    resolution of its largest picture. All other pages stay as they are.

    Args:
        pdf: the open file.
        note: receives a line about what a person may want to know.
    """

    def __init__(self, pdf: pypdfium2.PdfDocument, note: Callable[[str], None]) -> None:
        self.pdf, self.note = pdf, note
        self.n_pages = len(pdf)

    @classmethod
    @contextmanager
    def opened(cls, source: Path | bytes, note: Callable[[str], None]) -> "Generator[PdfDocument]":
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
            yield cls(pdf, note)
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
        return PageImage(pixels, bilevel=bilevel, dpi=(dpi, dpi))

    def write(self, pages: Iterable[PageImage | None], out: Path) -> tuple[str, ...]:
        """Writes a PDF with cleaned pages in the place of the scans.

        Args:
            pages: cleaned ones, and None for those that stay.
            out: the file.
        """
        tesseract = shutil.which("tesseract")
        kept = 0
        with tempfile.TemporaryDirectory(prefix="autoencode-") as folder, atomic_open(out) as file:
            new = pypdfium2.PdfDocument.new()
            for number, page in enumerate(pages):
                if page is None:
                    new.import_pages(self.pdf, [number])
                    kept += 1
                elif tesseract:
                    _add_searchable(new, page, Path(folder) / str(number), tesseract)
                else:
                    _add_picture(new, page, self.pdf.get_page_size(number), Path(folder) / f"{number}.jpg")
            new.save(file)
            new.close()
        notes = (
            () if tesseract or kept == self.n_pages else ("its text cannot be searched: install tesseract for that",)
        )
        if kept:
            notes += (f"{kept} of {self.n_pages} pages are no scans and stay as they were",)
        return notes


def _scan_resolution(page: Any) -> float | None:
    """Pixels for an inch of the pictures that cover a page; None for a page that is no scan."""
    width, height = page.get_size()
    if width <= 0 or height <= 0:
        return None
    pictures = [o for o in page.get_objects(max_depth=3) if o.type == pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]
    drawn = [o for o in page.get_objects(max_depth=3) if _is_visible_drawing(o)]
    if not pictures or drawn:
        return None
    covered, dpi = 0.0, 0.0
    for picture in pictures:
        left, bottom, right, top = picture.get_bounds()
        inside = max(0.0, min(right, width) - max(left, 0)) * max(0.0, min(top, height) - max(bottom, 0))
        covered += inside / (width * height)
        a, b, *_ = picture.get_matrix().get()
        if a or b:
            dpi = max(dpi, _POINTS * picture.get_px_size()[0] / float(np.hypot(a, b)))
    if covered < _COVERED:
        return None
    most = (_MOST_PIXELS / (width * height)) ** 0.5 * _POINTS
    return min(float(np.clip(dpi, _LEAST_DPI, _MOST_DPI)), most)


def _drawn(page: Any, dpi: float) -> Image.Image:
    """The page as a viewer would draw it."""
    return page.render(scale=dpi / _POINTS, may_draw_forms=False).to_pil()


def _is_bilevel(page: Any) -> bool:
    """Whether the pictures of a page have one bit a pixel."""
    pictures = [o for o in page.get_objects(max_depth=3) if o.type == pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]
    return all(picture.get_metadata().bits_per_pixel == 1 for picture in pictures)


def _whole_picture(page: Any) -> Image.Image | None:
    """The one picture of a page that it fills, upright, with its own pixels; None where the page must be drawn."""
    pictures = [o for o in page.get_objects(max_depth=3) if o.type == pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]
    if len(pictures) != 1 or page.get_rotation():
        return None
    a, b, c, d, *_ = pictures[0].get_matrix().get()
    left, bottom, right, top = pictures[0].get_bounds()
    width, height = page.get_size()
    fills = max(abs(left), abs(bottom), abs(right - width), abs(top - height)) < 1
    pixels = pictures[0].get_px_size()
    if not (fills and a > 0 and d > 0 and b == c == 0 and pixels[0] * pixels[1] <= _MOST_PIXELS):
        return None
    return pictures[0].get_bitmap(render=False).to_pil()


def _is_visible_drawing(item: Any) -> bool:
    """Whether it is text that can be seen; lines, such as a frame of a scanner's software, do not count."""
    raw = pypdfium2.raw
    if item.type != raw.FPDF_PAGEOBJ_TEXT:
        return False
    return raw.FPDFTextObj_GetTextRenderMode(item.raw) != raw.FPDF_TEXTRENDERMODE_INVISIBLE


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
