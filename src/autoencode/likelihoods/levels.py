"""Features by value: what the likelihoods with several numbers for each value share."""

from jaxtyping import Float
from torch import Tensor

from autoencode.errors import DataError
from autoencode.likelihoods.likelihood import check_finite, check_unit_interval


def split_parameters(features: Float[Tensor, "..."], per_value: int, ndim: int) -> Float[Tensor, "..."]:
    """(*leading, channels · k, …) to (*leading, channels, …, k): the k features of each value on the last axis.

    Args:
        features: as the decoder gives them, the k of a channel lying `channels` apart.
        per_value: k.
        ndim: axes of one example.
    """
    axis = features.ndim - ndim
    return features.unflatten(axis, (per_value, -1)).movedim(axis, -1)


def check_levels(x: Tensor, max_count: int, likelihood_name: str) -> None:
    """Raises `DataError` unless every value is one of the levels 0, 1/max_count, …, 1."""
    check_unit_interval(x, likelihood_name)
    steps = x * max_count
    if (steps - steps.round()).abs().max() > 1e-3:
        raise DataError(
            f"the {likelihood_name} likelihood holds the {max_count + 1} levels 0, 1/{max_count}, … 1, and this data has values between the "
            "levels: round it, or use --likelihood continuous-bernoulli or normal"
        )


def check_counts(x: Tensor, likelihood_name: str) -> None:
    """Raises `DataError` unless every value is a whole number of 0 or more."""
    check_finite(x)
    if x.min() < 0 or bool((x != x.round()).any()):
        raise DataError(
            f"the {likelihood_name} likelihood holds counts (0, 1, 2, …), and this data has other values, from "
            f"{x.min().item():.4g} to {x.max().item():.4g}: read it with --values raw, or use --likelihood normal"
        )
