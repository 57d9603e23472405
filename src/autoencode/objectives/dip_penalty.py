"""The penalty that makes latent dimensions uncorrelated and of variance one."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.distributions import factors
from autoencode.errors import ArgumentError
from autoencode.objectives.forward_pass import ForwardPass
from autoencode.objectives.objective import Objective, ObjectiveOutput


@dataclass(frozen=True)
class DipPenalty(Objective):
    """λ_od Σ_{i≠j} Cov_ij² + λ_d Σ_i (Cov_ii − 1)²: the distance of the codes' covariance from the identity (DIP-VAE).

    Add it to a bound: `Elbo() + DipPenalty(10.0, 100.0)`. The covariance is that of the batch, divided by the batch
    size; since it is squared, the penalty of a small batch is biased upwards.

    Args:
        off_diagonal: λ_od, the weight of the squared covariances.
        diagonal: λ_d, the weight of the squared distances of the variances from 1.
        means: use the covariance of the posterior means (DIP-VAE-I), rather than of the codes (DIP-VAE-II), which adds
            the variances of the posteriors.

    Terms: `off_diagonal` and `diagonal`, the two unweighted sums of the batch, repeated for each example; not in nats.

    Raises:
        ArgumentError: a weight is below 0.

    References:
        Kumar, Sattigeri and Balakrishnan, "Variational inference of disentangled latent concepts from unlabeled
        observations", ICLR 2018, equations 5 (the two parts of the covariance), 6 (I) and 7 (II).
    """

    of_batch = "the covariance of the codes of a batch"

    off_diagonal: float = 10.0
    diagonal: float = 10.0
    means: bool = False

    def __post_init__(self) -> None:
        if min(self.off_diagonal, self.diagonal) < 0:
            raise ArgumentError(
                f"the weights of DipPenalty must be 0 or more, not {self.off_diagonal} and {self.diagonal}"
            )

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The penalty and its two parts.

        Raises:
            CapabilityError: the posterior does not factorise over dimensions.
        """
        covariance = covariance_of(fwd.q.mean)
        if not self.means:
            covariance = covariance + torch.diag(factors(fwd.q).variance.mean(0))
        variances = covariance.diagonal()
        off = covariance.square().sum() - variances.square().sum()
        diagonal = (variances - 1).square().sum()
        n = len(fwd.batch)
        loss = self.off_diagonal * off + self.diagonal * diagonal
        return ObjectiveOutput(loss, {"off_diagonal": off.expand(n), "diagonal": diagonal.expand(n)})


def covariance_of(x: Float[Tensor, "n dims"]) -> Float[Tensor, "dims dims"]:
    """The covariance of the rows, divided by n; without a matrix product, which autocast would round to bfloat16."""
    centred = x - x.mean(0)
    return (centred[:, :, None] * centred[:, None, :]).mean(0)
