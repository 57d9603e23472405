"""Measures masks against true ones."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Int64
from torch import Tensor

from autoencode.data import Subset, sequential_batches
from autoencode.data.masks.mask_classes import MaskClasses, class_indices
from autoencode.data.masks.objects import count_objects
from autoencode.evaluation.estimate import Estimate
from autoencode.model import Autoencoder
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.reporter import Reporter, resolve_reporter, track

_FOREGROUND = "foreground"
_MAX_DECIDING = 500
_SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
"""Shares of the pictures from which on one mask for all has a pixel's class."""


@dataclass(frozen=True)
class SegmentationQuality:
    """How near masks are to the true ones.

    Args:
        dice: of each class but the background, by its name: twice the overlap over the sum of both areas, averaged over
            the pictures in which either has the class. Objects and their outlines are one class, "foreground".
        mean_dice: the mean of these over classes, for each picture, averaged over pictures.
        accuracy: share of pixels with the right class.
        count: objects, or connected areas, that were found.
        true_count: as many as there are.
        count_error: the sum over pictures and classes of the difference of both, as a share of all that there are; None
            where there are none.
        baseline_dice: `mean_dice` of one mask for every picture, see `usual_mask`; None where it was not measured.
    """

    dice: dict[str, Estimate]
    mean_dice: Estimate
    accuracy: Estimate
    count: int
    true_count: int
    count_error: float | None
    baseline_dice: Estimate | None = None


class SegmentationMetric:
    """Collects what `SegmentationQuality` says, picture by picture.

    Args:
        masks: the classes.
    """

    def __init__(self, masks: MaskClasses) -> None:
        self.masks = masks
        self._areas = [_FOREGROUND] if masks.of_objects else list(masks.names[1:])
        self._dice: dict[str, list[float]] = {name: [] for name in self._areas}
        self._mean, self._accuracy = list[float](), list[float]()
        self._counts = list[tuple[int, int]]()

    def add(
        self, found: np.ndarray, true: np.ndarray, counts: tuple[Sequence[int], Sequence[int]] | None = None
    ) -> None:
        """Adds a picture.

        Args:
            found: the class of each pixel, (height, width).
            true: the same of the true mask; −1 where it is not known.
            counts: how many objects of each class were found, and how many there are; counted in the masks by default.
        """
        known = true >= 0
        if not known.any():
            return
        own = list[float]()
        for number, name in enumerate(self._areas, start=1):
            pair = ((mask > 0) if self.masks.of_objects else (mask == number) for mask in (found, true))
            value = dice(*(area & known for area in pair))
            if value is not None:
                self._dice[name].append(value)
                own.append(value)
        if own:
            self._mean.append(float(np.mean(own)))
        self._accuracy.append(float((found == true)[known].mean()))
        self._counts += zip(
            *(counts or (self._count(np.where(known, found, 0)), self._count(np.maximum(true, 0)))), strict=True
        )

    def _count(self, classes: np.ndarray) -> list[int]:
        return [objects.count for objects in count_objects(classes.astype(np.uint8), self.masks).values()]

    def result(self, baseline: Estimate | None = None) -> SegmentationQuality | None:
        """Over all pictures; None where there was none with a known mask and a class in it."""
        if not self._mean:
            return None
        count, true_count = (sum(pair[side] for pair in self._counts) for side in (0, 1))
        off = sum(abs(a - b) for a, b in self._counts)
        return SegmentationQuality(
            dice={name: Estimate.of(torch.tensor(values)) for name, values in self._dice.items() if values},
            mean_dice=Estimate.of(torch.tensor(self._mean)),
            accuracy=Estimate.of(torch.tensor(self._accuracy)),
            count=count,
            true_count=true_count,
            count_error=off / true_count if true_count else None,
            baseline_dice=baseline,
        )


def dice(found: np.ndarray, true: np.ndarray) -> float | None:
    """Twice the overlap over the sum of both areas; None where both are empty.

    Args:
        found: True inside.
        true: the same of the true area.

    Example:
        >>> dice(np.array([True, True, False]), np.array([False, True, True]))
        0.5

    References:
        Dice, "Measures of the amount of ecologic association between species", Ecology 26, 1945.
    """
    both = int(found.sum()) + int(true.sum())
    return 2 * int((found & true).sum()) / both if both else None


@tuned_cpu()
@torch.no_grad()
def segmentation_quality(
    model: Autoencoder,
    subset: Subset,
    masks: MaskClasses,
    train: Subset | None = None,
    *,
    batch_size: int = 100,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> SegmentationQuality | None:
    """Measures a segmenter on pictures with masks.

    Args:
        model: is set to evaluation mode.
        subset: the pictures; targets are the planes of masks.
        masks: their classes.
        train: gives the mask that is always the same, for comparison.
        batch_size: pictures per batch.
        reporter: receives the progress of the task "segmenting", in examples.
        cancel: ends it early.

    Returns:
        The measurements; None where no mask has a class besides the background.

    Raises:
        CancelledError: `cancel` asked for it.
    """
    device = next(model.parameters()).device
    model.eval()
    own, same = SegmentationMetric(masks), SegmentationMetric(masks)
    usual = None if train is None else usual_mask(train, masks)
    with track(resolve_reporter(reporter), "segmenting", len(subset), "examples", cancel=cancel) as progress:
        for batch in sequential_batches(subset, batch_size, device=device):
            found = masks.decide(model.decode(model.encode(batch.x).mean).mean).cpu().numpy()
            for one, true in zip(found, class_indices(batch.target).cpu().numpy(), strict=True):
                own.add(one, true)
                if usual is not None:
                    same.add(usual.numpy(), true)
            progress.advance(len(batch))
    baseline = same.result()
    return own.result(None if baseline is None else baseline.mean_dice)


def usual_mask(train: Subset, masks: MaskClasses) -> Int64[Tensor, "height width"]:
    """The one mask for all pictures that has the highest Dice on them.

    A pixel gets its commonest class but the background if that is there in more than some share of the pictures; of
    several shares, and of the commonest class of all, the best by `mean_dice` is taken. The commonest class alone would
    often be background everywhere, whose Dice is 0.

    Args:
        train: pictures with masks, of which at most 500 decide on the share.
        masks: their classes.
    """
    total = torch.zeros(())
    for rows in train.chunks():
        planes = train.targets(rows)
        total = total + (0 if planes is None else planes.sum(0))
    shares = total / total.sum(0, keepdim=True).clamp_min(1e-12)
    highest, areas = shares[1:].max(0)
    some = train.subsample(_MAX_DECIDING)
    true = [class_indices(planes).numpy() for rows in some.chunks() if (planes := some.targets(rows)) is not None]
    masks_by_share = [shares.argmax(0), *((areas + 1) * (highest > share) for share in _SHARES)]
    return max(masks_by_share, key=lambda mask: _dice_of_one_mask(mask.numpy(), true, masks))


def _dice_of_one_mask(mask: np.ndarray, true: Sequence[np.ndarray], masks: MaskClasses) -> float:
    metric = SegmentationMetric(masks)
    for one in (one for chunk in true for one in chunk):
        metric.add(mask, one, ((), ()))
    found = metric.result()
    return 0.0 if found is None else found.mean_dice.value
