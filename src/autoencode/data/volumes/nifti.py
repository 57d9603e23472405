"""NIfTI files: volumes of MRI and CT."""

from functools import partial
from importlib import import_module
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any
from weakref import finalize

import numpy as np

from autoencode.data.arrays.gunzip import gunzip, gunzip_start, is_gzip, unpacked_to_file
from autoencode.data.arrays.npy import wrap_read_errors
from autoencode.data.extras import import_extra
from autoencode.data.memory import is_large
from autoencode.data.values import Array, extremes
from autoencode.data.volumes.scan_volume import StoredSlices, Volume
from autoencode.errors import DataError
from autoencode.storage import atomic_open, open_regular

NIFTI_MARK = "made by autoencode"
"""What a file that was written has as its description, or in a packed one as the name of its content."""
NIFTI_SUFFIXES = (".nii", ".nii.gz")
"""Endings of NIfTI files."""
_START = 544
"""Bytes that hold a header of either version."""
_AIR = -500
"""CT has air of −1000 Hounsfield units around the body; no other scanner gives numbers below −500 and above this."""
_MOST_AXES, _BYTES = 4, 8
_CHUNK = 2**22
"""Numbers that are read at a time from large files."""
_HEAD = 2**16
"""Bytes of a packed file that hold its header."""


def nibabel() -> ModuleType:
    """nibabel, which reads NIfTI.

    Raises:
        CapabilityError: it is not installed.
    """
    return import_extra("nibabel", "NIfTI files are read by nibabel")


def read_nifti(path: Path) -> list[Volume]:
    """The volumes of a file: one, or one for each time or kind of measurement where it has a fourth axis.

    Slices are those of the third axis, drawn with the second axis up, as viewers do.

    Raises:
        DataError: damaged, too large for the memory, or not of three or four axes of numbers.
        CapabilityError: nibabel is not installed.
    """
    image = _image(path)
    axes = image.shape
    if not 3 <= len(axes) <= _MOST_AXES or 0 in axes:
        raise DataError(f"{path.name} has {len(axes)} axes: a volume has three, or four with its times")
    if is_large(_BYTES * int(np.prod(axes, dtype=np.int64))):
        return _stored_volumes(image, path)
    with wrap_read_errors(str(path)):
        data = np.asarray(image.dataobj)
    if data.dtype.kind not in "buif":
        raise DataError(f"{path.name} holds {data.dtype}, and not numbers")
    volumes = data.reshape(*axes[:3], -1)
    unit = _unit(data.dtype, float(data.min()), float(data.max()))
    return [Volume(_drawn(volumes[..., time]), _spacing(image), unit) for time in range(volumes.shape[3])]


def _stored_volumes(image: Any, path: Path) -> list[Volume]:
    """The volumes of a file whose slices stay in it until they are asked for."""
    times = image.shape[3] if len(image.shape) == _MOST_AXES else 1
    shape = image.shape[2], image.shape[1], image.shape[0]

    def read(rows: slice, time: int) -> Array:
        place = np.s_[:, :, rows, time] if len(image.shape) == _MOST_AXES else np.s_[:, :, rows]
        with wrap_read_errors(str(path)):
            return _drawn(np.asarray(image.dataobj[place]))

    step = max(1, _CHUNK // (shape[1] * shape[2]))
    places = [(slice(first, first + step), time) for time in range(times) for first in range(0, shape[0], step)]
    lows, highs = zip(*(extremes(read(*place)) for place in places), strict=True)
    dtype = read(slice(0, 1), 0).dtype
    if dtype.kind not in "buif":
        raise DataError(f"{path.name} holds {dtype}, and not numbers")
    unit = _unit(dtype, min(lows), max(highs))
    return [
        Volume(StoredSlices(shape, dtype, partial(read, time=time)), _spacing(image), unit) for time in range(times)
    ]


def _spacing(image: Any) -> tuple[float, float, float]:
    sides = [float(side) for side in image.header.get_zooms()[:3]]
    return sides[2], sides[1], sides[0]


def _unit(dtype: np.dtype, low: float, high: float) -> str:
    return "HU" if dtype.kind != "u" and low < _AIR < -_AIR < high else ""


def _drawn(volume: Array) -> Array:
    """(slices, rows, columns) of a volume's own axes."""
    return np.ascontiguousarray(volume[:, ::-1].transpose(2, 1, 0))


def _image(path: Path) -> Any:
    """The image, whose numbers are not read yet; nothing is unpacked that its header does not announce."""
    library = nibabel()
    with open_regular(path, follow=True) as file, wrap_read_errors(str(path)):
        head = file.read(_HEAD)
        start = gunzip_start(head, _START, path.name) if is_gzip(head) else head[:_START]
        kind = library.Nifti2Image if int.from_bytes(start[:4], "little") == 540 else library.Nifti1Image
        header = kind.header_class.from_fileobj(BytesIO(start), check=True)
        shape = [max(0, int(side)) for side in header.get_data_shape()]
        size = int(np.prod(shape, dtype=np.float64)) * header.get_data_dtype().itemsize + int(header["vox_offset"])
        if is_large(_BYTES * int(np.prod(shape, dtype=np.float64))):
            return _image_in_file(path, kind, size, packed=is_gzip(head))
        packed = head + file.read()
        content = gunzip(packed, size + _START, path.name) if is_gzip(packed) else packed
        if len(content) < size:
            raise DataError(f"{path.name} ends after {len(content):,} of {size:,} bytes")
        return kind.from_bytes(content)


def _image_in_file(path: Path, kind: Any, size: int, *, packed: bool) -> Any:
    """An image whose numbers are read from the file itself, or from a temporary one into which it was unpacked."""
    file = open_regular(path, follow=True)
    if packed:
        with file:
            file = unpacked_to_file(file, size + _START, path.name)
    try:
        if (found := file.seek(0, 2)) < size:
            raise DataError(f"{path.name} ends after {found:,} of {size:,} bytes")
        file.seek(0)
        image = kind.from_file_map({"image": nibabel().fileholders.FileHolder(fileobj=file)})
    except BaseException:
        file.close()
        raise
    finalize(image, file.close)
    return image


def write_nifti_like(source: Path, slices: Array, out: Path, dtype: type[np.generic] = np.float32) -> None:
    """Writes slices as a volume with the places, spacing and units of another.

    Args:
        source: the volume that they were made of.
        slices: (slices, height, width), those of all times one after the other.
        out: a .nii or .nii.gz file.
        dtype: of its numbers.

    Raises:
        DataError: other slices than the source has.
    """
    image = _image(source)
    depth, times = image.shape[2], int(np.prod(image.shape[3:], dtype=np.int64))
    if slices.shape != (depth * times, image.shape[1], image.shape[0]):
        raise DataError(f"{source.name} has {depth * times} slices of {image.shape[0]}x{image.shape[1]}")
    by_time = slices.reshape(times, depth, *slices.shape[1:]).transpose(3, 2, 1, 0)[:, ::-1]
    data = by_time.reshape(image.shape) if times == 1 else by_time
    header = image.header.copy()
    header.set_data_dtype(dtype)
    header["cal_min"] = header["cal_max"] = 0  # the source's window
    header["descrip"] = NIFTI_MARK
    made = type(image)(data.astype(dtype, copy=False), image.affine, header)
    with atomic_open(out) as file:
        if not out.name.lower().endswith(".gz"):
            made.to_stream(file)
            return
        with import_module("gzip").GzipFile(fileobj=file, mode="wb", filename=NIFTI_MARK, mtime=0) as packing:
            made.to_stream(packing)
