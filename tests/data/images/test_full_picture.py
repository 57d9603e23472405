import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from autoencode.data import memory
from autoencode.data.images.full_picture import read_full_picture, read_full_picture_header
from autoencode.data.images.picture import UnreadableError

RNG = np.random.default_rng(0)


def pixels(*shape: int) -> np.ndarray:
    return RNG.integers(0, 256, shape, dtype=np.uint8)


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, rows: bytes, *, depth: int = 8, colour: int = 2) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (257, 129)], ids=str)
def test_a_colour_picture_comes_at_its_own_size(tmp_path: Path, size: tuple[int, int]) -> None:
    image = pixels(*size, 3)
    Image.fromarray(image).save(tmp_path / "a.png")
    picture = read_full_picture(tmp_path / "a.png")
    assert np.array_equal(picture.colour, image.transpose(2, 0, 1))
    assert (picture.alpha, picture.dpi, picture.profile, picture.notes) == (None, None, None, ())
    assert read_full_picture_header(tmp_path / "a.png") == (*size, False)


@pytest.mark.parametrize("mode", ["L", "1"])
def test_grey_has_one_channel(tmp_path: Path, mode: str) -> None:
    image = Image.fromarray(pixels(9, 5)).convert(mode)
    image.save(tmp_path / "a.png")
    assert np.array_equal(read_full_picture(tmp_path / "a.png").colour[0], np.asarray(image.convert("L")))


@pytest.mark.parametrize(("mode", "channels"), [("RGBA", 3), ("LA", 1)])
@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_alpha_is_kept_apart_and_colours_stay_as_they_are_stored(
    tmp_path: Path, mode: str, channels: int, suffix: str
) -> None:
    image = pixels(7, 6, channels + 1)
    image[:2, :, -1] = 0
    Image.fromarray(image, mode).save(tmp_path / f"a.{suffix}")
    picture = read_full_picture(tmp_path / f"a.{suffix}")
    assert np.array_equal(picture.colour, image[..., :-1].transpose(2, 0, 1))
    assert np.array_equal(picture.alpha, image[..., -1])
    assert read_full_picture_header(tmp_path / f"a.{suffix}") == (7, 6, True)


def test_palettes_become_colours_and_their_transparent_entry_alpha(tmp_path: Path) -> None:
    image = Image.new("P", (4, 3), 1)
    image.putpalette([10, 20, 30, 200, 100, 50])
    image.putpixel((2, 1), 0)
    image.save(tmp_path / "plain.png")
    image.save(tmp_path / "clear.gif", transparency=0)
    plain, clear = read_full_picture(tmp_path / "plain.png"), read_full_picture(tmp_path / "clear.gif")
    assert plain.colour[:, 1, 2].tolist() == clear.colour[:, 1, 2].tolist() == [10, 20, 30]
    assert plain.colour[:, 0, 0].tolist() == clear.colour[:, 0, 0].tolist() == [200, 100, 50]
    assert plain.alpha is None
    assert clear.alpha[1, 2] == 0
    assert (clear.alpha == 0).sum() == 1


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bit_grey_becomes_eight_and_says_so(tmp_path: Path, suffix: str) -> None:
    Image.fromarray(np.array([[0, 257 * 100], [65_535, 257]], np.uint16)).save(tmp_path / f"a.{suffix}")
    picture = read_full_picture(tmp_path / f"a.{suffix}")
    assert picture.colour[0].tolist() == [[0, 100], [255, 1]]
    assert picture.notes == ("more than 8 bits a channel became 8",)
    assert read_full_picture_header(tmp_path / f"a.{suffix}") == (2, 2, False)


def test_sixteen_bit_colour_becomes_eight_and_says_so(tmp_path: Path) -> None:
    rows = b"\0" + struct.pack(">6H", 257 * 10, 257 * 20, 257 * 30, 0, 65_535, 257)
    (tmp_path / "a.png").write_bytes(png(2, 1, rows, depth=16))
    picture = read_full_picture(tmp_path / "a.png")
    assert picture.colour[:, 0].T.tolist() == [[10, 20, 30], [0, 255, 1]]
    assert picture.notes == ("more than 8 bits a channel became 8",)


@pytest.mark.parametrize("suffix", ["jpg", "tif"])
def test_cmyk_becomes_rgb_and_says_so(tmp_path: Path, suffix: str) -> None:
    Image.new("CMYK", (8, 8), (0, 255, 255, 0)).save(tmp_path / f"a.{suffix}", icc_profile=b"damaged" * 10)
    picture = read_full_picture(tmp_path / f"a.{suffix}")
    red, green, blue = picture.colour[:, 4, 4].astype(int)
    assert red > 200 > 60 > max(green, blue)
    assert picture.notes == ("CMYK became RGB",)
    assert picture.profile is None


def test_of_several_pages_the_first_is_taken_and_noted(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "lime")]
    frames[0].save(tmp_path / "a.tif", save_all=True, append_images=frames[1:])
    picture = read_full_picture(tmp_path / "a.tif")
    assert picture.colour[:, 0, 0].tolist() == [255, 0, 0]
    assert picture.notes == ("of several frames or pages the first was taken",)


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
def test_pictures_are_rotated_upright_with_their_dpi(tmp_path: Path, suffix: str) -> None:
    image = Image.fromarray(np.repeat([[255] * 16 + [0] * 16], 16, axis=0).astype(np.uint8)).convert("RGB")
    exif = image.getexif()
    exif[0x0112] = 6  # to be rotated right by a quarter: left becomes top
    image.save(tmp_path / f"a.{suffix}", exif=exif, dpi=(300, 200))
    picture = read_full_picture(tmp_path / f"a.{suffix}")
    assert picture.colour.shape == (3, 32, 16)
    assert picture.colour[:, :14].mean() > 240
    assert picture.colour[:, 18:].mean() < 15
    assert read_full_picture_header(tmp_path / f"a.{suffix}")[:2] == (32, 16)
    if suffix in ("jpg", "png"):
        assert picture.dpi == pytest.approx((200, 300), abs=0.1)


def test_a_profile_is_kept_where_it_is_for_such_colours(tmp_path: Path) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png", icc_profile=srgb, dpi=(300, 300))
    Image.new("L", (4, 4)).save(tmp_path / "b.png", icc_profile=srgb)
    assert read_full_picture(tmp_path / "a.png").profile == srgb
    assert read_full_picture(tmp_path / "a.png").dpi == pytest.approx((300, 300), abs=0.1)
    assert read_full_picture(tmp_path / "b.png").profile is None


@pytest.mark.parametrize("dpi", [(0, 0), (-3, 5), (float("nan"), 1), (float("inf"), 1), "many", (1, 2, 3), (None, 1)])
def test_dpi_without_a_meaning_is_left_out(dpi: object) -> None:
    from autoencode.data.images.full_picture import _dpi

    image = Image.new("L", (2, 2))
    image.info["dpi"] = dpi
    assert _dpi(image, sideways=False) is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no picture in a format that is read"),
        (png(30_000, 30_000, b""), "more than 178,956,970 pixels, too many to be safe"),
        (png(2, 2, b"\0"), "damaged"),
    ],
)
def test_hostile_files_are_unreadable(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(UnreadableError, match=reason) as caught:
        read_full_picture(tmp_path / "a.png")
    assert "\n" not in str(caught.value)


def test_a_poster_s_header_is_read_and_its_pixels_only_if_they_fit_into_memory(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "a.png").write_bytes(png(14_043, 9_933, b""))  # A0 at 300 dpi
    assert read_full_picture_header(tmp_path / "a.png") == (9_933, 14_043, False)
    monkeypatch.setattr(memory, "physical_memory", lambda: 2**30)
    with pytest.raises(UnreadableError, match=r"a.png needs 2.1 GiB and this machine has 1.0 GiB of memory"):
        read_full_picture(tmp_path / "a.png")


@pytest.mark.parametrize("suffix", ["png", "jpg", "gif", "bmp", "tif", "webp", "tga", "ico"])
def test_damage_anywhere_gives_a_picture_or_unreadable(tmp_path: Path, suffix: str) -> None:
    image, exif = Image.fromarray(pixels(16, 16, 3)), Image.Exif()
    exif[0x0112] = 6
    image.save(tmp_path / f"a.{suffix}", exif=exif, dpi=(300, 300))
    content, rng, path = (tmp_path / f"a.{suffix}").read_bytes(), np.random.default_rng(0), tmp_path / f"b.{suffix}"
    reasons = list[str]()
    for trial in range(40):
        damaged = bytearray(content[: rng.integers(1, len(content))] if trial % 2 else content)
        for place in rng.integers(0, len(damaged), 4):
            damaged[place] = rng.integers(256)
        path.write_bytes(damaged)
        try:
            header, picture = read_full_picture_header(path), read_full_picture(path)
        except UnreadableError as error:
            reasons.append(str(error))
        else:
            assert picture.colour.shape[1:] == header[:2]
            assert picture.alpha is None or picture.alpha.shape == header[:2]
    assert "\n" not in "".join(reasons)


def test_white_of_sixteen_bits_can_be_given(tmp_path: Path):
    Image.fromarray(np.array([[0, 2048], [4095, 1024]], np.uint16)).save(tmp_path / "a.tif")
    assert read_full_picture(tmp_path / "a.tif", white=4095.0).colour[0].tolist() == [[0, 128], [255, 64]]
    with pytest.raises(UnreadableError, match=r"brightness from 0 to 4095, outside 0-2,000"):
        read_full_picture(tmp_path / "a.tif", white=2000.0)
