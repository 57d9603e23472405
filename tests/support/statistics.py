"""Judgements in standard errors, never by a tolerance picked by hand.

z = 5 gives about 6e-7 false alarms for each number that is tested, and the seeds are fixed besides.
"""

import math

import torch
from scipy import stats
from torch import Tensor

Z = 5.0
ALPHA = 2 * float(stats.norm.sf(Z))


def standard_error(samples: Tensor) -> Tensor:
    """Of the mean over the first axis."""
    return samples.double().std(0) / math.sqrt(len(samples))


def assert_mean(samples: Tensor, expected: Tensor | float, z: float = Z) -> None:
    """The mean of independent draws (first axis) is `expected`."""
    assert_within_standard_errors(samples.double().mean(0), expected, standard_error(samples), z)


def assert_within_standard_errors(
    estimate: Tensor | float, expected: Tensor | float, se: Tensor | float, z: float = Z
) -> None:
    off = torch.as_tensor(estimate - torch.as_tensor(expected)).double().abs() / torch.as_tensor(se).double()
    assert bool((off <= z).all()), f"{off.max().item():.1f} standard errors: {estimate} where {expected} is expected"


def assert_at_most(smaller: Tensor, larger: Tensor, z: float = Z) -> None:
    """The expectation of paired draws (first axis) of `smaller` does not exceed that of `larger`."""
    difference = (smaller - larger).double()
    excess = difference.mean(0) / standard_error(difference)
    assert bool((excess <= z).all()), f"larger by {excess.max().item():.1f} standard errors"


def assert_below(smaller: Tensor, larger: Tensor, z: float = Z) -> None:
    """The expectation of paired draws of `smaller` is below that of `larger`, beyond doubt."""
    difference = (larger - smaller).double()
    gap = difference.mean(0) / standard_error(difference)
    assert bool((gap > z).all()), f"the gap is only {gap.min().item():.1f} standard errors"


def assert_uniform(u: Tensor) -> None:
    """Draws (n,) are uniform on [0, 1]: Kolmogorov and Smirnov, with the bound of Massart (1990)."""
    n = len(u)
    ordered = u.double().sort().values
    steps = torch.arange(n + 1, dtype=torch.float64) / n
    distance = torch.maximum((ordered - steps[:-1]).abs().max(), (ordered - steps[1:]).abs().max()).item()
    assert distance <= math.sqrt(math.log(2 / ALPHA) / (2 * n)), f"distance {distance:.4f} from the uniform"


def assert_frequencies(counts: Tensor, probabilities: Tensor) -> None:
    """Counts of draws agree with probabilities: Pearson's chi-square, cells that expect under 5 put together."""
    expected = probabilities.double() * counts.sum()
    rare = expected < 5
    observed = torch.cat([counts[~rare].double(), counts[rare].sum(0, keepdim=True).double()])
    expected = torch.cat([expected[~rare], expected[rare].sum(0, keepdim=True)])
    assert bool((observed[expected == 0] == 0).all()), "a draw of probability zero"
    observed, expected = observed[expected > 0], expected[expected > 0]
    chi_square = ((observed - expected) ** 2 / expected).sum().item()
    assert stats.chi2.sf(chi_square, max(1, len(expected) - 1)) > ALPHA, (
        f"chi-square {chi_square:.1f}, {len(expected)} cells"
    )
