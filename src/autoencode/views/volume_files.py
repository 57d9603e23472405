"""Volumes written back as the files that they came from, with places, spacing and units."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from autoencode.data.content import suffix_of
from autoencode.data.volumes.dicom import write_dicom_like
from autoencode.data.volumes.nifti import write_nifti_like
from autoencode.data.volumes.volume import is_volume
from autoencode.runs.inputs import InputFile
from autoencode.runs.replacing import check_replaceable


def volume_paths(inputs: Sequence[InputFile], folder: Path) -> list[Path]:
    """Where the volumes among some files will be written.

    Args:
        inputs: the files.
        folder: where results go.
    """
    return [folder / _name(file.path) for file in inputs if is_volume(file.path)]


def _name(path: Path) -> str:
    return path.name if suffix_of(path) != ".dcm" or path.suffix.lower() == ".dcm" else f"{path.name}.dcm"


def write_volumes_like(inputs: Sequence[InputFile], rows: Path | None, folder: Path) -> list[Path]:
    """Writes the volumes among some files with other numbers.

    Args:
        inputs: the files, in the order of the rows.
        rows: a .npy file of the numbers of all of them, (n, 1, height, width), in the units of the data; None where
            there is none, and nothing is written.
        folder: where results go.

    Returns:
        The files.
    """
    if rows is None or rows.suffix != ".npy" or not any(is_volume(file.path) for file in inputs):
        return []
    numbers, start, written = np.load(rows, mmap_mode="r", allow_pickle=False), 0, list[Path]()
    for file in inputs:
        part = np.asarray(numbers[start : start + file.count])
        start += file.count
        if not is_volume(file.path) or part.shape[1] != 1:
            continue
        write = write_dicom_like if suffix_of(file.path) == ".dcm" else write_nifti_like
        path = folder / _name(file.path)
        check_replaceable(path)
        write(file.path, part[:, 0], path)
        written.append(path)
    return written
