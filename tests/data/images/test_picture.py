import gc
import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFile

from autoencode.data.images.formats import Depth
from autoencode.data.images.picture import UnreadableError, read_picture, read_picture_header


def read_both(path: Path) -> np.ndarray:
    read_picture_header(path)
    return read_picture(path, (4, 4), "rgb")


def png(width: int, height: int) -> bytes:
    """A PNG that announces a size and holds no pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def test_pixels_come_as_they_are(draw):
    path = draw("a.png", (5, 7))
    expected = np.asarray(Image.open(path)).transpose(2, 0, 1)
    assert np.array_equal(read_picture(path, (5, 7), "rgb"), expected)
    assert read_picture_header(path)[:3] == (5, 7, False)


def test_grey(draw):
    path = draw("a.png", (5, 7), mode="L")
    assert read_picture_header(path)[:3] == (5, 7, True)
    assert read_picture(path, (5, 7), "grey").shape == (1, 5, 7)
    assert read_picture(path, (5, 7), "rgb").shape == (3, 5, 7)


def test_the_longer_side_is_cropped_round_the_centre(tmp_path: Path):
    pixels = np.zeros((8, 24), np.uint8)
    pixels[:, 8:16] = 200
    Image.fromarray(pixels).save(tmp_path / "a.png")
    assert (read_picture(tmp_path / "a.png", (8, 8), "grey") == 200).all()


def test_the_mean_survives_scaling(draw):
    path = draw("a.png", (128, 128), mode="L")
    small = read_picture(path, (16, 16), "grey")
    assert small.mean() == pytest.approx(np.asarray(Image.open(path)).mean(), abs=2)


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
def test_pictures_are_rotated_upright(tmp_path: Path, suffix: str):
    pixels = np.zeros((16, 32), np.uint8)
    pixels[:, :16] = 255  # the left half is white
    image = Image.fromarray(pixels).convert("RGB")
    exif = image.getexif()
    exif[0x0112] = 6  # to be rotated right by a quarter: left becomes top
    path = tmp_path / f"a.{suffix}"
    image.save(path, exif=exif)
    assert read_picture_header(path)[:2] == (32, 16)
    upright = read_picture(path, (32, 16), "grey")[0]
    assert upright[:14].mean() > 240
    assert upright[18:].mean() < 15


def test_large_jpegs_are_read_at_a_fraction_of_their_size(tmp_path: Path):
    gradient = np.linspace(0, 255, 1024).astype(np.uint8)[None].repeat(512, 0)
    Image.fromarray(gradient).save(tmp_path / "a.jpg", quality=95)
    small = read_picture(tmp_path / "a.jpg", (16, 32), "grey")[0]
    assert np.abs(np.diff(small.mean(0)) - 8).max() < 2


def test_of_several_frames_the_first_is_taken(tmp_path: Path):
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "lime")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert read_picture(tmp_path / "a.gif", (4, 4), "rgb")[:, 0, 0].tolist() == [255, 0, 0]


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bit_grey_keeps_its_numbers(tmp_path: Path, suffix: str):
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(np.array([[0, 257 * 100], [65_535, 258]], np.uint16)).save(path)
    assert read_picture_header(path)[2:4] == (True, Depth.WORDS)
    assert read_picture(path, (2, 2), "grey")[0].tolist() == [[0, 25_700], [65_535, 258]]
    assert read_picture(path, (2, 2), "grey", Depth.BYTES)[0].tolist() == [[0, 100], [255, 1]]
    assert read_picture(path, (2, 2), "rgb").shape == (3, 2, 2)


def test_eight_bits_among_sixteen_keep_their_brightness(tmp_path: Path):
    Image.fromarray(np.array([[0, 100], [255, 1]], np.uint8)).save(tmp_path / "a.png")
    pixels = read_picture(tmp_path / "a.png", (2, 2), "grey", Depth.WORDS)
    assert pixels.dtype == np.float32
    assert pixels[0].tolist() == [[0, 25_700], [65_535, 257]]


def test_scaling_stays_within_the_numbers_of_the_picture(tmp_path: Path):
    pixels = np.zeros((64, 64), np.float32)
    pixels[:, 32:] = 0.7
    Image.fromarray(pixels).save(tmp_path / "a.tif")
    small = read_picture(tmp_path / "a.tif", (9, 9), "grey")
    assert (float(small.min()), float(small.max())) == (0.0, pytest.approx(0.7))


def test_floating_point_among_bytes_is_refused(tmp_path: Path):
    Image.fromarray(np.ones((2, 2), np.float32)).save(tmp_path / "a.tif")
    with pytest.raises(UnreadableError, match=r"floating-point numbers among pictures of 8-bit ones: convert all"):
        read_picture(tmp_path / "a.tif", (2, 2), "grey", Depth.BYTES)


def test_what_is_lost_is_known_before_the_pixels_are_read(tmp_path: Path):
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "lime")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    Image.new("RGBA", (4, 4)).save(tmp_path / "a.png")
    Image.new("CMYK", (4, 4)).save(tmp_path / "a.jpg")
    assert read_picture_header(tmp_path / "a.gif").lost == ("of several frames or pages the first was taken",)
    assert read_picture_header(tmp_path / "a.png").lost == ("transparency was blended with white",)
    assert read_picture_header(tmp_path / "a.jpg").lost == ("CMYK became RGB",)


def test_the_size_of_a_png_is_read_without_its_pixels(tmp_path: Path, monkeypatch):
    Image.new("L", (40, 30)).save(tmp_path / "a.png")
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda self: pytest.fail("decoded"))
    assert read_picture_header(tmp_path / "a.png")[:2] == (30, 40)


def test_sides_are_bounded(tmp_path: Path):
    (tmp_path / "a.png").write_bytes(png(1, 89_000_000))
    with pytest.raises(UnreadableError, match=r"a side of 89,000,000 pixels, more than 65,535"):
        read_picture_header(tmp_path / "a.png")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no picture in a format that is read"),
        (b"not a picture", "no picture in a format that is read"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", "no picture in a format that is read"),
        (png(30_000, 30_000), "pixels, too many to be safe"),
        (png(12_000, 9_000), "pixels, too many to be safe"),  # where Pillow itself would only warn
        (png(2, 0), "damaged|no picture"),
        (b"II*\0\xff\xff\xff\xff", "damaged|no picture"),
        (b"BM" + bytes(60), "damaged|no picture"),
    ],
)
def test_hostile_files_are_unreadable(tmp_path: Path, content: bytes, reason: str):
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(UnreadableError, match=reason) as caught:
        read_both(tmp_path / "a.png")
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_unreadable(tmp_path: Path):
    with pytest.raises(UnreadableError, match=r"No such file"):
        read_picture_header(tmp_path / "a.png")


@pytest.mark.parametrize("suffix", ["png", "jpg", "gif", "bmp", "tif", "webp", "ppm", "tga", "ico", "pcx"])
def test_damage_anywhere_gives_a_picture_or_unreadable(draw, tmp_path: Path, suffix: str):
    content = draw(f"a.{suffix}", (16, 16)).read_bytes()
    rng, path, reasons = np.random.default_rng(0), tmp_path / f"b.{suffix}", list[str]()
    for trial in range(40):
        damaged = bytearray(content[: rng.integers(len(content))] if trial % 2 else content)
        for place in rng.integers(0, max(len(damaged), 1), 4 if len(damaged) else 0):
            damaged[place] = rng.integers(256)
        path.write_bytes(damaged)
        try:
            assert read_both(path).shape == (3, 4, 4)
        except UnreadableError as error:
            reasons.append(str(error))
    assert "\n" not in "".join(reasons)


def test_truncated_pictures_are_unreadable(draw, tmp_path: Path):
    for suffix in ("png", "jpg", "bmp"):
        content = draw(f"a.{suffix}", (32, 32)).read_bytes()
        (tmp_path / "b.png").write_bytes(content[: len(content) // 2])
        with pytest.raises(UnreadableError, match=r"damaged: "):
            read_picture(tmp_path / "b.png", (32, 32), "rgb")


def test_a_damaged_note_about_the_camera_does_not_damage_the_picture(draw, tmp_path: Path):
    path = draw("a.jpg", (8, 8), exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")
    assert read_picture_header(path)[:2] == (8, 8)
    assert read_picture(path, (8, 8), "rgb").shape == (3, 8, 8)


def test_the_filters_for_warnings_stay_as_they_are(draw):
    before = list(warnings.filters)
    read_picture(draw("a.png"), (8, 8), "rgb")
    assert warnings.filters == before


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="Linux only")
def test_a_file_that_cannot_be_read_is_closed(tmp_path: Path):
    """A link to the memory of the process opens, and every read of it fails."""
    link = tmp_path / "a.jpg"
    link.symlink_to("/proc/self/mem")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with pytest.raises(UnreadableError):
            read_picture_header(link)
        gc.collect()
    assert not [warning for warning in caught if issubclass(warning.category, ResourceWarning)]
