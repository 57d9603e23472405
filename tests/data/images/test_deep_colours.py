"""Colours of 16 bits a channel."""

import struct
import zlib
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from autoencode import tasks
from autoencode.data import load
from autoencode.data.images import deep_colours
from autoencode.data.images.formats import Depth
from autoencode.data.images.picture import FEWER_BITS, UnreadableError, read_picture, read_picture_header

KINDS = {1: 0, 2: 4, 3: 2, 4: 6}


def png(pixels: npt.NDArray[np.uint16]) -> bytes:
    """A PNG of 16 bits a channel, which Pillow cannot write for colours."""
    height, width, channels = pixels.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, 16, KINDS[channels], 0, 0, 0)
    parts = {b"IHDR": header, b"IDAT": zlib.compress(rows), b"IEND": b""}
    chunks = [struct.pack(">I", len(c)) + k + c + struct.pack(">I", zlib.crc32(k + c)) for k, c in parts.items()]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.fixture
def colours() -> npt.NDArray[np.uint16]:
    return np.random.default_rng(0).integers(0, 65_536, (9, 12, 3), dtype=np.uint16)


def test_every_number_is_kept(tmp_path: Path, colours: npt.NDArray[np.uint16]) -> None:
    (tmp_path / "a.png").write_bytes(png(colours))
    header = read_picture_header(tmp_path / "a.png")
    assert header.depth is Depth.WORDS
    assert not header.grey
    assert not header.lost
    read = read_picture(tmp_path / "a.png", (9, 12), "rgb")
    assert read.dtype == np.float32
    assert (read == colours.transpose(2, 0, 1)).all()


def test_grey_is_the_brightness_of_the_colours(tmp_path: Path, colours: npt.NDArray[np.uint16]) -> None:
    (tmp_path / "a.png").write_bytes(png(colours))
    expected = colours @ np.array([0.299, 0.587, 0.114])
    assert np.allclose(read_picture(tmp_path / "a.png", (9, 12), "grey")[0], expected, rtol=1e-5)


@pytest.mark.parametrize("channels", [2, 4])
def test_transparency_is_blended_with_white(tmp_path: Path, channels: int) -> None:
    pixels = np.full((4, 4, channels), 10_000, np.uint16)
    pixels[:2, :, -1], pixels[2:, :, -1] = 0, 65_535
    (tmp_path / "a.png").write_bytes(png(pixels))
    read = read_picture(tmp_path / "a.png", (4, 4), "rgb")
    assert np.allclose(read[:, :2], 65_535)
    assert np.allclose(read[:, 2:], 10_000)


def test_without_pyav_the_loss_is_said(
    tmp_path: Path, colours: npt.NDArray[np.uint16], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deep_colours, "find_spec", lambda name: None)
    (tmp_path / "a.png").write_bytes(png(colours))
    assert read_picture_header(tmp_path / "a.png").lost == (FEWER_BITS,)
    assert read_picture(tmp_path / "a.png", (9, 12), "rgb").dtype == np.uint8


def test_a_damaged_file_is_an_error(tmp_path: Path, colours: npt.NDArray[np.uint16]) -> None:
    (tmp_path / "a.png").write_bytes(png(colours)[:-120])
    with pytest.raises(UnreadableError):
        read_picture(tmp_path / "a.png", (9, 12), "rgb")


def test_colours_of_8_bits_among_them_stay_colours(tmp_path: Path, colours: npt.NDArray[np.uint16]) -> None:
    (tmp_path / "a.png").write_bytes(png(colours))
    Image.fromarray((colours // 257).astype(np.uint8)).save(tmp_path / "b.png")
    for n in range(8):
        (tmp_path / f"c{n}.png").write_bytes(png(colours))
    data = load(tmp_path, validation=2, test=2)
    assert data.data_shape == (3, 9, 12)
    read = read_picture(tmp_path / "b.png", (9, 12), "rgb", Depth.WORDS)
    assert (read == 257.0 * (colours // 257).transpose(2, 0, 1)).all()


def test_they_come_back_beside_the_pictures(tmp_path: Path) -> None:
    ramp = np.add.outer(np.arange(12), np.arange(12)) / 22
    for n in range(20):
        colours = np.stack([ramp * (40_000 + 1_000 * n), 30_000 - ramp * 20_000, ramp * 9_000], -1)
        (tmp_path / f"{n}.png").write_bytes(png(colours.astype(np.uint16)))
    run = tasks.train(tmp_path, "linear-ae", out=tmp_path / "run", steps=60)
    done = tasks.reconstruct(run, [tmp_path / "3.png"], tmp_path / "back")
    numbers = np.load(tmp_path / "back" / "reconstructions.npy")
    assert tmp_path / "back" / "reconstructions.npy" in done.files
    assert numbers.shape == (1, 3, 12, 12)
    assert 255 < numbers.max() <= 70_000


def test_a_tiff_is_read_too(tmp_path: Path, colours: npt.NDArray[np.uint16]) -> None:
    with av.open(str(tmp_path / "a.tif"), "w", format="image2") as container:
        stream = container.add_stream("tiff", 1, width=12, height=9, pix_fmt="rgb48le")
        frame = av.VideoFrame.from_ndarray(colours, format="rgb48le")
        container.mux([*stream.encode(frame), *stream.encode(None)])
    assert (read_picture(tmp_path / "a.tif", (9, 12), "rgb") == colours.transpose(2, 0, 1)).all()
