"""How far the aggregate posterior is from the prior: holes, overlap of classes and mismatch."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from autoencode.errors import ArgumentError
from autoencode.evaluation.estimate import Estimate

_N_NEIGHBOURS = 10
_QUANTILE = 0.95
_ROUNDING = 1e-12


@dataclass(frozen=True)
class AggregatePosteriorQuality:
    """Measurements of the codes of one model.

    Args:
        holes: share of samples of the standard normal that lie where there are no codes: farther from the nearest
            training code than 95 % of held-out codes are. Held-out codes themselves have 5 %.
        overlap: share of held-out codes whose ten nearest training codes vote for another class; None without labels.
        mismatch: KL in nats from the normal with the codes' mean and covariance to the standard normal.
    """

    holes: Estimate
    overlap: Estimate | None
    mismatch: float


def aggregate_posterior_quality(
    known: Float[Tensor, "n dims"],
    held_out: Float[Tensor, "m dims"],
    known_labels: Int[Tensor, " n"] | None = None,
    held_out_labels: Int[Tensor, " m"] | None = None,
    *,
    draws: int = 5_000,
    seed: int = 0,
) -> AggregatePosteriorQuality:
    """Measures holes, overlap of classes and mismatch.

    Args:
        known: codes of training examples, sampled from q(z|x).
        held_out: codes of held-out examples.
        known_labels: classes of `known`.
        held_out_labels: classes of `held_out`.
        draws: number of samples of the standard normal, for the holes.
        seed: of these samples.
    """
    drawn = torch.randn(draws, known.shape[1], generator=torch.Generator().manual_seed(seed))
    shared = None
    if known_labels is not None and held_out_labels is not None:
        shared = overlap(known, known_labels, held_out, held_out_labels)
    return AggregatePosteriorQuality(holes=holes(known, held_out, drawn), overlap=shared, mismatch=mismatch(held_out))


def holes(
    known: Float[Tensor, "n dims"], held_out: Float[Tensor, "m dims"], drawn: Float[Tensor, "k dims"]
) -> Estimate:
    """The share of `drawn` that is farther from its nearest `known` code than 95 % of `held_out` are."""
    from sklearn.neighbors import NearestNeighbors  # a second to import, and needed here only

    nearest = NearestNeighbors(n_neighbors=1).fit(known.numpy())
    usual = torch.from_numpy(nearest.kneighbors(held_out.numpy())[0][:, 0]).quantile(_QUANTILE)
    distance = torch.from_numpy(nearest.kneighbors(drawn.numpy())[0][:, 0])
    return Estimate.of((distance > usual + _ROUNDING).double())


def overlap(
    known: Float[Tensor, "n dims"],
    known_labels: Int[Tensor, " n"],
    held_out: Float[Tensor, "m dims"],
    held_out_labels: Int[Tensor, " m"],
) -> Estimate:
    """The share of held-out codes that the ten nearest known codes assign to another class."""
    from sklearn.neighbors import KNeighborsClassifier

    vote = KNeighborsClassifier(_N_NEIGHBOURS).fit(known.numpy(), known_labels.numpy())
    wrong = torch.from_numpy(vote.predict(held_out.numpy())) != held_out_labels
    return Estimate.of(wrong.double())


def mismatch(codes: Float[Tensor, "n dims"]) -> float:
    """KL(N(mean, covariance of the codes) ‖ N(0, I)) in nats: ½ (tr Σ + |μ|² − d − log det Σ).

    Raises:
        ArgumentError: there are not more codes than dimensions.
    """
    n, dims = codes.shape
    if n <= dims:
        raise ArgumentError(f"the covariance of codes of {dims} dimensions needs more than {dims} codes, not {n}")
    mean, covariance = codes.double().mean(0), torch.atleast_2d(codes.double().T.cov())
    trace, log_det = covariance.diagonal().sum(), torch.logdet(covariance)
    return (0.5 * (trace + mean @ mean - dims - log_det)).item()
