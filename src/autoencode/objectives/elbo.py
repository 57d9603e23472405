"""The evidence lower bound, its two terms, and its variants with a weight or a target for the KL."""

from dataclasses import dataclass

from torch import Tensor
from torch.distributions import Distribution

from autoencode.distributions import kl, kl_groups
from autoencode.errors import ArgumentError
from autoencode.objectives.forward_pass import ForwardPass
from autoencode.objectives.objective import Objective, ObjectiveOutput
from autoencode.objectives.schedules import Schedule, schedule_value


@dataclass(frozen=True)
class Elbo(Objective):
    """The negative evidence lower bound: nll + β · kl.

        loss = mean over the batch of ( −log p(x|z)  +  β KL(q(z|x) ‖ p(z)) )

    Both terms are in nats per example, summed over all dimensions. Averaging the first over pixels, as many tutorials
    do, multiplies β by the number of pixels.

    Args:
        beta: the weight of the KL, a number or a schedule; 1 gives the bound itself.
        free_bits: nats that each latent dimension (in a ladder, each level) may use at no cost: its KL, averaged over
            the batch, counts as at least this much in the loss. The reported term is unchanged.
        n_samples: codes drawn for each example.

    Terms: `nll` (the distortion) and `kl` (the rate).

    Raises:
        ArgumentError: beta or free_bits is below 0, or n_samples below 1.

    References:
        Kingma and Welling, "Auto-encoding variational Bayes", ICLR 2014, equation 10; Higgins et al., "beta-VAE", ICLR
        2017, equation 4; free bits: Kingma et al., "Improved variational inference with inverse autoregressive flow",
        NeurIPS 2016, equation 15.
    """

    of_batch = None

    beta: float | Schedule = 1.0
    free_bits: float = 0.0
    n_samples: int = 1

    def __post_init__(self) -> None:
        if schedule_value(self.beta, None) < 0:
            raise ArgumentError(f"beta must be 0 or more, not {schedule_value(self.beta, None)}")
        if self.free_bits < 0:
            raise ArgumentError(f"free_bits must be 0 or more nats, not {self.free_bits}")
        if self.n_samples < 1:
            raise ArgumentError(f"n_samples must be 1 or more, not {self.n_samples}")

    @property
    def batch_statistics(self) -> list[str]:
        """The KL of each dimension in the batch, where there are free bits."""
        return ["the KL of each dimension in a batch, for free bits"] if self.free_bits else []

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The loss, and `nll` and `kl` for each example."""
        nll = -fwd.log_likelihood().mean(0)
        rate = kl(fwd.q, require_prior(fwd), fwd.z)
        cost = self._with_free_bits(fwd) if self.free_bits else rate.mean()
        return ObjectiveOutput(nll.mean() + schedule_value(self.beta, step) * cost, {"nll": nll, "kl": rate})

    def _with_free_bits(self, fwd: ForwardPass) -> Tensor:
        groups = kl_groups(fwd.q, require_prior(fwd), fwd.z).mean(0)
        return groups.clamp_min(self.free_bits).sum()


def require_prior(fwd: ForwardPass) -> Distribution:
    """The prior of a forward pass.

    Raises:
        ArgumentError: the model has none.
    """
    if fwd.p_z is None:
        raise ArgumentError("the elbo needs a prior: give the Autoencoder one, or use the Reconstruction objective")
    return fwd.p_z


@dataclass(frozen=True)
class Reconstruction(Objective):
    """The reconstruction term alone, −log p(x|z): the objective of a plain autoencoder.

    With a normal likelihood of fixed scale s it is the squared error / (2 s²) plus a constant.

    Terms: `nll`, in nats per example.
    """

    of_batch = None

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The loss, and `nll` for each example."""
        nll = -fwd.log_likelihood().mean(0)
        return ObjectiveOutput(nll.mean(), {"nll": nll})


@dataclass(frozen=True)
class Rate(Objective):
    """The KL term alone, KL(q(z|x) ‖ p(z)).

    `Reconstruction() + 0.5 * Rate()` is the β-weighted bound with β = 0.5.

    Terms: `kl`, in nats per example.
    """

    of_batch = None

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The loss, and `kl` for each example."""
        rate = kl(fwd.q, require_prior(fwd), fwd.z)
        return ObjectiveOutput(rate.mean(), {"kl": rate})


@dataclass(frozen=True)
class Capacity(Objective):
    """nll + γ |kl − C|: the KL of each example is held at a target C, which may rise during training.

    Args:
        gamma: γ, the weight of the distance from the target.
        capacity: C, in nats, a number or a schedule: `Warmup(steps, final)` rises linearly.
        n_samples: codes drawn for each example.

    Terms: `nll` and `kl`, unweighted.

    Raises:
        ArgumentError: gamma or capacity is below 0, or n_samples below 1.

    References:
        Burgess et al., "Understanding disentangling in β-VAE", 2018, equation 8, which is for one example, as here;
        well-known code holds the mean KL of a batch at C instead.
    """

    of_batch = None

    gamma: float = 1000.0
    capacity: float | Schedule = 25.0
    n_samples: int = 1

    def __post_init__(self) -> None:
        if self.gamma < 0 or schedule_value(self.capacity, None) < 0:
            raise ArgumentError(
                f"gamma and capacity must be 0 or more, not {self.gamma} and {schedule_value(self.capacity, None)} nats"
            )
        if self.n_samples < 1:
            raise ArgumentError(f"n_samples must be 1 or more, not {self.n_samples}")

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The loss, and `nll` and `kl` for each example."""
        nll = -fwd.log_likelihood().mean(0)
        rate = kl(fwd.q, require_prior(fwd), fwd.z)
        off = (rate - schedule_value(self.capacity, step)).abs()
        return ObjectiveOutput(nll.mean() + self.gamma * off.mean(), {"nll": nll, "kl": rate})
