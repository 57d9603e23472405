"""The bound whose KL is held at a target."""

from dataclasses import dataclass

from autoencode.distributions import kl
from autoencode.errors import ArgumentError
from autoencode.objectives.elbo import require_prior
from autoencode.objectives.forward_pass import ForwardPass
from autoencode.objectives.objective import Objective, ObjectiveOutput
from autoencode.objectives.schedules import Schedule, schedule_value


@dataclass(frozen=True)
class Capacity(Objective):
    """nll + γ |kl − C|: every code tells C nats, no more and no less, and C may rise with training.

    Args:
        gamma: γ, how firmly the KL is held.
        capacity: C, in nats, a number or a schedule: `Warmup(steps, final)` rises in a straight line.
        n_samples: codes drawn for each example.

    Terms: `nll` and `kl`, both as they are.

    References:
        Burgess et al., "Understanding disentangling in β-VAE", 2018, equation 8. It is written for one example, and so
        it is done here; well-known code holds the mean KL of a batch at C instead.
    """

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
