"""The importance-weighted bound as an objective."""

import math
from dataclasses import dataclass

from torch import Tensor

from autoencode.errors import ArgumentError
from autoencode.objectives.elbo import require_prior
from autoencode.objectives.forward_pass import ForwardPass
from autoencode.objectives.objective import Objective, ObjectiveOutput
from autoencode.objectives.schedules import Schedule, schedule_value


@dataclass(frozen=True)
class Iwae(Objective):
    """Minus the importance-weighted bound, −log (1/K) Σ_k p(x, z_k) / q(z_k|x), tighter than the elbo for K > 1.

    Args:
        n_samples: K, the codes drawn for each example.
        beta: the weight of log q(z|x) / p(z) in the loss, a number or a schedule to warm up with; 1 is the bound.

    Terms: `nll` and `kl` as averages over the K draws (their sum is minus an elbo), and `iwae`, the bound itself, which
    is larger.

    References:
        Burda, Grosse and Salakhutdinov, "Importance weighted autoencoders", ICLR 2016, equation 8.
    """

    n_samples: int = 50
    beta: float | Schedule = 1.0

    def __post_init__(self) -> None:
        if self.n_samples < 1:
            raise ArgumentError(f"n_samples must be 1 or more, not {self.n_samples}")

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The loss, and `nll`, `kl` and `iwae` for each example."""
        log_likelihood = fwd.log_likelihood()
        log_ratio = fwd.q.log_prob(fwd.z) - require_prior(fwd).log_prob(fwd.z)
        bound = log_mean_exp(log_likelihood - log_ratio)
        beta = schedule_value(self.beta, step)
        aim = bound if beta == 1 else log_mean_exp(log_likelihood - beta * log_ratio)
        return ObjectiveOutput(-aim.mean(), {"nll": -log_likelihood.mean(0), "kl": log_ratio.mean(0), "iwae": bound})


def log_mean_exp(log_weights: Tensor) -> Tensor:
    """log of the mean of exp over the first axis, (n_samples, …) → (…)."""
    return log_weights.logsumexp(0) - math.log(log_weights.shape[0])
