"""Photographs' files: which are coded, and why the others are not."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from autoencode.compression.originals import picture_bytes
from autoencode.compression.picture_files import NotCoded, Photograph, read_photograph, read_pixels

COLOURS = (np.mgrid[:12, :15, :3].sum(0) * 5 % 251).astype(np.uint8)


def in_colour() -> Image.Image:
    return Image.fromarray(COLOURS)


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def huge_png(side: int) -> bytes:
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def save(path, name):
    """A file of each kind that a folder of photographs may hold."""
    file = path / name
    match name:
        case "frames.gif":
            in_colour().save(file, save_all=True, append_images=[in_colour().rotate(180)])
        case "deep.png":
            Image.fromarray(COLOURS[..., 0].astype(np.uint16) * 200).save(file)
        case "palette.png" | "palette.bmp":
            in_colour().quantize(9).save(file)
        case "clear.png":
            in_colour().save(file, transparency=(0, 5, 10))
        case "alpha.png" | "grey-alpha.png":
            in_colour().convert("RGBA" if name == "alpha.png" else "LA").save(file)
        case "cmyk.jpg":
            in_colour().convert("CMYK").save(file)
        case "packed.tiff":
            in_colour().save(file, compression="tiff_lzw")
        case "wide.png" | "large.png":
            file.write_bytes(huge_png(2_000_000_000 if name == "wide.png" else 60_000))
        case "cut.bmp":
            in_colour().save(file)
            file.write_bytes(file.read_bytes()[:100])
        case "empty.ppm" | "notes.txt":
            file.write_bytes(b"notes" if name == "notes.txt" else b"")
        case _:
            in_colour().save(file)
    return file


REASONS = {
    "p.png": ("PNG, whose bytes depend", "", ""),
    "j.jpg": ("JPEG, which has fewer", "JPEG", ""),
    "frames.gif": ("several frames",) * 3,
    "deep.png": ("more than 8 bits",) * 3,
    "palette.png": ("PNG, whose bytes depend", "", ""),
    "palette.bmp": ("palettes", "", ""),
    "clear.png": ("transparency",) * 3,
    "alpha.png": ("transparency",) * 3,
    "grey-alpha.png": ("transparency",) * 3,
    "cmyk.jpg": ("colours in CMYK",) * 3,
    "packed.tiff": ("TIFF that is packed", "TIFF that is packed", ""),
    "wide.png": ("too many to be safe",) * 3,
    "large.png": ("too many to be safe",) * 3,
    "cut.bmp": ("damaged",) * 3,
    "empty.ppm": ("no picture",) * 3,
    "notes.txt": ("no picture",) * 3,
    "whole.bmp": ("", "", ""),
}
"""Why a file is stored: without loss, by its pixels, with loss; nothing where it is coded."""


@pytest.mark.parametrize("name", list(REASONS))
def test_a_file_that_is_not_coded_has_a_reason(name, tmp_path):
    file = save(tmp_path, name)
    for found, reason in zip(
        (read_photograph(file), read_photograph(file, pixels_only=True), read_pixels(file)), REASONS[name], strict=True
    ):
        assert isinstance(found, NotCoded) == bool(reason)
        if isinstance(found, NotCoded):
            assert found.reason.startswith(reason) or reason in found.reason


def test_a_palette_becomes_its_colours(tmp_path):
    found = read_photograph(save(tmp_path, "palette.png"), pixels_only=True)
    assert isinstance(found, Photograph)
    with Image.open(tmp_path / "palette.png") as image:
        assert np.array_equal(found.pixels, np.asarray(image.convert("RGB")))


def test_a_photograph_is_turned_as_its_camera_was_held(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    in_colour().save(tmp_path / "turned.png", exif=exif)
    for found in (read_photograph(tmp_path / "turned.png", pixels_only=True), read_pixels(tmp_path / "turned.png")):
        assert isinstance(found, Photograph)
        assert np.array_equal(found.pixels, np.rot90(COLOURS, -1))


@pytest.mark.parametrize("kind", ["LAB", "sRGB", "damaged"])
def test_the_profile_of_its_colours_comes_back_unless_they_are_srgb(kind, tmp_path):
    profile = b"no profile" if kind == "damaged" else ImageCms.ImageCmsProfile(ImageCms.createProfile(kind)).tobytes()
    in_colour().save(tmp_path / "p.png", icc_profile=profile)
    found = read_pixels(tmp_path / "p.png")
    assert isinstance(found, Photograph)
    (tmp_path / "back.png").write_bytes(picture_bytes(found.pixels, found.form))
    with Image.open(tmp_path / "back.png") as image:
        assert image.info.get("icc_profile") == (profile if kind == "LAB" else None)
        assert np.array_equal(np.asarray(image), COLOURS)
