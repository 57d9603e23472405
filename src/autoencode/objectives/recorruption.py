"""Denoising without clean images: a noisier copy of each is restored, and compared with another."""

from dataclasses import dataclass, replace

import torch
from torch.distributions import Independent, Normal

from autoencode.data.batch import Batch
from autoencode.errors import ArgumentError, CapabilityError
from autoencode.objectives.forward_pass import ForwardPass
from autoencode.objectives.noise_level import estimate_noise
from autoencode.objectives.objective import Objective, ObjectiveOutput


@dataclass(frozen=True)
class Recorruption(Objective):
    """−log p of a noisy image y with noise subtracted, predicted from y with the same noise added.

        w ~ N(0, σ²), σ estimated from y        y + α w ─► model ─► loss on y − w / α

    If y is a clean image x plus normal noise n of deviation σ, then n + α w and n − w / α are uncorrelated, and normal,
    so independent: what is to be predicted has noise that the input knows nothing of. The best prediction is the
    clean image given y + α w, and the squared error is that to the clean image plus σ² (1 + 1 / α²). In contrast to a
    blind spot (`BlindSpot`) every pixel is learned from at each step, and the model may look at the pixel itself.

    The deviation is estimated from each image, as a function of brightness (`estimate_noise`): near enough for noise of
    light and of sensors. An estimate too low leaves noise, one too high blurs. Noise that is far from normal, such as
    black and white pixels, is not removed.

    Args:
        alpha: how much noise is added, relative to the image's own. With less the input is nearer to the image itself,
            and the loss noisier.

    Terms: `nll`, in nats per example.

    Raises:
        ArgumentError: an alpha that is not above 0.

    References:
        Pang et al., "Recorrupted-to-Recorrupted: Unsupervised deep learning for image denoising", CVPR 2021, equations
        6 to 9. There the deviation is known, and restorations of several recorrupted copies are averaged.
    """

    of_batch = None

    alpha: float = 0.5

    def __post_init__(self) -> None:
        if not self.alpha > 0:
            raise ArgumentError(f"alpha must be above 0, not {self.alpha}")

    def prepare(self, batch: Batch) -> Batch:
        """The batch with noise added; its target is the noisy image as it is, all of it in the loss."""
        y = batch.x
        noisier = y + self.alpha * estimate_noise(y) * torch.randn_like(y)
        return replace(batch, x=noisier, target=y, loss_mask=torch.ones_like(y, dtype=torch.bool))

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The loss, and `nll` for each example.

        Raises:
            CapabilityError: a likelihood that is not normal: only the squared error has this property.
        """
        p_x, y = fwd.p_x, fwd.batch.target
        if not (isinstance(p_x, Independent) and isinstance(p_x.base_dist, Normal)):
            raise CapabilityError("Recorruption needs a normal likelihood, because it counts on squared errors")
        other = y - (fwd.batch.x - y) / self.alpha**2
        nll = -p_x.log_prob(other).mean(0)
        return ObjectiveOutput(nll.mean(), {"nll": nll})
