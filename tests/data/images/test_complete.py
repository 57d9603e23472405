"""Files that end before their pixels do."""

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from autoencode.data.images.complete import _png_chunks
from autoencode.data.images.full_picture import read_full_picture
from autoencode.data.images.picture import UnreadableError, read_picture


def png_of(rows: np.ndarray, height: int, *, interlaced: bool = False) -> bytes:
    """A grey PNG of a height, with the pixels of its first rows only, and nothing else wrong with it."""
    data = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    header = struct.pack(">IIBBBBB", rows.shape[1], height, 8, 0, 0, 0, int(interlaced))
    chunks = [(b"IHDR", header), (b"IDAT", data), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )


@pytest.mark.parametrize("rows", [1, 50, 99])
def test_a_png_without_all_its_rows_is_damaged(tmp_path: Path, rows: int):
    (tmp_path / "a.png").write_bytes(png_of(np.full((rows, 100), 200, np.uint8), 100))
    expected = f"damaged: its data end after {rows * 101:,} of 10,100 bytes"
    with pytest.raises(UnreadableError, match=expected):
        read_picture(tmp_path / "a.png", (100, 100), "grey")


@pytest.mark.parametrize("end", [b"IEND", b"\0\0\0\0"])
def test_what_follows_a_png_is_not_read(tmp_path: Path, end: bytes):
    """Gigabytes of zeros, in a file with holes, are as many chunks of no length."""
    content = png_of(np.zeros((4, 4), np.uint8), 4).replace(b"IEND", end)
    (tmp_path / "a.png").write_bytes(content + bytes(100_000))
    with (tmp_path / "a.png").open("rb") as file:
        file.seek(8)
        assert [kind for kind, _ in _png_chunks(file)] == [b"IHDR", b"IDAT"]
        assert file.tell() <= len(content)


def test_an_interlaced_png_without_all_its_passes_is_damaged(tmp_path: Path):
    first_pass = np.zeros((13, 13), np.uint8)  # every eighth row and column of 100
    content = png_of(first_pass, 100, interlaced=True).replace(
        struct.pack(">II", 13, 100), struct.pack(">II", 100, 100)
    )
    header = content[12:29]
    content = content[:29] + struct.pack(">I", zlib.crc32(header)) + content[33:]
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(UnreadableError, match=r"damaged: its data end after 182 of [\d,]+ bytes"):
        read_picture(tmp_path / "a.png", (100, 100), "grey")


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "RGBA", "P", "LA", "I;16"])
def test_black_pngs_are_whole(tmp_path: Path, mode: str):
    Image.new(mode, (13, 7)).save(tmp_path / "a.png")
    assert read_picture(tmp_path / "a.png", (7, 13), "grey").shape == (1, 7, 13)


def test_an_interlaced_png_is_read(tmp_path: Path):
    # Pillow writes none; this is an 8x8 picture in seven passes, each pixel of the brightness 9.
    sizes = [(1, 1), (1, 1), (1, 2), (2, 2), (2, 4), (4, 4), (4, 8)]
    rows = b"".join((b"\0" + b"\x09" * width) * height for height, width in sizes)
    whole = png_of(np.zeros((1, 8), np.uint8), 8, interlaced=True)
    data = zlib.compress(rows)
    start = whole.index(b"IDAT") - 4
    end = whole.index(b"IEND") - 4
    chunk = struct.pack(">I", len(data)) + b"IDAT" + data + struct.pack(">I", zlib.crc32(b"IDAT" + data))
    (tmp_path / "a.png").write_bytes(whole[:start] + chunk + whole[end:])
    assert (read_picture(tmp_path / "a.png", (8, 8), "grey") == 9).all()


KINDS = [
    {},
    {"subsampling": 0},
    {"subsampling": 2, "quality": 30},
    {"restart_marker_blocks": 5},
    {"restart_marker_rows": 1},
    {"progressive": True},
    {"optimize": True},
]
END = b"\xff\xd9"


def jpeg(path: Path, size: tuple[int, int], mode: str, options: dict[str, Any], seed: int = 0) -> bytes:
    """A picture with structure everywhere, and its bytes."""
    height, width = size
    rng = np.random.default_rng(seed)
    smooth = rng.integers(0, 256, (-(-height // 4), -(-width // 4), 4), dtype=np.uint8).repeat(4, 0).repeat(4, 1)
    pixels = smooth[:height, :width]
    pixels = {"L": pixels[..., 0], "RGB": pixels[..., :3], "CMYK": pixels}[mode]
    Image.fromarray(np.ascontiguousarray(pixels), mode).save(path, "JPEG", **options)
    return path.read_bytes()


def read_all(path: Path) -> None:
    read_full_picture(path)
    read_picture(path, (8, 8), "rgb")  # decoded at a smaller size


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("options", KINDS, ids=str)
@pytest.mark.parametrize("size", [(150, 90), (65, 64), (129, 257)])
def test_a_jpeg_closed_before_its_last_row_is_damaged(tmp_path: Path, size, options, mode):
    content = jpeg(tmp_path / "whole.jpg", size, mode, options)
    read_all(tmp_path / "whole.jpg")
    start = content.index(b"\xff\xda") + 20
    for share in (0.02, 0.3, 0.6):
        cut = content[: start + int(share * (len(content) - start))].rstrip(b"\xff")
        (tmp_path / "cut.jpg").write_bytes(cut + END)
        with pytest.raises(UnreadableError, match="damaged: "):
            read_full_picture(tmp_path / "cut.jpg")


@pytest.mark.parametrize("options", KINDS, ids=str)
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_jpeg_that_ends_in_one_colour_is_whole(tmp_path: Path, mode, options):
    for size in ((100, 70), (16, 16), (1, 1), (17, 300)):
        Image.new(mode, size, "white").save(tmp_path / "a.jpg", **options)
        read_all(tmp_path / "a.jpg")


def test_a_jpeg_with_more_behind_its_end_is_whole(tmp_path: Path):
    Image.new("RGB", (100, 70), "white").save(tmp_path / "a.jpg")
    content = (tmp_path / "a.jpg").read_bytes()
    (tmp_path / "a.jpg").write_bytes(content + content[:200])
    read_all(tmp_path / "a.jpg")
