import io
import os

import numpy as np
import pytest
from PIL import Image

from autoencode.cleaning.documents import PictureDocument, is_pdf, open_document, output_suffix
from autoencode.cleaning.page_image import from_pillow, opened
from autoencode.errors import DataError


def drawn(mode, size=(40, 30)):
    random = np.random.default_rng(0)
    return Image.fromarray(random.integers(0, 256, (size[1], size[0], 3)).astype(np.uint8)).convert(mode)


def document(path):
    with open_document(path) as found:
        return found


@pytest.mark.parametrize(
    ("mode", "suffix", "expected"),
    [
        *[("1", ".png", "1"), ("1", ".tif", "1"), ("L", ".jpg", "L"), ("RGB", ".webp", "RGB"), ("LA", ".png", "LA")],
        *[("RGBA", ".tiff", "RGBA"), ("CMYK", ".jpg", "RGB"), ("P", ".png", "RGB"), ("L", ".bmp", "L")],
    ],
)
def test_pictures_keep_their_kind(mode, suffix, expected, tmp_path):
    drawn(mode).save(tmp_path / f"a{suffix}", dpi=(300, 300))
    found = document(tmp_path / f"a{suffix}")
    found.write(found.pages(), tmp_path / f"b{suffix}")
    with Image.open(tmp_path / f"b{suffix}") as written:
        assert (written.size, written.mode) == ((40, 30), expected)
        if suffix in (".png", ".tif"):
            assert written.info["dpi"] == pytest.approx((300, 300), rel=1e-3)


def test_one_bit_stays_to_the_bit_and_cmyk_is_said(tmp_path):
    drawn("1").save(tmp_path / "a.png")
    (page,) = document(tmp_path / "a.png").pages()
    assert page.bilevel
    assert (np.asarray(page.to_pillow()) == np.asarray(drawn("1"))).all()
    drawn("CMYK").save(tmp_path / "b.tif")
    (page,) = document(tmp_path / "b.tif").pages()
    assert page.notes == ("CMYK became RGB",)


def test_sixteen_bits_become_eight_and_it_is_said(tmp_path):
    values = np.array([[0, 257, 65535], [32896, 128, 1000]], np.uint16)
    Image.fromarray(values).save(tmp_path / "a.png")
    (page,) = document(tmp_path / "a.png").pages()
    assert page.pixels.tolist() == [[0, 1, 255], [128, 0, 4]]
    assert page.notes == ("more than 8 bits a pixel became 8",)


def test_a_tiff_file_of_several_pages_stays_one(tmp_path):
    sizes = [(40, 30), (20, 50), (33, 33)]
    first, *others = [drawn("L", size) for size in sizes]
    first.save(tmp_path / "a.tif", save_all=True, append_images=others)
    found = document(tmp_path / "a.tif")
    assert found.n_pages == 3
    found.write((page.with_pixels(255 - page.pixels) for page in found.pages()), tmp_path / "b.tif")
    with Image.open(tmp_path / "b.tif") as written:
        for number, size in enumerate(sizes):
            written.seek(number)
            assert (np.asarray(written) == 255 - np.asarray(drawn("L", size))).all()


@pytest.mark.parametrize("modes", [("1", "RGB", "1"), ("RGB", "1"), ("L", "RGBA", "1")])
def test_pages_of_a_tiff_file_may_be_of_different_kinds(modes, tmp_path):
    first, *others = map(drawn, modes)
    first.save(tmp_path / "a.tif", save_all=True, append_images=others)
    found = document(tmp_path / "a.tif")
    found.write(found.pages(), tmp_path / "b.tif")
    with Image.open(tmp_path / "b.tif") as written:
        assert written.n_frames == len(modes)
        for number, mode in enumerate(modes):
            written.seek(number)
            assert (np.asarray(written) == np.asarray(drawn(mode))).all()


def test_pages_that_stay_are_copied_and_written_anew_only_beside_others(tmp_path):
    values = np.full((30, 40), 40_000, np.uint16)
    Image.fromarray(values).save(tmp_path / "a.tif", save_all=True, append_images=[drawn("L"), drawn("L")])
    found = document(tmp_path / "a.tif")
    assert found.write((None for _ in found.pages()), tmp_path / "b.tif") == ()
    assert (tmp_path / "b.tif").read_bytes() == (tmp_path / "a.tif").read_bytes()
    some = (None if number != 1 else page.with_pixels(255 - page.pixels) for number, page in enumerate(found.pages()))
    assert found.write(some, tmp_path / "b.tif") == ("more than 8 bits a pixel became 8",)
    with Image.open(tmp_path / "b.tif") as written:
        for number, expected in enumerate([values // 257, 255 - np.asarray(drawn("L")), np.asarray(drawn("L"))]):
            written.seek(number)
            assert np.abs(np.asarray(written).astype(int) - expected).max() <= 1


def test_a_picture_that_stays_but_changes_its_kind_is_written(tmp_path):
    drawn("L").save(tmp_path / "a.gif")
    found = document(tmp_path / "a.gif")
    found.write([None], tmp_path / "b.png")
    with Image.open(tmp_path / "b.png") as written:
        assert written.format == "PNG"


def test_a_page_that_a_kind_cannot_hold_is_an_error_of_its_file(tmp_path):
    Image.new("L", (20_000, 2)).save(tmp_path / "a.png")
    found = document(tmp_path / "a.png")
    with pytest.raises(DataError, match="it cannot be written as WEBP"):
        found.write(found.pages(), tmp_path / "b.webp")
    assert not (tmp_path / "b.webp").exists()


@pytest.mark.parametrize("suffix", [".gif", ".png", ".webp"])
def test_what_moves_is_refused(suffix, tmp_path):
    drawn("L").save(tmp_path / f"a{suffix}", save_all=True, append_images=[drawn("L").rotate(180)])
    with pytest.raises(DataError, match="it moves, and still pictures are cleaned"):
        document(tmp_path / f"a{suffix}")


def test_real_numbers_are_refused(tmp_path):
    Image.fromarray(np.zeros((4, 4), np.float32)).save(tmp_path / "a.tif")
    with pytest.raises(DataError, match="its pixels are real numbers"):
        list(document(tmp_path / "a.tif").pages())


def test_a_photograph_taken_sideways_becomes_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    drawn("RGB").save(tmp_path / "a.jpg", exif=exif, dpi=(100, 200))
    (page,) = document(tmp_path / "a.jpg").pages()
    assert page.pixels.shape == (40, 30, 3)
    assert page.dpi == (200, 100)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "the file is empty"), (b"hello", "no picture that can be read"), (b"%PDF-1.4 rubbish", "a damaged PDF")],
)
def test_what_is_no_document_is_one_line(content, reason, tmp_path):
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(DataError, match=reason):
        document(tmp_path / "a.png")


def test_a_cut_file_is_damaged(tmp_path):
    drawn("RGB", (300, 300)).save(tmp_path / "a.jpg")
    (tmp_path / "a.jpg").write_bytes((tmp_path / "a.jpg").read_bytes()[:5000])
    with pytest.raises(DataError, match="no picture that can be read"):
        list(document(tmp_path / "a.jpg").pages())


def test_what_is_not_there_or_no_file_is_said(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        document(tmp_path / "a.png")
    with pytest.raises(DataError, match="not a file"):
        document(tmp_path)


def test_too_many_pixels_are_refused_before_they_are_read(monkeypatch, tmp_path):
    drawn("1", (400, 400)).save(tmp_path / "a.png")
    monkeypatch.setattr("autoencode.cleaning.page_image.MOST_PIXELS", 1000)
    with opened(tmp_path / "a.png") as image, pytest.raises(DataError, match="400 by 400 pixels, and 1,000"):
        from_pillow(image)


def test_bytes_become_the_bytes_of_a_png():
    file = io.BytesIO()
    drawn("L").save(file, "BMP")
    found = PictureDocument(file.getvalue(), 1)
    with Image.open(io.BytesIO(found.to_png(next(found.pages())))) as written:
        assert written.format == "PNG"
        assert (np.asarray(written) == np.asarray(drawn("L"))).all()


def test_endings():
    assert [output_suffix(s) for s in (".PDF", ".JPG", ".gif", ".tiff")] == [".pdf", ".jpg", ".png", ".tiff"]
    assert [output_suffix(s, alpha=True) for s in (".jpg", ".png", ".bmp")] == [".png", ".png", ".png"]
    assert is_pdf(b"\n\n%PDF-1.7")
    assert not is_pdf(b"\x89PNG")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name")
def test_a_pipe_with_the_name_of_a_picture_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.png")
    with pytest.raises(DataError, match="not a file"), open_document(tmp_path / "a.png"):
        pass
