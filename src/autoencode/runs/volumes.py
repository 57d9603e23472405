"""Volumes as a model of slices takes them."""

from pathlib import Path

import numpy as np

from autoencode.data.content import suffix_of
from autoencode.data.images.picture import UnreadableError
from autoencode.data.values import Array, ValueRange
from autoencode.data.volumes.dicom import read_dicom
from autoencode.data.volumes.nifti import read_nifti
from autoencode.data.volumes.scan_volume import Volume
from autoencode.errors import CapabilityError, DataError
from autoencode.runs.run import Run

_OUTSIDE = 0.5
"""Share of numbers outside the range of training, above which a volume is refused."""


def read_volumes(path: Path) -> list[Volume]:
    """The volumes of a NIfTI or DICOM file, those of a file with times one after the other.

    Raises:
        DataError: damaged, or not of numbers.
    """
    return [read_dicom(path)] if suffix_of(path) == ".dcm" else read_nifti(path)


def read_grey_volumes(path: Path) -> list[Volume]:
    """The same where there is one number for each voxel.

    Raises:
        UnreadableError: damaged, or in colours.
    """
    try:
        volumes = read_volumes(path)
    except DataError as error:
        raise UnreadableError(str(error)) from error
    if len(volumes[0].pixels.shape) > 3:
        raise UnreadableError("a volume in colours, and a model of volumes takes one number for each voxel")
    return volumes


class VolumeRange:
    """The range of numbers that a model learned from, and numbers of volumes in its units.

    Args:
        run: a trained model of grey pictures.

    Raises:
        CapabilityError: it is of colours, or of no known range.
    """

    def __init__(self, run: Run) -> None:
        values = run.folder.data.values
        if run.modality.data_shape[0] != 1:
            raise CapabilityError("a volume needs a model of grey pictures: train one on volumes")
        if values.low is None or values.high is None:
            raise CapabilityError("a volume needs a model of a known range: train one with --values")
        self.values: ValueRange = values
        self.low, self.span = float(values.low), float(values.high) - float(values.low)

    def units(self, pixels: Array) -> Array:
        """Numbers of a volume in the model's units, 0 to 1 where they are within the range; 0 for NaN and infinity."""
        known = np.where(np.isfinite(pixels), pixels, np.float32(self.low))
        return ((known - np.float32(self.low)) / np.float32(self.span)).astype(np.float32)

    def note(self, outside: int, voxels: int) -> str:
        """A line about numbers outside the range; "" where there are none.

        Args:
            outside: how many there are.
            voxels: of the volume, without NaN and infinity.

        Raises:
            DataError: more than half of all.
        """
        share = outside / max(1, voxels)
        if share > _OUTSIDE:
            raise DataError(
                f"{100 * share:.0f} % of its numbers are outside {self.values}, which the model learned from"
            )
        return (
            f"{100 * share:.2g} % of its numbers are outside {self.values}, which the model learned from"
            if share
            else ""
        )


def missing_note(missing: int, voxels: int, become: str) -> str:
    """A line about voxels that are NaN or infinite; "" where there are none.

    Args:
        missing: how many there are.
        voxels: of the volume.
        become: what they are in the result, such as "stay as they are".
    """
    return f"{100 * missing / voxels:.2g} % of its voxels are NaN or infinite and {become}" if missing else ""
