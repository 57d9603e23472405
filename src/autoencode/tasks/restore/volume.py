"""Restores a volume slice by slice, in its own units, into a file of its own kind."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.data.content import suffix_of
from autoencode.data.memory import allocate
from autoencode.data.values import Array
from autoencode.data.volumes.dicom import write_dicom_like
from autoencode.data.volumes.nifti import write_nifti_like
from autoencode.data.volumes.scan_volume import Volume
from autoencode.data.volumes.volume import neighbours
from autoencode.errors import AutoencodeError
from autoencode.evaluation import PictureQuality
from autoencode.runs.restorer import N_ORIENTATIONS, Restorer, oriented, upright
from autoencode.runs.volumes import VolumeRange, missing_note, read_grey_volumes, read_volumes
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter, track
from autoencode.tasks.restore.job import Job, Restored, Sheet

_PIXELS = 2**19
"""Of slices that are restored together."""


@dataclass(frozen=True)
class VolumeJob(Job):
    """A NIfTI or DICOM file to restore; arguments as `Job` takes them.

    Args:
        slices: how many there are, those of all times together.
    """

    slices: int = field(kw_only=True)

    @classmethod
    def of(cls, source: Path, name: Path) -> "VolumeJob":
        """From the file.

        Raises:
            UnreadableError: it is damaged, or in colours.
        """
        volumes = read_grey_volumes(source)
        output = name if suffix_of(source) != ".dcm" or name.suffix.lower() == ".dcm" else Path(f"{name}.dcm")
        shape = list(volumes[0].pixels.shape)
        return cls(source, name, (shape[1], shape[2]), output, slices=sum(len(volume.pixels) for volume in volumes))

    @property
    def pixels(self) -> int:
        """Those of all slices."""
        return self.size[0] * self.size[1] * self.slices

    def restore(self, restorer: Restorer, sheet: Sheet, reporter: Reporter, cancel: CancelToken | None) -> Restored:
        """As `Job` says, with the places, spacing and units of the file; slices may be of any size.

        Numbers outside the range that the model learned from are clipped before it sees them, and keep the difference.
        NaN and infinity are the low end of the range for the model, and stay as they are.
        """
        values, done, outside, missing, squares = VolumeRange(restorer.run), 0, 0, 0, 0.0
        volumes, metric = read_volumes(self.source), _Metric(self.clean, (self.slices, *self.size), values)
        out = allocate((self.slices, *self.size), np.float32, str(self.source))
        with track(reporter, "restoring a volume", self.slices, "slices", cancel=cancel) as progress:
            for near in _chunks(volumes, restorer.frames):
                before = near[:, 0]
                units = torch.from_numpy(values.units(before))[:, None]
                inside = torch.from_numpy(values.units(near)).clamp_(0, 1)
                after = _restored(restorer, inside)
                inside = inside[:, :1]
                result = (after + units - inside)[:, 0].numpy()
                known = np.isfinite(before)
                out[done : done + len(before)] = np.where(known, result * values.span + values.low, before)
                missing += int((~known).sum())
                outside += int((units != inside).sum())
                squares += float(np.square((result - units[:, 0].numpy())[known], dtype=np.float64).sum())
                metric.add(done, before, out[done : done + len(before)])
                if done <= self.slices // 2 < done + len(before):
                    middle = self.slices // 2 - done
                    sheet.add(_grey(inside[middle, 0]), _grey(torch.from_numpy(result[middle])), self.label)
                done += len(before)
                progress.advance(len(before))
        n_known = self.pixels - missing
        notes = values.note(outside, n_known), missing_note(missing, self.pixels, "stay as they are")
        write = write_dicom_like if suffix_of(self.source) == ".dcm" else write_nifti_like
        self.output.parent.mkdir(parents=True, exist_ok=True)
        write(self.source, out, self.output)
        change = math.sqrt(squares / max(1, n_known))
        return Restored(self, change, tuple(filter(None, notes)), *metric.result())


def _chunks(volumes: list[Volume], frames: int) -> Iterator[Array]:
    """Some slices at a time, (n, frames, height, width): each one first, then those before and those behind it."""
    reach = frames // 2
    for volume in volumes:
        step = max(1, _PIXELS // (frames * math.prod(volume.pixels.shape[1:])))
        rows = [[near.pop(reach), *near] for near in neighbours(range(len(volume.pixels)), reach)]
        for first in range(0, len(rows), step):
            some = rows[first : first + step]
            low, high = min(map(min, some)), max(map(max, some)) + 1
            pixels = np.asarray(volume.pixels[low:high], dtype=np.float32)
            yield pixels[np.array(some) - low]


@torch.no_grad()
def _restored(restorer: Restorer, x: Float[Tensor, "n frames height width"]) -> Float[Tensor, "n 1 height width"]:
    """The first of each row of slices in the model's units, whole; with an ensemble the mean over orientations."""
    if not restorer.ensemble:
        return _through(restorer, x)
    turns = (upright(_through(restorer, oriented(x, number)), number) for number in range(N_ORIENTATIONS))
    return torch.stack(list(turns)).mean(0)


def _through(restorer: Restorer, x: Tensor) -> Tensor:
    model, x = restorer.run.model_for_size((x.shape[2], x.shape[3])), x.contiguous().to(restorer.run.device)
    context = x[:, 1:] if restorer.frames > 1 else None
    return model.decode(model.encode(x[:, :1], context).mean, context).mean.cpu()


def _grey(pixels: Float[Tensor, "height width"]) -> np.ndarray:
    return (pixels.clamp(0, 1) * 255).round().byte().numpy()[None]


class _Metric:
    """The file and the result against a clean volume, in parts of the range that the model learned from."""

    def __init__(self, clean: Path | None, shape: tuple[int, int, int], values: VolumeRange) -> None:
        self._values, self._clean, self._error = values, None, ""
        self._squares, self._count = [0.0, 0.0], 0
        try:
            self._clean = (
                None if clean is None else np.concatenate([volume.pixels[:] for volume in read_volumes(clean)])
            )
        except (AutoencodeError, OSError) as error:
            self._error = f"its clean volume: {error}"
        if self._clean is not None and self._clean.shape != shape:
            self._clean, self._error = None, "its clean volume has other slices"

    def add(self, first: int, before: Array, after: Array) -> None:
        """Takes some slices, in order."""
        if self._clean is None:
            return
        true = self._clean[first : first + len(before)]
        known = np.isfinite(before) & np.isfinite(true)
        for place, one in enumerate((before, after)):
            error = (one[known] - true[known]) / self._values.span
            self._squares[place] += float(np.square(error, dtype=np.float64).sum())
        self._count += int(known.sum())

    def result(self) -> tuple[tuple[PictureQuality, PictureQuality] | None, str]:
        """PSNR and RMSE of both, or why there are none."""
        if self._clean is None or not self._count:
            return None, self._error
        before, after = (math.sqrt(total / self._count) for total in self._squares)
        return (_quality(before), _quality(after)), ""


def _quality(rmse: float) -> PictureQuality:
    return PictureQuality(-20 * math.log10(rmse) if rmse else math.inf, math.nan, rmse)
