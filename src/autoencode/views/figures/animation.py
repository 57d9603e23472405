"""Animations: GIF, MP4, WebM."""

import io
import math
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image
from torch import Tensor

from autoencode.data.images.picture_writer import MARK
from autoencode.data.video.clip import pyav
from autoencode.errors import ArgumentError
from autoencode.runs.replacing import check_replaceable
from autoencode.storage import atomic_write
from autoencode.views.figures.tiles import tiles

ENDINGS = (".gif", ".mp4", ".webm")
SIZE = 256
"""The longer side is enlarged to at least so many pixels."""

_FRAME, _HOLD = 60, 720
"""Milliseconds that a frame is shown, and the first and last one."""
_CODECS = {".mp4": ("libx264", "yuv420p", {"crf": "16"}), ".webm": ("libvpx-vp9", "yuv420p", {"crf": "24", "b": "0"})}


def save_animation(path: Path, pictures: Float[Tensor, "n channels height width"], size: int = SIZE) -> None:
    """Writes pictures as an animation that plays forwards and backwards; the file is written completely or not at all.

    Args:
        path: its suffix decides the format: .gif, .mp4 or .webm.
        pictures: in [0, 1].
        size: small pictures are enlarged by a whole number until the longer side has so many pixels.

    Raises:
        ArgumentError: another suffix, or a file is there that autoencode did not write.
        CapabilityError: .mp4 or .webm without PyAV installed.
        StorageError: the file cannot be written.
    """
    check_replaceable(path)
    atomic_write(path, animation(pictures, path.suffix.lower(), size))


def animation(pictures: Float[Tensor, "n channels height width"], ending: str = ".gif", size: int = SIZE) -> bytes:
    """The bytes of the file that `save_animation` writes.

    Raises:
        ArgumentError: another suffix.
        CapabilityError: .mp4 or .webm without PyAV installed.
    """
    if ending not in ENDINGS:
        raise ArgumentError(f"an animation is written to a file that ends in {', '.join(ENDINGS)}, not {ending!r}")
    frames = tiles(pictures, max(1, math.ceil(size / max(pictures.shape[-2:]))))[..., :-1]
    there = [*range(len(frames)), *range(len(frames) - 2, 0, -1)]
    times = [_HOLD if place in (0, len(frames) - 1) else _FRAME for place in there]
    return _gif(frames, there, times) if ending == ".gif" else _film(frames, there, times, ending)


def _gif(frames: UInt8[np.ndarray, "..."], order: Sequence[int], times: Sequence[int]) -> bytes:
    images = [_image(frames[place]) for place in order]
    file = io.BytesIO()
    images[0].save(
        file,
        "gif",
        save_all=True,
        append_images=images[1:],
        duration=list(times),
        loop=0,
        optimize=False,
        disposal=1,
        comment=MARK,
    )
    return file.getvalue()


def _image(frame: UInt8[np.ndarray, "height width values"]) -> Image.Image:
    """With at most 256 colours, the limit of a GIF frame; grey pictures keep every level."""
    if frame.shape[2] == 1:
        return Image.fromarray(frame[:, :, 0])
    return Image.fromarray(frame).quantize(256, dither=Image.Dither.FLOYDSTEINBERG)


def _film(frames: UInt8[np.ndarray, "..."], order: Sequence[int], times: Sequence[int], ending: str) -> bytes:
    """A held frame is repeated, as video players do not agree on frames of different duration."""
    codec, pixels, options = _CODECS[ending]
    file = io.BytesIO()
    with pyav().open(file, "w", format=ending[1:]) as container:
        container.metadata["comment"] = MARK.decode()
        stream = container.add_stream(codec, rate=Fraction(1000, _FRAME), options=options)
        stream.height, stream.width = (side + side % 2 for side in frames.shape[1:3])
        stream.pix_fmt = pixels
        for place, time in zip(order, times, strict=True):
            for _ in range(time // _FRAME):
                container.mux(stream.encode(pyav().VideoFrame.from_ndarray(_even(frames[place]), format="rgb24")))
        container.mux(stream.encode())
    return file.getvalue()


def _even(frame: UInt8[np.ndarray, "height width values"]) -> UInt8[np.ndarray, "even_height even_width three"]:
    """In colour and with even sides, which the codecs need."""
    height, width, values = frame.shape
    padded = np.pad(frame, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    return np.ascontiguousarray(np.broadcast_to(padded, (*padded.shape[:2], 3)) if values == 1 else padded)
