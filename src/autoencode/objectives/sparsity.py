"""Penalties that make codes sparse, and a loss that revives dead units."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.distributions import SparsePointMass
from autoencode.errors import ArgumentError, CapabilityError
from autoencode.objectives.forward_pass import ForwardPass
from autoencode.objectives.objective import Objective, ObjectiveOutput
from autoencode.posteriors.sparse import TopKPointMass, TopKPosterior


@dataclass(frozen=True)
class L1Penalty(Objective):
    """The L1 norm of the code, Σ_j |z_j|.

    Terms: `l1` for each example, in the units of the code, and `active_fraction`, the share of active units.

    References:
        Ng, "Sparse autoencoder", CS294A lecture notes, 2011; as a Laplace prior on codes: Olshausen and Field, Nature
        381, 1996, equation 2 with S(x) = |x|.
    """

    of_batch = None

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The loss, and the terms for each example."""
        size = fwd.z.mean(0).abs().flatten(1).sum(1)
        return ObjectiveOutput(size.mean(), {"l1": size, "active_fraction": active_fraction(fwd)})


@dataclass(frozen=True)
class SparsityPenalty(Objective):
    """Σ_j KL(ρ ‖ ρ̂_j) between Bernoulli distributions: ρ the target, ρ̂_j the mean activation of unit j in the batch.

    Args:
        target: ρ, the target mean activation, between 0 and 1.

    Terms: `sparsity_kl` of the batch in nats, repeated for each example, and `active_fraction`.

    Raises:
        ArgumentError: the target is not between 0 and 1.

    References:
        Ng, "Sparse autoencoder", CS294A lecture notes, 2011, section 3 ("KL divergence ... Σ KL(ρ||ρ̂_j)"). There ρ̂ is
        the mean over all examples; here over the batch, which should have 100 examples or more.
    """

    of_batch = "the mean activations in a batch"

    target: float = 0.05

    def __post_init__(self) -> None:
        if not 0 < self.target < 1:
            raise ArgumentError(f"the target of SparsityPenalty must be between 0 and 1, not {self.target}")

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The loss, and the terms for each example."""
        units = fwd.z.mean(0).flatten(1)
        if units.min() < 0 or units.max() > 1:
            raise CapabilityError("SparsityPenalty needs activations from 0 to 1: use a SigmoidPosterior")
        divergence = bernoulli_kl(self.target, units.mean(0)).sum()
        return ObjectiveOutput(
            divergence, {"sparsity_kl": divergence.expand(len(units)), "active_fraction": active_fraction(fwd)}
        )


def bernoulli_kl(target: float, rates: Tensor) -> Tensor:
    """KL between Bernoulli distributions of probability `target` and `rates`, elementwise, in nats."""
    rates = rates.clamp(1e-6, 1 - 1e-6)  # the divergence of a unit that is never active is large, not infinite
    rho = torch.as_tensor(target, dtype=rates.dtype, device=rates.device)
    return rho * (rho / rates).log() + (1 - rho) * ((1 - rho) / (1 - rates)).log()


@dataclass(frozen=True)
class AuxKLoss(Objective):
    """Revives dead units of a `TopKPosterior`: they alone reconstruct the residual.

        residual = target − mean of p(x|z)          loss = ½ ‖(decoder(z + dead) − decoder(z)) − residual‖²

    Terms: `dead_fraction`, the share of dead units, and `active_fraction`.

    References:
        Gao et al., "Scaling and evaluating sparse autoencoders", 2024, appendix A.2, AuxK loss.
    """

    of_batch = "how long units were idle"

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The loss, and the terms for each example."""
        posterior, q = fwd.model.posterior, fwd.q
        if not (isinstance(posterior, TopKPosterior) and isinstance(q, TopKPointMass)):
            raise CapabilityError("AuxKLoss needs a TopKPosterior, which counts dead units")
        share = posterior.dead.to(fwd.z.dtype).mean()
        terms = {"dead_fraction": share.expand(len(fwd.batch)), "active_fraction": active_fraction(fwd)}
        if not posterior.dead.any():
            return ObjectiveOutput(fwd.z.sum() * 0, terms)
        kept = q.mean.detach()
        context = fwd.batch.context
        added = fwd.model.decode(kept + posterior.dead_topk(q), context).mean - fwd.model.decode(kept, context).mean
        left = (fwd.batch.target - fwd.p_x.mean.mean(0)).detach()
        return ObjectiveOutput(0.5 * (left - added).square().flatten(1).sum(1).mean(), terms)


def active_fraction(fwd: ForwardPass) -> Float[Tensor, " batch"]:
    """The share of active units of each example; units that are not 0, for codes that do not define it."""
    if isinstance(fwd.q, SparsePointMass):
        return fwd.q.active_fraction
    return (fwd.z[0] != 0).to(fwd.z.dtype).flatten(1).mean(1)
