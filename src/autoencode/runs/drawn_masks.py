"""Several plausible masks of one picture."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, UInt8
from torch import Tensor
from torch.nn import functional as F

from autoencode.data.masks.mask_classes import MaskClasses

_ROWS = 256
_LEAST = 1 / 510
"""The smallest probability that bytes stand for: half a step."""


@dataclass(frozen=True, eq=False)
class DrawnMasks:
    """Masks that were drawn, and what they say together.

    Args:
        masks: the class of each pixel in each draw.
        probabilities: of each class at each pixel, the mean over draws.
        likeliest: the place of the mask with the highest probability under all draws together.
    """

    masks: UInt8[Tensor, "n height width"]
    probabilities: Float[Tensor, "classes height width"]
    likeliest: int


def summarise_draws(draws: UInt8[Tensor, "n n_classes height width"], classes: MaskClasses) -> DrawnMasks:
    """The mask of each draw, their mean, and the likeliest of them.

        log p(mask i | picture)  ≈  log mean over k of p(mask i | code k)

    Args:
        draws: probabilities of each class at each pixel given each code, in steps of 1/255.
        classes: of the masks.

    Example:
        >>> from autoencode.data.masks.mask_classes import MaskKind
        >>> one, other = torch.tensor([250, 5]), torch.tensor([5, 250])
        >>> draws = torch.stack([one, other, other]).byte()[:, :, None, None]
        >>> found = summarise_draws(draws, MaskClasses(("background", "foreground"), MaskKind.LABELS, (0, 1)))
        >>> found.masks.flatten().tolist(), found.likeliest
        ([0, 1, 1], 1)
    """
    n, n_classes = draws.shape[:2]
    masks = torch.empty(n, *draws.shape[2:], dtype=torch.uint8)
    mean = torch.empty(draws.shape[1:])
    log_p = torch.zeros(n, n, dtype=torch.float64)
    for start in range(0, draws.shape[2], _ROWS):
        rows = slice(start, start + _ROWS)
        p = draws[:, :, rows].float() / 255
        p = p / p.sum(1, keepdim=True).clamp_min(_LEAST)
        mean[:, rows] = p.mean(0)
        chosen = classes.decide(p)
        masks[:, rows] = chosen.byte()
        planes = F.one_hot(chosen, n_classes).movedim(-1, 1).float()
        log_p += (planes.flatten(1) @ p.clamp_min(_LEAST).log().flatten(1).T).double()
    return DrawnMasks(masks, mean, int(log_p.logsumexp(1).argmax()))
