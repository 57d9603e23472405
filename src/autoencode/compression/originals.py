"""Files as the examples of a model and what else their bytes hold, so that they come back byte for byte."""

import base64
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from autoencode.compression.container import DamagedError, Json
from autoencode.data.arrays.npy import map_npy
from autoencode.data.images.deep_colours import loses_bits
from autoencode.data.images.picture import UnreadableError, open_picture
from autoencode.errors import DataError
from autoencode.storage import open_regular

Bytes = npt.NDArray[np.uint8]
PLAIN = ("BMP", "PPM", "TIFF")
"""Formats whose bytes follow from the pixels; those of PNG depend on the program and the version that wrote them."""
_CHANNELS_LAST, _CHANNELS_FIRST, _NO_CHANNELS = "last", "first", "none"
_MAX_HEADER = 1 << 16


_WHITE = 255


@dataclass(frozen=True)
class ExampleShape:
    """What a model takes.

    Args:
        shape: of one example: (channels, height, width) or (dimensions,).
        levels: of a value: 256, or 2.
    """

    shape: tuple[int, ...]
    levels: int

    def to_levels(self, values: Bytes, white: int) -> Bytes | None:
        """Bytes as level numbers, or None where they are not all on the levels."""
        if self.levels - 1 == white == _WHITE:
            return values
        table = np.arange(_WHITE + 1, dtype=np.uint32) * (self.levels - 1)
        fits = (table % white == 0) & (table // white < self.levels)
        return (table // white).astype(np.uint8)[values] if fits[np.unique(values)].all() else None

    def to_bytes(self, levels: Bytes, white: int) -> Bytes:
        """The inverse of `to_levels`."""
        return (levels.astype(np.uint32) * white // (self.levels - 1)).astype(np.uint8)


@dataclass(frozen=True, eq=False)
class Original:
    """A file that is examples, and nothing that the examples and its form do not hold.

    Args:
        levels: (n, *shape), uint8; it may lie on the disk.
        form: what else its bytes need, as JSON can hold it.
    """

    levels: Bytes
    form: Json


def read_original(file: Path, kind: ExampleShape, *, pixels_only: bool = False) -> Original | None:
    """A file as examples, or None where its bytes cannot be made of examples of this kind.

    Args:
        file: an array in .npy, or a picture.
        kind: what the model takes.
        pixels_only: whether a picture in a compressed lossless format counts as its pixels.
    """
    try:
        return _read_array(file, kind) if file.suffix.lower() == ".npy" else _read_picture(file, kind, pixels_only)
    except (DataError, UnreadableError, OSError):
        return None


def _read_array(file: Path, kind: ExampleShape) -> Original | None:
    array = map_npy(file)
    axes = _axes_of(array.shape[1:], kind.shape)
    if array.dtype.str not in ("|u1", "|b1") or not axes or not array.flags.c_contiguous or not array.size:
        return None
    values = array.view(np.uint8)
    white = 1 if array.dtype == np.bool_ or (kind.levels == 2 and values.max() <= 1) else 255
    levels = kind.to_levels(values, white)
    start = file.stat().st_size - array.nbytes
    if levels is None or start > _MAX_HEADER or start != getattr(array, "offset", None):  # bytes behind the array
        return None
    with open_regular(file, follow=True) as opened:
        header = opened.read(start)
    if len(header) < start:
        return None
    form = {"type": "npy", "header": base64.b64encode(header).decode(), "axes": axes, "white": white}
    return Original(_as_examples(levels, axes, kind.shape), form)


def _axes_of(shape: tuple[int, ...], wanted: tuple[int, ...]) -> str | None:
    if shape == wanted:
        return _CHANNELS_FIRST
    if len(wanted) == 3 and shape == wanted[1:] and wanted[0] == 1:
        return _NO_CHANNELS
    return _CHANNELS_LAST if len(wanted) == 3 and shape == (*wanted[1:], wanted[0]) else None


def _as_examples(values: Bytes, axes: str, shape: tuple[int, ...]) -> Bytes:
    if axes == _CHANNELS_LAST:
        return np.ascontiguousarray(np.moveaxis(values, -1, 1))
    return values.reshape(-1, *shape)


def _read_picture(file: Path, kind: ExampleShape, pixels_only: bool) -> Original | None:
    if len(kind.shape) != 3 or kind.shape[0] not in (1, 3):
        return None
    with open_picture(file) as image:
        grey = kind.shape[0] == 1
        fits = (image.height, image.width) == kind.shape[1:] and image.mode == ("L" if grey else "RGB")
        if not fits or getattr(image, "n_frames", 1) > 1 or (image.format == "JPEG"):
            return None
        if loses_bits(image) or image.has_transparency_data:
            return None
        pixels, written = np.asarray(image), str(image.format)
    levels = kind.to_levels(pixels, 255)
    if levels is None:
        return None
    form = {"type": "picture", "format": written if written in PLAIN else "PNG"}
    original = Original(_as_examples(levels[None], _NO_CHANNELS if grey else _CHANNELS_LAST, kind.shape), form)
    exact = written in PLAIN and restore_bytes(original, kind) == file.read_bytes()
    return original if exact or (pixels_only and written not in PLAIN) else None


def restore_bytes(original: Original, kind: ExampleShape) -> bytes:
    """The bytes of a file.

    Raises:
        DamagedError: a form that no file has.
    """
    return first_bytes(original.form) + example_bytes(original, kind)


def first_bytes(form: Json) -> bytes:
    """What comes before the examples.

    Raises:
        DamagedError: a form that no file has.
    """
    try:
        return base64.b64decode(form["header"], validate=True) if form["type"] == "npy" else b""
    except (KeyError, ValueError, TypeError) as error:
        raise DamagedError("the form of a file is damaged") from error


def example_bytes(original: Original, kind: ExampleShape) -> bytes:
    """The bytes of some of a file's examples.

    Raises:
        DamagedError: a form that no file has.
    """
    match original.form:
        case {"type": "npy", "axes": str(axes), "white": (1 | 255) as white}:
            values = kind.to_bytes(original.levels, white)
            last = axes == _CHANNELS_LAST and len(kind.shape) == 3
            return np.ascontiguousarray(np.moveaxis(values, 1, -1) if last else values).tobytes()
        case {"type": "picture"} if len(original.levels) == 1:
            pixels = kind.to_bytes(original.levels[0], 255)
            return picture_bytes(pixels[0] if len(pixels) == 1 else np.moveaxis(pixels, 0, -1).copy(), original.form)
        case _:
            raise DamagedError("the form of a file is damaged")


def picture_bytes(pixels: Bytes, form: Json) -> bytes:
    """The bytes of a picture's file.

    Args:
        pixels: (height, width) or (height, width, 3).
        form: its format, how it begins where that does not follow from its pixels, and the profile of its colours.

    Raises:
        DamagedError: a form that no file has.
    """
    name, first, profile = form.get("format"), _bytes_of(form, "start"), _bytes_of(form, "profile")
    if name not in (*PLAIN, "PNG"):
        raise DamagedError("the form of a file is damaged")
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, name, **({"icc_profile": profile} if profile else {}))
    return first + written.getvalue()[len(first) :]


def _bytes_of(form: Json, name: str) -> bytes:
    """Bytes in a form, or none."""
    found = form.get(name, "")
    try:
        return base64.b64decode(found, validate=True)
    except (ValueError, TypeError) as error:
        raise DamagedError("the form of a file is damaged") from error


def is_pixels_only(form: Json) -> bool:
    """Whether a file comes back with the same pixels and perhaps other bytes."""
    return form.get("format") == "PNG"


def array_form(shape: tuple[int, ...], count: int) -> dict[str, Any]:
    """The form of examples that were no file, as a .npy file of uint8: pictures with their channels last."""
    drawn = len(shape) == 3
    own = (*shape[1:], shape[0]) if drawn and shape[0] > 1 else shape[1:] if drawn else shape
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": (count, *own)})  # pyright: ignore[reportArgumentType]
    axes = _CHANNELS_LAST if drawn and shape[0] > 1 else _NO_CHANNELS if drawn else _CHANNELS_FIRST
    form = {"type": "npy", "header": base64.b64encode(header.getvalue()).decode(), "axes": axes}
    return form | {"white": 255}
