"""Small clips in files."""

from fractions import Fraction
from pathlib import Path
from unittest import mock

import av
import numpy as np

from autoencode.data.video import clip_writer
from autoencode.data.video.clip import ClipHeader, read_frames
from autoencode.data.video.clip_writer import open_clip_writer


def noise(frames: int = 8, height: int = 20, width: int = 24, channels: int = 3) -> np.ndarray:
    """Random frames, (frames, channels, height, width)."""
    shape = (frames, channels, height, width)
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def header_of(pixels: np.ndarray, rate: int = 25, **facts: object) -> ClipHeader:
    frames, _, height, width = pixels.shape
    return ClipHeader(height, width, frames, Fraction(rate), Fraction(1, rate), False, **facts)


def write_clip(path: str | Path, pixels: np.ndarray, *, lossless: bool | None = None, **facts: object) -> Path:
    """A clip of these frames, as a camera makes it, without autoencode's mark; without loss if it is a .mkv file."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    lossless = path.suffix == ".mkv" if lossless is None else lossless
    with (
        mock.patch.object(clip_writer, "MARK", b""),
        path.open("wb") as file,
        open_clip_writer(file, path.suffix, header_of(pixels, **facts), lossless=lossless) as writer,
    ):
        for time, frame in enumerate(pixels):
            writer.add(frame, time)
    return path


def pixels_of_clip(path: Path) -> np.ndarray:
    return np.stack([frame.pixels for frame in read_frames(path)])


def with_sound(path: str | Path, pixels: np.ndarray, codec: str = "aac", seconds: float = 1.0) -> Path:
    """The same with a tone, written by PyAV alone."""
    rate, samples = 44_100, 1024
    with av.open(str(path), "w") as container:
        picture, sound = container.add_stream("libx264", rate=25), container.add_stream(codec, rate=rate, layout="mono")
        sound.bit_rate = 64_000
        picture.height, picture.width, picture.pix_fmt = *pixels.shape[2:], "yuv420p"
        for frame in pixels:
            drawn = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame.transpose(1, 2, 0)), format="rgb24")
            container.mux(picture.encode(drawn))
        container.mux(picture.encode(None))
        for start in range(0, round(seconds * rate), samples):
            tone = np.sin(np.arange(start, start + samples) / 8)[None].astype(np.float32)
            heard = av.AudioFrame.from_ndarray(tone, format="fltp", layout="mono")
            heard.sample_rate, heard.pts = rate, start
            container.mux(sound.encode(heard))
        container.mux(sound.encode(None))
    return Path(path)


def rotated(path: Path) -> Path:
    """Marks an MP4 as taken with the camera on its side: in the matrix of its track header."""
    content = path.read_bytes()
    track = content.index(b"tkhd")
    upright = b"".join(number.to_bytes(4, "big") for number in (0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000))
    sideways = (0, 0x10000, 0, 0xFFFF0000, 0, 0, 0, 0, 0x40000000)
    place = content.index(upright, track)
    path.write_bytes(
        content[:place] + b"".join(number.to_bytes(4, "big") for number in sideways) + content[place + len(upright) :]
    )
    return path
