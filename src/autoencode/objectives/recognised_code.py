"""Objectives whose code is recognised from an example and its target together."""

from dataclasses import dataclass
from typing import Protocol, cast

from torch import Tensor
from torch.distributions import Distribution

from autoencode.data.batch import Batch
from autoencode.distributions import FeaturesAndNormal
from autoencode.model import Autoencoder
from autoencode.nn import full_precision, without_autocast
from autoencode.objectives.forward_pass import ForwardPass
from autoencode.objectives.objective import Objective, ObjectiveOutput


class _Recogniser(Protocol):
    def with_target(self, planes: Tensor, x: Tensor, target: Tensor) -> Tensor: ...


@dataclass(frozen=True)
class RecognisedCode(Objective):
    """Another objective, whose codes come from example and target, and whose prior is what the example alone says.

        log p(y|x)  ≥  E log p(y|x, z)  −  KL( q(z|x, y) ‖ p(z|x) ),   z from q(z|x, y)

    Here `Elbo()` becomes the bound above: the model's own code, q(z|x), is the prior. At use there is no target, and
    codes are drawn from what the example says.

    Args:
        objective: what is evaluated on these codes.

    Terms: those of the objective.

    References:
        Sohn, Lee and Yan, NeurIPS 2015, equation 4; Kohl et al., NeurIPS 2018, equation 4.
    """

    objective: Objective

    def __post_init__(self) -> None:
        object.__setattr__(self, "n_samples", self.objective.n_samples)

    @property
    def batch_statistics(self) -> list[str]:
        """Those of the objective."""
        return self.objective.batch_statistics

    def prepare(self, batch: Batch) -> Batch:
        """As the objective does."""
        return self.objective.prepare(batch)

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The loss and the terms of the objective, at codes from example and target."""
        return self.objective.evaluate(recognise(fwd.model, fwd.batch, fwd.q, self.n_samples), step)

    def __call__(self, model: Autoencoder, batch: Batch, step: int | None = None) -> ObjectiveOutput:
        """The same, without codes from the example alone, which would be decoded for nothing."""
        batch = self.prepare(batch)
        return self.objective.evaluate(recognise(model, batch, model.encode(batch.x), self.n_samples), step)


def recognise(model: Autoencoder, batch: Batch, p_z: Distribution, n_samples: int = 1) -> ForwardPass:
    """The forward pass with q(z|x, y) as the posterior and q(z|x) as the prior.

    In training mode it also updates an optimal scale of the likelihood.

    Args:
        model: whose encoder has `with_target`.
        batch: examples and targets.
        p_z: q(z|x), a `FeaturesAndNormal`.
        n_samples: codes drawn for each example.
    """
    encoder = cast("_Recogniser", model.encoder)
    planes = encoder.with_target(cast("FeaturesAndNormal", p_z).features, batch.x, batch.target)
    with without_autocast(batch.x.device):
        q = model.posterior(full_precision(planes))
    z = q.rsample((n_samples,))
    features = model.decoder_features(z)
    if model.training:
        model.likelihood.adapt(features, batch.target)
    return ForwardPass(model, batch, q, z, model.likelihood_of(features), p_z, features)
