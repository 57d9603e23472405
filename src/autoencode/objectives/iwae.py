"""The importance-weighted bound, with the plain and with the doubly reparameterised gradient."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from autoencode.distributions import detached
from autoencode.errors import ArgumentError
from autoencode.objectives.elbo import require_prior
from autoencode.objectives.forward_pass import ForwardPass
from autoencode.objectives.objective import Objective, ObjectiveOutput
from autoencode.objectives.schedules import Schedule, schedule_value


@dataclass(frozen=True)
class Iwae(Objective):
    """The negative importance-weighted bound, −log (1/K) Σ_k p(x, z_k) / q(z_k|x), tighter than the elbo for K > 1.

    Args:
        n_samples: K, codes drawn for each example.
        beta: the weight of log q(z|x) / p(z) in the loss, a number or a schedule; 1 gives the bound.

    Terms: `nll` and `kl`, averaged over the K draws (minus their sum is the elbo), and `iwae`, the bound itself, which
    is larger.

    Raises:
        ArgumentError: n_samples is below 1.

    References:
        Burda, Grosse and Salakhutdinov, "Importance weighted autoencoders", ICLR 2016, equation 8.
    """

    of_batch = None

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


@dataclass(frozen=True)
class IwaeDreg(Objective):
    """The bound of `Iwae` with the doubly reparameterised gradient for the encoder, which is unbiased, too.

        decoder and prior   Σ_k w̃_k ∂ log w_k          w̃_k = w_k / Σ_j w_j, the normalised weights
        encoder             Σ_k w̃_k² ∂ log w_k / ∂z_k · ∂z_k,  with the parameters of log q(z_k|x) held fixed

    The signal-to-noise ratio of the encoder's plain gradient falls with K; that of this one rises, and at the exact
    posterior its variance is zero. It costs a second backward pass through the decoder.

    Args:
        n_samples: K, codes drawn for each example.

    Terms: `nll`, `kl` and `iwae`, as of `Iwae`.

    Raises:
        ArgumentError: n_samples is below 1.

    References:
        Tucker, Lawson, Gu and Maddison, "Doubly reparameterized gradient estimators for Monte Carlo objectives", ICLR
        2019, equation 8.
    """

    of_batch = None

    n_samples: int = 50

    def __post_init__(self) -> None:
        if self.n_samples < 1:
            raise ArgumentError(f"n_samples must be 1 or more, not {self.n_samples}")

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The loss, and `nll`, `kl` and `iwae` for each example.

        Raises:
            CapabilityError: the posterior's parameters cannot be detached.
        """
        log_likelihood, log_prior = fwd.log_likelihood(), require_prior(fwd).log_prob(fwd.z)
        log_weights = log_likelihood + log_prior - detached(fwd.q).log_prob(fwd.z)
        bound = log_mean_exp(log_weights)
        rate = (fwd.q.log_prob(fwd.z) - log_prior).mean(0)
        terms = {"nll": -log_likelihood.mean(0), "kl": rate, "iwae": bound}
        return ObjectiveOutput(-_doubly_reparameterised(bound, log_weights, fwd.z).mean(), terms)


def _doubly_reparameterised(bound: Tensor, log_weights: Tensor, z: Tensor) -> Tensor:
    """The bound, (batch,), whose gradient has squared weights with respect to `z` and plain ones otherwise."""
    if not (torch.is_grad_enabled() and z.requires_grad):
        return bound
    weights = log_weights.detach().softmax(0)
    # The gradient of the bound has the weights once; the added term, of value 0, multiplies it at z by them again.
    (once,) = torch.autograd.grad(bound.sum(), z, retain_graph=True)
    more = (weights - 1).reshape(*weights.shape, *[1] * (z.ndim - weights.ndim)) * once
    correction = (more * z).flatten(2).sum((0, 2))
    return bound + correction - correction.detach()
