"""DICOM files: slices of CT and MRI, X-rays, and files of many frames."""

from collections import defaultdict
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from autoencode.data.extras import import_extra
from autoencode.data.memory import check_fits, is_large
from autoencode.data.values import Array
from autoencode.data.volumes.scan_volume import StoredSlices, Volume
from autoencode.errors import AutoencodeError, DataError
from autoencode.storage import atomic_open, open_regular

_UNCOMPRESSED = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2")
_GREY, _COLOUR = ("MONOCHROME1", "MONOCHROME2"), ("RGB", "YBR_FULL", "YBR_FULL_422")
_BITS = 16


def pydicom() -> ModuleType:
    """pydicom, which reads DICOM.

    Raises:
        CapabilityError: it is not installed.
    """
    return import_extra("pydicom", "DICOM files are read by pydicom")


def read_dicom(path: Path) -> Volume:
    """The frames of one file.

    Raises:
        DataError: damaged, without pixels, or compressed in a way that nothing installed reads.
        CapabilityError: pydicom is not installed.
    """
    with _opened(path) as header:
        return Volume(_frames(header, path), _spacing([header]), _unit(header))


def read_dicom_series(files: Sequence[Path]) -> tuple[list[Volume], list[tuple[Path, str]]]:
    """A volume for each series, its slices in the order of their places, and the files that cannot be read.

    Args:
        files: in any order.
    """
    series, unread = defaultdict[str, list[tuple[Any, Path]]](list), list[tuple[Path, str]]()
    for path in files:
        try:
            with _opened(path, pixels=False) as header:
                _check_pixels(header, path)
                _check_numbers(header)
                series[str(header.get("SeriesInstanceUID", path.parent))].append((header, path))
        except DataError as error:
            unread.append((path, str(error)))
    volumes = list[Volume]()
    large = is_large(sum(_bytes(header) for own in series.values() for header, _ in own))
    for uid in series:
        slices = list[_Slice]()
        for header, path in sorted(series[uid], key=lambda one: (_place(one[0]), one[1])):
            try:
                pixels = _pixels(path)
                slices.append(_Slice(header, path, pixels.shape, pixels.dtype, None if large else pixels))
            except DataError as error:
                unread.append((path, str(error)))
        for shape in sorted({one.shape[1:] for one in slices}):
            same = [one for one in slices if one.shape[1:] == shape]
            headers = [one.header for one in same]
            volumes.append(Volume(_together(same), _spacing(headers), _unit(headers[0])))
    return volumes, unread


class _Slice(NamedTuple):
    """A file of a series, and its pixels unless they are read again when they are asked for."""

    header: Any
    path: Path
    shape: tuple[int, ...]
    dtype: np.dtype
    pixels: Array | None


def _together(slices: Sequence[_Slice]) -> Array | StoredSlices:
    """The pixels of files of one size, one after the other."""
    kept = [one.pixels for one in slices if one.pixels is not None]
    if len(kept) == len(slices):
        return np.concatenate(kept)
    files = [(one.path, frame) for one in slices for frame in range(one.shape[0])]

    def read(rows: slice) -> Array:
        return np.concatenate([_pixels(path)[frame : frame + 1] for path, frame in files[rows]])

    return StoredSlices((len(files), *slices[0].shape[1:]), slices[0].dtype, read)


def _pixels(path: Path) -> Array:
    with _opened(path) as header:
        return _frames(header, path)


def _bytes(header: Any) -> int:
    return 8 * int(header.Rows) * int(header.Columns) * int(header.get("NumberOfFrames", 1) or 1)


@contextmanager
def _opened(path: Path, *, pixels: bool = True) -> Generator[Any]:
    """The header of a file; whatever goes wrong inside becomes `DataError`."""
    library = pydicom()
    try:
        with open_regular(path, follow=True) as file:
            yield library.dcmread(file, stop_before_pixels=not pixels)
    except AutoencodeError:
        raise
    except Exception as error:  # hostile files make pydicom raise almost anything
        lines = str(error).splitlines()
        raise DataError(f"{path.name} is no DICOM file, or damaged: {lines[0] if lines else type(error)}") from error


def _check_numbers(header: Any) -> None:
    """Raises whatever pydicom raises where size, place or spacing are no numbers."""
    _bytes(header)
    _place(header)
    _spacing([header])


def _check_pixels(header: Any, path: Path) -> None:
    if "Rows" not in header or "Columns" not in header:
        raise DataError(f"{path.name} has no pixels")


def _frames(header: Any, path: Path) -> Array:
    """(frames, height, width), or with colours, in the unit of the file."""
    if "PixelData" not in header:
        raise DataError(f"{path.name} has no pixels")
    kind = str(header.get("PhotometricInterpretation", ""))
    if kind not in (*_GREY, *_COLOUR):
        raise DataError(f"{path.name} has pixels of the kind {kind}, and grey and RGB are read")
    check_fits(_bytes(header), path.name)
    array = _decoded(header, path)
    if kind in _COLOUR:
        return array.reshape(-1, *array.shape[-3:])
    if kind != "MONOCHROME2":  # dark is stored as high: exchanged within the bits of the file, alike in all of a series
        array = (-1 if header.PixelRepresentation else 2 ** int(header.BitsStored) - 1) - array.astype(np.int64)
    numbers = import_module("pydicom.pixels").apply_rescale(array, header)
    return np.asarray(numbers, dtype=np.float32).reshape(-1, *numbers.shape[-2:])


def _decoded(header: Any, path: Path) -> Array:
    try:
        return header.pixel_array
    except Exception as error:
        syntax = header.file_meta.TransferSyntaxUID
        if str(syntax) in _UNCOMPRESSED:
            raise
        raise DataError(
            f"{path.name} is compressed ({syntax.name}), and nothing that reads it is installed: pip install "
            "pylibjpeg pylibjpeg-libjpeg pylibjpeg-openjpeg pylibjpeg-rle"
        ) from error


def _unit(header: Any) -> str:
    return "HU" if header.get("Modality") == "CT" else ""


def _place(header: Any) -> float:
    """Where a slice lies along the axis of its series, or its number."""
    position, sides = header.get("ImagePositionPatient"), header.get("ImageOrientationPatient")
    if position is None or sides is None or len(position) != 3 or len(sides) != 6:
        return float(header.get("InstanceNumber") or 0)
    across, down = np.array(sides[:3], dtype=float), np.array(sides[3:], dtype=float)
    return float(np.cross(across, down) @ np.array(position, dtype=float))


def _spacing(headers: Sequence[Any]) -> tuple[float, float, float]:
    """Between slices, rows and columns, in millimetres."""
    first = headers[0]
    rows, columns = (float(side) for side in first.get("PixelSpacing") or first.get("ImagerPixelSpacing") or (1, 1))
    places = np.sort([_place(header) for header in headers])
    between = float(np.median(np.diff(places))) if len(places) > 1 else 0.0
    return between or float(first.get("SliceThickness") or 1.0), rows, columns


def write_dicom_like(source: Path, frames: Array, out: Path) -> None:
    """Writes frames with all that another file says of patient, place, spacing and units; they are marked as derived.

    Args:
        source: the file that they were made of.
        frames: (frames, height, width) in the unit of the source.
        out: a .dcm file.

    Raises:
        DataError: colours, or other frames than the source has.
    """
    library = pydicom()
    with _opened(source) as header:
        if frames.shape != _frames(header, source).shape or frames.ndim != 3:
            raise DataError(f"{source.name} has other frames than are to be written, or colours")
        scale, intercept = float(header.get("RescaleSlope", 1) or 1), float(header.get("RescaleIntercept", 0) or 0)
        kind = np.int16 if header.PixelRepresentation else np.uint16
        limits = np.iinfo(kind)
        stored = np.rint((frames - intercept) / scale).clip(limits.min, limits.max).astype(kind)
        header.PixelData = stored.astype(stored.dtype.newbyteorder("<")).tobytes()
        header.BitsAllocated = header.BitsStored = _BITS
        header.HighBit = _BITS - 1
        header.PhotometricInterpretation = "MONOCHROME2"
        header.file_meta.TransferSyntaxUID = library.uid.ExplicitVRLittleEndian
        header.ImageType = ["DERIVED", "SECONDARY", *list(header.get("ImageType", []))[2:]]
        for name in ("SOPInstanceUID", "SeriesInstanceUID"):
            if name in header:
                setattr(header, name, library.uid.generate_uid(entropy_srcs=["autoencode", str(header[name].value)]))
        if "SOPInstanceUID" in header:
            header.file_meta.MediaStorageSOPInstanceUID = header.SOPInstanceUID
        header["PixelData"].VR = "OW"
        header["PixelData"].is_undefined_length = False
        with atomic_open(out) as file:
            header.save_as(file, enforce_file_format=True)
