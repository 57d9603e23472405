"""The soft Dice loss: how far predicted areas and those of masks are from covering each other."""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from autoencode.objectives.forward_pass import ForwardPass
from autoencode.objectives.objective import Objective, ObjectiveOutput

_SMOOTHING = 1.0
"""Pixels added to the overlap (twice) and to both areas, so that a class without a pixel in a batch has no loss."""


@dataclass(frozen=True)
class DiceLoss(Objective):
    """1 − Dice, averaged over classes; areas are sums of probabilities over all pictures of a batch.

        dice(class) = (2 Σ p t + 1) / (Σ p + Σ t + 1)

    A cross-entropy weighs pixels alike, so that small classes count little; this weighs classes alike. Areas of a whole
    batch are taken because a patch often has no pixel of a class. Pixels whose class is not known are left out.

    Terms: `dice_loss`, from 0 to 1, the batch's for each of its examples.

    References:
        Milletari, Navab and Ahmadi, "V-Net", 3DV 2016, equation 3, whose areas are squared.
    """

    of_batch = "the areas of classes in a batch"

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The loss."""
        loss = soft_dice_loss(fwd.p_x.mean[0], fwd.batch.target)
        return ObjectiveOutput(loss, {"dice_loss": loss.expand(len(fwd.batch))})


def soft_dice_loss(
    probabilities: Float[Tensor, "batch classes height width"], mask: Float[Tensor, "batch classes height width"]
) -> Float[Tensor, ""]:
    """1 − Dice, averaged over classes.

    Args:
        probabilities: of each class at each pixel.
        mask: a plane for each class; pixels that are 0 in all of them are not known.

    Example:
        >>> import torch
        >>> mask = torch.tensor([[[[1.0, 0.0]], [[0.0, 1.0]]]])
        >>> soft_dice_loss(mask, mask).item(), soft_dice_loss(1 - mask, mask).item()
        (0.0, 0.6666666269302368)
    """
    known = mask.sum(1, keepdim=True)
    areas = (0, 2, 3)
    overlap = (probabilities * mask).sum(areas)
    both = (probabilities * known).sum(areas) + mask.sum(areas)
    return (1 - (2 * overlap + _SMOOTHING) / (both + _SMOOTHING)).mean()
