"""The masks of volumes: volumes of whole numbers with the same slices."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from jaxtyping import UInt8
from torch import Tensor

from autoencode.data.examples import Examples
from autoencode.data.masks.find_classes import find_classes
from autoencode.data.masks.mask_classes import MaskClasses, MaskKind, Values
from autoencode.data.memory import allocate
from autoencode.data.options import ReadOptions
from autoencode.data.volumes.nifti import NIFTI_SUFFIXES, read_nifti
from autoencode.data.volumes.scan_volume import Volume
from autoencode.errors import DataError

_FIRST_CHANNEL = "_0000"
"""Some collections number the kinds of measurement of a scan behind its name; its mask has the name alone."""
_WHOLE_NUMBERS = 1e-4


class VolumeMasks:
    """The masks of volumes, in the order in which the volumes are read.

    Args:
        target: a folder of masks, or the mask of the one volume.
        folder: of the volumes; None for a single file.

    Raises:
        DataError: the folder has no volumes.
    """

    def __init__(self, target: Path, folder: Path | None) -> None:
        self._target, self._folder = target, folder
        self._files = mask_volumes(target) if target.is_dir() else {}
        self._read = list[Volume]()
        if target.is_dir() and not self._files:
            raise DataError(f"{target} holds no masks of volumes, which are .nii and .nii.gz files")

    def add(self, file: Path, volumes: Sequence[Volume]) -> None:
        """Reads the mask of a file.

        Args:
            file: the NIfTI file.
            volumes: in it.

        Raises:
            DataError: it has no mask, or one of other slices or of numbers that are no classes.
        """
        mask = self._file_of(file)
        if len(volumes) > 1:
            raise DataError(f"{len(volumes):,} volumes, one for each time, and one mask: give each volume its own file")
        self._read.append(read_mask_volume(mask, volumes[0]))

    def _file_of(self, file: Path) -> Path:
        if not self._target.is_dir():
            return self._target
        name = volume_name(file.relative_to(self._folder) if self._folder else Path(file.name))
        found = self._files.get(name) or self._files.get(name.with_name(name.name.removesuffix(_FIRST_CHANNEL)))
        if found is None:
            raise DataError(f"no mask of this name in {self._target}")
        return found

    def join(self, found: Examples, options: ReadOptions) -> Examples:
        """The slices of all volumes with their masks.

        Args:
            found: the slices.
            options: how they were read.

        Raises:
            DataError: the masks have no two classes.
        """
        classes, notes = find_classes(
            self._slices(), str(self._target), objects=options.target_is == "objects", kind=MaskKind.LABELS
        )
        return replace(
            found,
            target=self._planes(classes, found.x.shape),
            masks=classes,
            notes=(*found.notes, *notes),
            options={**found.options, "target": str(self._target), "target_is": options.target_is},
        )

    def _slices(self) -> Iterator[Values]:
        for volume in self._read:
            for number in range(len(volume.pixels)):
                yield volume.pixels[number : number + 1][0].astype(np.int32)

    def _planes(self, classes: MaskClasses, shape: Sequence[int]) -> UInt8[Tensor, "n classes height width"]:
        planes = torch.from_numpy(allocate((shape[0], len(classes), *shape[2:]), np.dtype(np.uint8), "the masks"))
        for row, values in enumerate(self._slices()):
            planes[row] = classes.planes(classes.indices(values)[None, None])[0]
        return planes


def read_mask_volume(path: Path, volume: Volume) -> Volume:
    """The mask of a volume, whose numbers are whole.

    Args:
        path: the mask's file.
        volume: the volume.

    Raises:
        DataError: it is damaged, has other slices, or other numbers.
    """
    masks = read_nifti(path)
    shape, wanted = masks[0].pixels.shape, volume.pixels.shape
    if len(masks) > 1 or shape != wanted[:3]:
        sizes = (" x ".join(map(str, one[::-1])) for one in ((len(masks), *shape) if len(masks) > 1 else shape, wanted))
        raise DataError("its mask has {} voxels, and it has {}".format(*sizes))
    for number in range(len(masks[0].pixels)):
        values = masks[0].pixels[number : number + 1]
        off = np.abs(values - np.rint(values)) > _WHOLE_NUMBERS
        if off.any():
            raise DataError(f"its mask has numbers such as {values[off][0]:.3g}: masks have a whole one for each class")
    return masks[0]


def mask_volumes(folder: Path) -> dict[Path, Path]:
    """The volumes in a folder and below, by their names without ending."""
    files = (file for file in sorted(folder.rglob("*")) if file.name.lower().endswith(NIFTI_SUFFIXES))
    return {volume_name(file.relative_to(folder)): file for file in files}


def volume_name(file: Path) -> Path:
    """A volume's name without its ending.

    Example:
        >>> str(volume_name(Path("a/b.1.nii.gz")))
        'a/b.1'
    """
    lower = file.name.lower()
    ending = next((ending for ending in sorted(NIFTI_SUFFIXES, key=len)[::-1] if lower.endswith(ending)), file.suffix)
    return file.with_name(file.name[: len(file.name) - len(ending)])
