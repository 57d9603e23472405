"""Which augmentation suits a data set: what PCA, fitted with it, still explains in pictures held out."""

from dataclasses import replace

import torch
from torch import Tensor
from torch.nn import functional as F

from autoencode.data import Batch, Subset
from autoencode.data.augmentation import Augmentation
from autoencode.nn.principal_components import principal_components
from autoencode.runtime.seeding import seeded_rng

_MOST_PICTURES, _LARGEST, _FOLDS, _COPIES = 400, 32, 4, 3
_FEWEST = 4
_COMPONENTS = (8, 32)
_SHIFTS = (10, 20, 40)
"""Shifts by a 10th of the shorter side and less."""
_TOLERANCE, _SHIFT_TOLERANCE = 1.005, 1.08
"""Error with an augmentation, as a share of the error without it, up to which it is taken. Networks gain more by shifts
than PCA does, which has to spend components on them."""


def choose_augmentation(train: Subset, *, mirrored: bool = True, stretched: bool = False) -> Augmentation:
    """Mirroring, flipping, stretching and shifts that leave pictures like the others of their set.

    PCA with 8 and with 32 components is fitted to three quarters of the pictures, with and without changed copies
    beside them, and measured on the rest as it is; an augmentation is taken if the errors do not rise, by their
    geometric mean, so that both sizes count alike. Shapes that all point in one direction, or pictures that are aligned
    to the pixel, lose by it, and photographs gain.

    Args:
        train: of pictures, (n, channels, height, width).
        mirrored: whether mirroring and flipping are tried.
        stretched: whether stretching is tried.
    """
    some = train.subsample(_MOST_PICTURES)
    if len(some) < _FEWEST:
        return Augmentation()
    x = some.inputs()
    short = min(x.shape[2:])
    chosen = Augmentation()
    with seeded_rng(0):
        best = _error(x, chosen)
        for change in ({"mirror": True}, {"flip": True}) if mirrored else ():
            error = _error(x, replace(chosen, **change))
            if error <= _TOLERANCE * best:
                chosen, best = replace(chosen, **change), error
        if stretched and (error := _error(x, replace(chosen, stretch=True))) <= _SHIFT_TOLERANCE * best:
            chosen, best = replace(chosen, stretch=True), error
        for shift in (short // part for part in _SHIFTS if short >= part):
            if _error(x, replace(chosen, shift=shift)) <= _SHIFT_TOLERANCE * best:
                return replace(chosen, shift=shift)
    return chosen


def _error(x: Tensor, augmentation: Augmentation) -> float:
    """Squared error of PCA on pictures that it was not fitted to: geometric mean over numbers of components."""
    fold = torch.arange(len(x)) % _FOLDS
    errors = sum(_errors(x[fold != number], x[fold == number], augmentation) for number in range(_FOLDS))
    return torch.as_tensor(errors).clamp_min(1e-12).log().mean().exp().item()


def _errors(fitted: Tensor, held_out: Tensor, augmentation: Augmentation) -> Tensor:
    """Summed squared errors on the pictures held out, one for each number of components."""
    copies = [augmentation(Batch(fitted, fitted)).x for _ in range(_COPIES)] if augmentation else []
    largest = min(max(_COMPONENTS), max(1, len(fitted) * 3 // 4))
    found = principal_components(_small(torch.cat([fitted, *copies])), largest)
    rest = _small(held_out) - found.mean
    along = (rest @ found.axes).double().square().sum(0)
    return torch.stack([rest.double().square().sum() - along[:count].sum() for count in _COMPONENTS])


def _small(x: Tensor) -> Tensor:
    """(n, values): pictures with sides of at most 32 pixels."""
    factor = max(1, -(-max(x.shape[2:]) // _LARGEST))
    return F.avg_pool2d(x, factor, ceil_mode=True).flatten(1) if factor > 1 else x.flatten(1)
