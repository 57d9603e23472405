"""The evidence lower bound with the KL split into mutual information, total correlation and a KL per dimension."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.distributions import factors, kl
from autoencode.errors import ArgumentError
from autoencode.objectives.elbo import require_prior
from autoencode.objectives.forward_pass import ForwardPass
from autoencode.objectives.objective import Objective, ObjectiveOutput

Sampling = Callable[[int, int], Tensor]
"""(batch size, number of examples) → log weights (batch, batch): entry (i, j) is that of q(z_i|x_j) in q(z_i)."""


def minibatch_stratified_sampling(batch: int, n_examples: int) -> Float[Tensor, "batch batch"]:
    """Weight 1/N for an example's own posterior; the others of the batch share the rest equally: unbiased for q(z).

    Exact if the batch is the whole data set. In a batch of one, the example's own posterior has weight 1.

    References:
        Chen et al., "Isolating sources of disentanglement in VAEs", NeurIPS 2018, appendix C.2. There one of the
        others, by its position in the batch, has a smaller weight than the rest; here all have the same, which has the
        same mean and a lower variance.
    """
    own = 1 / n_examples if batch > 1 else 1.0
    others = torch.full((batch, batch), (1 - own) / max(1, batch - 1))
    return others.fill_diagonal_(own).log()


def minibatch_weighted_sampling(batch: int, n_examples: int) -> Float[Tensor, "batch batch"]:
    """Weight 1/(N · batch) for each posterior of the batch: in expectation a lower bound of log q(z), as in the paper.

    References:
        Chen et al., "Isolating sources of disentanglement in VAEs", NeurIPS 2018, equation 3 and appendix C.1.
    """
    return torch.full((batch, batch), -math.log(n_examples * batch))


@dataclass(frozen=True)
class DecomposedElbo(Objective):
    """nll + α · mutual information + β · total correlation + γ · the KL of each dimension (β-TC-VAE).

        KL(q(z|x) ‖ p(z)), averaged over the data, is the sum of
        mutual information    log q(z|x) − log q(z)            between code and example
        total correlation     log q(z) − Σ_d log q(z_d)        dependence between latent dimensions
        dimension-wise KL     Σ_d log q(z_d) − log p(z)        distance of each dimension from the prior

    q(z) is the mean of q(z|x) over all examples, estimated from the batch. With α = β = γ = 1 it is the evidence lower
    bound with a KL estimated from draws.

    Args:
        n_examples: N, the number of training examples.
        alpha: weight of the mutual information.
        beta: weight of the total correlation.
        gamma: weight of the dimension-wise KL.
        sampling: `minibatch_stratified_sampling` or `minibatch_weighted_sampling`.
        n_samples: codes drawn for each example.

    Terms: `nll`, `kl` in closed form where there is one, and `mutual_information`, `total_correlation` and
    `dimension_kl`, in nats per example. Values of single examples can be negative.

    Raises:
        ArgumentError: n_examples or n_samples is below 1, or a weight is below 0.

    References:
        Chen et al., "Isolating sources of disentanglement in VAEs", NeurIPS 2018, equations 2 and 4.
    """

    of_batch = "the density of the codes of a batch"

    n_examples: int
    alpha: float = 1.0
    beta: float = 6.0
    gamma: float = 1.0
    sampling: Sampling = minibatch_stratified_sampling
    n_samples: int = 1

    def __post_init__(self) -> None:
        if self.n_examples < 1 or self.n_samples < 1:
            raise ArgumentError(
                f"n_examples and n_samples must be 1 or more, not {self.n_examples} and {self.n_samples}"
            )
        if min(self.alpha, self.beta, self.gamma) < 0:
            raise ArgumentError(
                f"alpha, beta and gamma must be 0 or more, not {self.alpha}, {self.beta} and {self.gamma}"
            )

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The loss and its terms for each example.

        Raises:
            CapabilityError: the posterior does not factorise over dimensions.
        """
        nll, p = -fwd.log_likelihood().mean(0), require_prior(fwd)
        aggregate, marginals = self._aggregate(fwd)
        parts = {
            "mutual_information": (fwd.q.log_prob(fwd.z) - aggregate).mean(0),
            "total_correlation": (aggregate - marginals).mean(0),
            "dimension_kl": (marginals - p.log_prob(fwd.z)).mean(0),
        }
        weights = (self.alpha, self.beta, self.gamma)
        cost = sum((w * part.mean() for w, part in zip(weights, parts.values(), strict=True)), nll.mean())
        return ObjectiveOutput(cost, {"nll": nll, "kl": kl(fwd.q, p, fwd.z), **parts})

    def _aggregate(self, fwd: ForwardPass) -> tuple[Tensor, Tensor]:
        """log q(z) and Σ_d log q(z_d) at the drawn codes, (n_samples, batch) each."""
        each = factors(fwd.q).log_prob(fwd.z.unsqueeze(2))  # (n_samples, batch of codes, batch of posteriors, dims)
        weights = self.sampling(each.shape[1], self.n_examples).to(each)
        joint = torch.logsumexp(each.sum(-1) + weights, -1)
        return joint, torch.logsumexp(each + weights[..., None], -2).sum(-1)
