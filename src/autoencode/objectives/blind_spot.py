"""Learning to restore without a clean picture: each hidden pixel is told from those around it."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.distributions import Independent

from autoencode.data.batch import Batch
from autoencode.errors import ArgumentError, CapabilityError
from autoencode.objectives.forward_pass import ForwardPass
from autoencode.objectives.objective import Objective, ObjectiveOutput


@dataclass(frozen=True)
class BlindSpot(Objective):
    """How well hidden pixels are told from what is around them: −log p of these alone, scaled up to the whole picture.

        x ─► some pixels, each replaced by a neighbour of its own ─► model ─► asked about those pixels, as they were

    Noise that is independent from pixel to pixel and zero on average cannot be told from the neighbours, so that the
    best answer is the clean value: the loss is the squared error to the clean picture plus the variance of the noise.
    Noise that spreads over several pixels (JPEG, stains, stripes) is told from the neighbours, and stays.

    Args:
        mask_fraction: of the pixels that are hidden in each picture, all channels of a pixel at once.
        radius: how far away, in rows and in columns, the neighbour may be that takes a pixel's place.

    Terms: `nll`, in nats for each example.

    Raises:
        ArgumentError: a share outside 0 to 1, or a reach below 1.

    References:
        Krull, Buchholz and Jug, "Noise2Void", CVPR 2019; Batson and Royer, "Noise2Self", ICML 2019, proposition 1.
    """

    mask_fraction: float = 0.05
    radius: int = 2

    def __post_init__(self) -> None:
        if not 0 < self.mask_fraction < 1:
            raise ArgumentError(f"a share of the pixels between 0 and 1 is hidden, not {self.mask_fraction}")
        if self.radius < 1:
            raise ArgumentError(f"a neighbour is at least 1 pixel away, not {self.radius}")

    def prepare(self, batch: Batch) -> Batch:
        """The batch with hidden pixels, and the question about them."""
        n, _, height, width = batch.x.shape
        masked = torch.rand(n, 1, height, width, device=batch.x.device) < self.mask_fraction
        x = torch.where(masked, self._neighbours(batch.x), batch.x)
        return replace(batch, x=x, target=batch.target, loss_mask=masked.expand_as(x))

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The loss, and `nll` for each example.

        Raises:
            CapabilityError: a likelihood whose pixels are not independent given the code.
        """
        loss_mask, p_x = fwd.batch.loss_mask, fwd.p_x
        if loss_mask is None or not isinstance(p_x, Independent):
            raise CapabilityError("a blind spot needs a likelihood of independent values, such as normal or bernoulli")
        each = p_x.base_dist.log_prob(fwd.batch.target).mean(0).where(loss_mask, 0.0).flatten(1).sum(1)
        nll = -each * loss_mask[0].numel() / loss_mask.flatten(1).sum(1).clamp_min(1)
        return ObjectiveOutput(nll.mean(), {"nll": nll})

    def _neighbours(self, x: Tensor) -> Tensor:
        """For each pixel one of those around it, never itself, all channels of one."""
        n, channels, height, width = x.shape
        side = 2 * self.radius + 1
        place = torch.randint(side**2 - 1, (n, height, width), device=x.device)
        place = place + (place >= side**2 // 2)  # leaves out the middle
        down, right = place // side - self.radius, place % side - self.radius
        row = _shifted_inside(torch.arange(height, device=x.device)[:, None], down, height)
        column = _shifted_inside(torch.arange(width, device=x.device), right, width)
        index = (row * width + column).flatten(1)[:, None].expand(n, channels, -1)
        return x.flatten(2).gather(2, index).view_as(x)


def _shifted_inside(place: Tensor, by: Tensor, length: int) -> Tensor:
    """Places that many further; the other way where that would be beyond an edge."""
    there = place + by
    return torch.where((there < 0) | (there >= length), place - by, there).clamp(0, length - 1)
