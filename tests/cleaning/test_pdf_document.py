import io
import shutil

import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFont

from autoencode.cleaning.documents import open_document
from autoencode.errors import DataError

needs_tesseract = pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed")


def lettered(size=(850, 1100), words="THE QUICK BROWN FOX"):
    page = Image.new("L", size, 255)
    ImageDraw.Draw(page).text((80, 120), words, 0, ImageFont.load_default(48))
    return page


def add_text(pdf, page, words="Hi"):
    text = pypdfium2.raw.FPDFPageObj_NewTextObj(pdf.raw, b"Helvetica", 12.0)
    pypdfium2.raw.FPDFText_SetText(text, (pypdfium2.raw.FPDF_WCHAR * (len(words) + 1))(*map(ord, words), 0))
    page.insert_obj(pypdfium2.PdfObject(text, pdf=pdf))
    page.gen_content()


def pdf_of(path, pictures, dpi=100):
    """A PDF with a page for each picture; None for a page with text that is drawn."""
    pdf = pypdfium2.PdfDocument.new()
    for picture in pictures:
        if picture is None:
            page = pdf.new_page(200, 300)
            add_text(pdf, page)
        else:
            width, height = (72 * side / dpi for side in picture.size)
            page = pdf.new_page(width, height)
            image = pypdfium2.PdfImage.new(pdf)
            image.set_bitmap(pypdfium2.PdfBitmap.from_pil(picture))
            image.set_matrix(pypdfium2.PdfMatrix().scale(width, height))
            page.insert_obj(image)
        page.gen_content()
    pdf.save(path)
    return path


@pytest.fixture
def without_tesseract(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)


def pages_of(path):
    with open_document(path) as document:
        return list(document.pages())


def test_a_scan_is_read_with_its_own_pixels(tmp_path):
    (page,) = pages_of(pdf_of(tmp_path / "a.pdf", [lettered()]))
    assert (page.pixels == np.asarray(lettered())).all()
    assert page.dpi == pytest.approx((100, 100), rel=0.01)


def test_a_page_that_is_drawn_stays_as_it_is(tmp_path, without_tesseract):
    path = pdf_of(tmp_path / "a.pdf", [None, lettered(), None])
    assert [page is None for page in pages_of(path)] == [True, False, True]
    with open_document(path) as document:
        notes = document.write(document.pages(), tmp_path / "b.pdf")
    assert "2 of 3 pages are no scans and stay as they were" in notes
    assert "its text cannot be searched: install tesseract for that" in notes
    with pypdfium2.PdfDocument(tmp_path / "b.pdf") as written:
        assert len(written) == 3
        assert written[0].get_textpage().get_text_bounded() == "Hi"
        assert written[1].get_size() == pytest.approx((612, 792), rel=1e-3)
        shown = np.asarray(written[1].render(scale=100 / 72).to_pil().convert("L"), dtype=float)
    assert np.abs(shown - np.asarray(lettered())).mean() < 2


def test_a_picture_with_text_drawn_over_it_is_no_scan(tmp_path):
    with pypdfium2.PdfDocument(pdf_of(tmp_path / "a.pdf", [lettered()])) as pdf:
        add_text(pdf, pdf[0])
        pdf.save(tmp_path / "b.pdf")
    assert pages_of(tmp_path / "b.pdf") == [None]


@needs_tesseract
@pytest.mark.slow
def test_with_tesseract_the_text_can_be_searched(tmp_path):
    path = pdf_of(tmp_path / "a.pdf", [lettered()])
    with open_document(path) as document:
        assert document.write(document.pages(), tmp_path / "b.pdf") == ()
    with pypdfium2.PdfDocument(tmp_path / "b.pdf") as written:
        assert "QUICK BROWN" in written[0].get_textpage().get_text_bounded()


def test_a_small_picture_on_an_empty_page_is_no_scan(tmp_path):
    pdf = pypdfium2.PdfDocument.new()
    page, image = pdf.new_page(600, 800), pypdfium2.PdfImage.new(pdf)
    image.set_bitmap(pypdfium2.PdfBitmap.from_pil(lettered((100, 100))))
    image.set_matrix(pypdfium2.PdfMatrix().scale(100, 100))
    page.insert_obj(image)
    page.gen_content()
    pdf.save(tmp_path / "a.pdf")
    assert pages_of(tmp_path / "a.pdf") == [None]


def test_a_page_that_claims_to_be_huge_is_read_at_fewer_pixels(tmp_path, monkeypatch):
    monkeypatch.setattr("autoencode.cleaning.pdf_document._MOST_PIXELS", 100_000)
    (page,) = pages_of(pdf_of(tmp_path / "a.pdf", [lettered()]))
    assert page.pixels.size <= 110_000


def test_a_pdf_without_pages_is_said(tmp_path):
    pypdfium2.PdfDocument.new().save(tmp_path / "a.pdf")
    with pytest.raises(DataError, match=r"without pages|damaged"):
        pages_of(tmp_path / "a.pdf")


def test_a_pdf_with_a_password_is_said(tmp_path):
    # a file that asks for a password needs no more than a dictionary of encryption that nobody's empty password opens
    content = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
        b"3 0 obj<</Filter/Standard/V 1/R 2/O(" + b"a" * 32 + b")/U(" + b"b" * 32 + b")/P -4>>endobj\n"
    )
    table = io.BytesIO()
    table.write(content)
    start = len(content)
    offsets = [content.index(b"%d 0 obj" % number) for number in (1, 2, 3)]
    table.write(b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % offset for offset in offsets))
    table.write(b"trailer<</Size 4/Root 1 0 R/Encrypt 3 0 R/ID[(aaaaaaaaaaaaaaaa)(aaaaaaaaaaaaaaaa)]>>\n")
    table.write(b"startxref\n%d\n%%%%EOF" % start)
    (tmp_path / "a.pdf").write_bytes(table.getvalue())
    with pytest.raises(DataError, match="it has a password: save it without one"):
        pages_of(tmp_path / "a.pdf")


def raw_pdf(path, picture, *, drawn=b"", page=b"", image=b"/ColorSpace/DeviceGray", box=(0, 0, 90, 60), more=()):
    """A PDF by hand with one picture of 180 by 120 pixels at (0, 0); object 6 is the first of `more`."""
    data = picture.tobytes()
    content = b"q 90 0 0 60 %d %d cm /I Do Q " % box[:2] + drawn
    items = [
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[]>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[%d %d %d %d]" % box
        + b"/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>%s>>" % page,
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/XObject/Subtype/Image/Width 180/Height 120/BitsPerComponent %d%s/Length %d>>stream\n%s\nendstream"
        % (1 if picture.mode == "1" else 8, image, len(data), data),
        *more,
    ]
    file, places = b"%PDF-1.4\n", []
    for number, item in enumerate(items, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(items) + 1)
    table += b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(items) + 1, len(file))
    path.write_bytes(file + table + end)
    return path


_BOX = b"<</Type/XObject/Subtype/Form/BBox[0 0 50 20]/Length 28>>stream\n0 0 0 rg 0 0 50 20 re f      \nendstream"


def _annotation(kind):
    return b"<</Type/Annot%s/Rect[20 20 70 40]/F 4/AP<</N 7 0 R>>>>" % kind


_SHADE = Image.new("L", (180, 120), 255)
_SHADE.paste(0, (40, 40, 140, 80))
_MASK = (
    b"<</Type/XObject/Subtype/Image/Width 180/Height 120/ColorSpace/DeviceGray/BitsPerComponent 8/Length 21600>>"
    b"stream\n%s\nendstream" % _SHADE.tobytes()
)


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        ({"drawn": b"0 0 0 rg 20 20 50 20 re f"}, 0),
        ({"page": b"/Annots[6 0 R]", "more": [_annotation(b"/Subtype/Square"), _BOX]}, 0),
        ({"page": b"/Annots[6 0 R]", "more": [_annotation(b"/Subtype/Widget/FT/Tx/T(a)"), _BOX]}, 0),
        ({"image": b"/ColorSpace/DeviceGray/SMask 6 0 R", "more": [_MASK]}, 255),
        ({"drawn": b"q 20 20 50 20 re W n 0.5 g 0 0 90 60 re f Q"}, 128),
    ],
    ids=["a box", "an annotation", "a field of a form", "a soft mask", "a box that is cut out"],
)
def test_what_lies_over_a_scan_is_not_lost(extra, expected, tmp_path):
    (page,) = pages_of(raw_pdf(tmp_path / "a.pdf", Image.new("L", (180, 120), 180), **extra))
    assert page.pixels.shape == (120, 180)
    assert abs(int(page.pixels[60, 90]) - expected) <= 1
    assert page.pixels[10, 10] == 180
    assert not page.bilevel
    assert bool(page.notes) == ("page" in extra)


@pytest.mark.parametrize("decode", [b"", b"/Decode[1 0]"])
def test_a_scan_that_is_stored_as_a_mask_is_not_inverted(decode, tmp_path):
    black, white = (0, 255) if not decode else (255, 0)
    picture = Image.new("1", (180, 120), white)
    picture.paste(black, (60, 40, 120, 80))
    (page,) = pages_of(raw_pdf(tmp_path / "a.pdf", picture, image=b"/ImageMask true" + decode))
    assert (page.pixels[60, 90], page.pixels[10, 10], page.bilevel) == (0, 255, True)


def test_pages_that_begin_elsewhere_or_are_rotated_are_scans(tmp_path):
    picture = Image.new("L", (180, 120), 180)
    (page,) = pages_of(raw_pdf(tmp_path / "a.pdf", picture, box=(300, 300, 390, 360)))
    assert page.pixels.shape == (120, 180)
    (page,) = pages_of(raw_pdf(tmp_path / "b.pdf", picture, page=b"/Rotate 90", box=(0, 0, 90, 60)))
    assert page.pixels.shape == (180, 120)


def test_a_file_of_which_no_page_was_cleaned_is_copied(tmp_path):
    path = pdf_of(tmp_path / "a.pdf", [lettered((200, 300)), None])
    with open_document(path) as document:
        notes = document.write((None for _ in document.pages()), tmp_path / "b.pdf")
    assert (tmp_path / "b.pdf").read_bytes() == path.read_bytes()
    assert notes == ("1 of 2 pages are no scans and stay as they were",)


def test_title_and_author_stay(tmp_path, without_tesseract):
    lettered((200, 300)).save(tmp_path / "a.pdf", title="Überschrift (1)", author="Me", keywords="")
    with open_document(tmp_path / "a.pdf") as document:
        document.write(document.pages(), tmp_path / "b.pdf")
    with pypdfium2.PdfDocument(tmp_path / "b.pdf") as written:
        found = written.get_metadata_dict()
        assert (found["Title"], found["Author"]) == ("Überschrift (1)", "Me")
        assert np.asarray(written[0].render().to_pil()).std() > 5
