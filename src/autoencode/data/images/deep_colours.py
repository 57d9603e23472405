"""Colours of 16 bits a channel, of which Pillow reads 8: PyAV reads them, the extra that reads clips."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from autoencode.data.images.formats import Depth, depth_of

_WHITE = 65_535.0
_FORMATS = ("PNG", "TIFF")
_GREY_AND_ALPHA = "ya16be"
"""FFmpeg's name; PyAV makes no array of it."""
_GREY_WEIGHTS = np.array([0.299, 0.587, 0.114], dtype=np.float32)
"""ITU-R BT.601-7, section 2.5.1, as Pillow has them."""


def loses_bits(image: Image.Image) -> bool:
    """Whether the file of a picture that is not loaded yet holds more bits than Pillow reads, as 16-bit colours do."""
    return depth_of(image) is Depth.BYTES and ";16" in str(getattr(image, "tile", ""))


def has_deep_colours(image: Image.Image) -> bool:
    """Whether all bits of a picture that is not loaded yet can be read, and Pillow reads 8 of each channel."""
    single = getattr(image, "n_frames", 1) == 1
    return loses_bits(image) and single and image.format in _FORMATS and find_spec("av") is not None


def read_deep_colours(path: Path, *, grey: bool) -> list[Image.Image]:
    """A picture of 16-bit colours, blended with white where it is transparent.

    Args:
        path: a file of which Pillow has read all pixels, so that it is whole.
        grey: whether its brightness is wanted, in one channel.

    Returns:
        Each channel in mode "F", from 0 to 65,535.

    Raises:
        ValueError: FFmpeg reads other numbers than 16 bits from it.
    """
    pixels = _decoded(path)
    colours = pixels[..., :3]
    if pixels.shape[2] == 4:
        colours = _WHITE + (colours - _WHITE) * (pixels[..., -1:] / _WHITE)
    if grey:
        colours = (colours @ _GREY_WEIGHTS)[..., None]
    return [Image.fromarray(np.ascontiguousarray(colours[..., number])) for number in range(colours.shape[2])]


def _decoded(path: Path) -> npt.NDArray[np.float32]:
    import av

    with av.open(str(path)) as container:
        frame = next(iter(container.decode(video=0)))
    numbers = (frame.reformat(format="rgba64be") if frame.format.name == _GREY_AND_ALPHA else frame).to_ndarray()
    if numbers.dtype != np.uint16:
        raise ValueError(f"colours of {8 * numbers.itemsize} bits in place of 16")
    return np.atleast_3d(numbers).astype(np.float32)
