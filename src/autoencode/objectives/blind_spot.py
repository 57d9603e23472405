"""Denoising without clean images: masked pixels are predicted from their neighbours."""

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
    """−log p of masked pixels alone, predicted from the rest of the image, scaled up to the number of all pixels.

        x ─► some pixels, each replaced by a random neighbour ─► model ─► loss on the original values of those pixels

    Noise that is independent from pixel to pixel and zero on average cannot be predicted from the neighbours, so the
    best prediction is the clean value: the loss is the squared error to the clean image plus the variance of the noise.
    Noise that extends over several pixels (JPEG artefacts, stains, stripes) is predictable, and is not removed.

    Args:
        mask_fraction: share of the pixels that are masked in each image, above 0 and below 1, all channels together.
        radius: maximum distance in rows and in columns of the neighbour that replaces a pixel.

    Terms: `nll`, in nats per example.

    Raises:
        ArgumentError: a mask_fraction outside its range, or a radius below 1.

    References:
        Krull, Buchholz and Jug, "Noise2Void", CVPR 2019; Batson and Royer, "Noise2Self", ICML 2019, proposition 1.
    """

    of_batch = None

    mask_fraction: float = 0.05
    radius: int = 2

    def __post_init__(self) -> None:
        if not 0 < self.mask_fraction < 1:
            raise ArgumentError(f"mask_fraction must be above 0 and below 1, not {self.mask_fraction}")
        if self.radius < 1:
            raise ArgumentError(f"radius must be 1 pixel or more, not {self.radius}")

    def prepare(self, batch: Batch) -> Batch:
        """The batch with masked pixels, and the mask of the loss."""
        n, _, height, width = batch.x.shape
        masked = torch.rand(n, 1, height, width, device=batch.x.device) < self.mask_fraction
        x = torch.where(masked, self._neighbours(batch.x), batch.x)
        return replace(batch, x=x, target=batch.target, loss_mask=masked.expand_as(x))

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The loss, and `nll` for each example.

        Raises:
            CapabilityError: pixels are not independent given the code.
        """
        loss_mask, p_x = fwd.batch.loss_mask, fwd.p_x
        if loss_mask is None or not isinstance(p_x, Independent):
            raise CapabilityError("BlindSpot needs a likelihood of independent values, such as normal or bernoulli")
        each = p_x.base_dist.log_prob(fwd.batch.target).mean(0).where(loss_mask, 0.0).flatten(1).sum(1)
        nll = -each * loss_mask[0].numel() / loss_mask.flatten(1).sum(1).clamp_min(1)
        return ObjectiveOutput(nll.mean(), {"nll": nll})

    def _neighbours(self, x: Tensor) -> Tensor:
        """For each pixel a random neighbour, never itself; all channels from the same neighbour."""
        n, channels, height, width = x.shape
        side = 2 * self.radius + 1
        place = torch.randint(side**2 - 1, (n, height, width), device=x.device)
        place = place + (place >= side**2 // 2)  # skips the pixel itself
        down, right = place // side - self.radius, place % side - self.radius
        row = _shifted_inside(torch.arange(height, device=x.device)[:, None], down, height)
        column = _shifted_inside(torch.arange(width, device=x.device), right, width)
        index = (row * width + column).flatten(1)[:, None].expand(n, channels, -1)
        return x.flatten(2).gather(2, index).view_as(x)


def _shifted_inside(place: Tensor, by: Tensor, length: int) -> Tensor:
    """Positions shifted by `by`, in the opposite direction if that would be outside the image."""
    there = place + by
    return torch.where((there < 0) | (there >= length), place - by, there).clamp(0, length - 1)
