"""NIfTI files: volumes of MRI and CT."""

from importlib import import_module
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from autoencode.data.arrays.gunzip import gunzip, gunzip_start, is_gzip
from autoencode.data.arrays.npy import wrap_read_errors
from autoencode.data.extras import import_extra
from autoencode.data.memory import check_fits
from autoencode.data.values import Array
from autoencode.data.volumes.scan_volume import Volume
from autoencode.errors import DataError
from autoencode.storage import atomic_open, open_regular

_START = 544
"""Bytes that hold a header of either version."""
_AIR = -500
"""CT has air of −1000 Hounsfield units around the body; no other scanner gives numbers below −500 and above this."""
_MOST_AXES = 4


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
    with wrap_read_errors(str(path)):
        data = np.asarray(image.dataobj)
    if data.dtype.kind not in "buif":
        raise DataError(f"{path.name} holds {data.dtype}, and not numbers")
    sides = [float(side) for side in image.header.get_zooms()[:3]]
    spacing = sides[2], sides[1], sides[0]
    volumes = data.reshape(*axes[:3], -1)
    return [Volume(_drawn(volumes[..., time]), spacing, _unit(data)) for time in range(volumes.shape[3])]


def _unit(data: Array) -> str:
    return "HU" if data.dtype.kind != "u" and data.min() < _AIR < -_AIR < data.max() else ""


def _drawn(volume: Array) -> Array:
    """(slices, rows, columns) of a volume's own axes."""
    return np.ascontiguousarray(volume[:, ::-1].transpose(2, 1, 0))


def _stored(slices: Array) -> Array:
    """What `_drawn` made them of."""
    return slices.transpose(2, 1, 0)[:, ::-1]


def _image(path: Path) -> Any:
    """The image, whose numbers are not read yet; nothing is unpacked that its header does not announce."""
    library = nibabel()
    with open_regular(path, follow=True) as file, wrap_read_errors(str(path)):
        packed = file.read()
        start = gunzip_start(packed, _START, path.name) if is_gzip(packed) else packed[:_START]
        kind = library.Nifti2Image if int.from_bytes(start[:4], "little") == 540 else library.Nifti1Image
        header = kind.header_class.from_fileobj(BytesIO(start), check=True)
        shape = [max(0, int(side)) for side in header.get_data_shape()]
        size = int(np.prod(shape, dtype=np.float64)) * header.get_data_dtype().itemsize + int(header["vox_offset"])
        check_fits(8 * int(np.prod(shape, dtype=np.float64)), path.name)
        content = gunzip(packed, size + _START, path.name) if is_gzip(packed) else packed
        if len(content) < size:
            raise DataError(f"{path.name} ends after {len(content):,} of {size:,} bytes")
        return kind.from_bytes(content)


def write_nifti_like(source: Path, slices: Array, out: Path) -> None:
    """Writes slices as a volume with the places, spacing and units of another.

    Args:
        source: the volume that they were made of.
        slices: (slices, height, width), those of all times one after the other.
        out: a .nii or .nii.gz file.

    Raises:
        DataError: other slices than the source has.
    """
    image = _image(source)
    depth, times = image.shape[2], int(np.prod(image.shape[3:], dtype=np.int64))
    if slices.shape != (depth * times, image.shape[1], image.shape[0]):
        raise DataError(f"{source.name} has {depth * times} slices of {image.shape[0]}x{image.shape[1]}")
    volumes = [_stored(slices[time * depth : (time + 1) * depth]) for time in range(times)]
    data = np.stack(volumes, axis=-1).reshape(image.shape).astype(np.float32)
    header = image.header.copy()
    header.set_data_dtype(np.float32)
    with atomic_open(out) as file:
        content = type(image)(data, image.affine, header).to_bytes()
        file.write(import_module("gzip").compress(content, mtime=0) if out.name.lower().endswith(".gz") else content)
