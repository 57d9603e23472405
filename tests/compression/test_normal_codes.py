"""Bins of normal codes take the bits of their density, alone and under a mixture."""

import numpy as np
import pytest
import torch
from torch.distributions import Categorical, MixtureSameFamily, MultivariateNormal

from autoencode.compression.ans import Stacks
from autoencode.compression.exact_functions import normal_quantiles
from autoencode.compression.normal_codes import BINS, NormalBins, mixture_space

ROW = np.arange(1)


def mixture() -> MixtureSameFamily:
    """Three components far from one another and from zero, two of them narrow, one with a full covariance."""
    loc = torch.tensor([[0.0, 0.0], [9.0, -3.0], [-4.0, 2.0]], dtype=torch.float64)
    lower = torch.tensor([[[1.0, 0.0], [0.9, 0.2]], [[0.1, 0.0], [0.0, 0.1]], [[0.5, 0.0], [-0.1, 0.3]]])
    logits = torch.tensor([0.0, 0.5, -0.3], dtype=torch.float64)
    return MixtureSameFamily(Categorical(logits=logits), MultivariateNormal(loc, scale_tril=lower.double()))


class Rounded:
    """To a grid: (streams, numbers, …) becomes (numbers, streams, …)."""

    def __call__(self, parameters, grid):
        return np.moveaxis(np.rint(parameters.numpy() / grid) * grid, 0, 1).copy()

    def within(self, channel, place):
        raise NotImplementedError


def test_a_code_takes_the_bits_of_its_density():
    q = MultivariateNormal(torch.zeros(2), scale_tril=torch.tensor([[0.5, 0.0], [0.72, 0.1]])).expand((1,))
    z = q.sample((500,))[:, 0].numpy().astype(np.float64)
    edges = normal_quantiles(BINS)
    bins = np.searchsorted(edges, z)
    widths = edges[np.minimum(bins, BINS - 2)] - edges[np.maximum(bins - 1, 0)]
    expected = -(q.log_prob(torch.from_numpy(z).float()[:, None]).sum().item() + np.log(widths).sum()) / np.log(2)
    coded = NormalBins(np.zeros((2, 1)), np.array([[0.5], [0.1]]), np.array([[[1.0, 0.0]], [[7.2, 1.0]]]))
    stacks = Stacks(1)
    for code in bins:
        coded.push_code(stacks, code[:, None], np.arange(1))
    assert 8 * len(stacks.to_bytes()[0]) == pytest.approx(expected, abs=0.003 * expected + 64)
    again = Stacks(stacks.to_bytes())
    assert np.array_equal(coded.pop_code(again, np.arange(1))[:, 0], bins[-1])


def test_a_code_under_a_mixture_takes_the_bits_of_its_density():
    torch.manual_seed(0)
    p = mixture()
    space = mixture_space(p, (2,), 1, Rounded(), Rounded())
    z = p.sample((400,))
    edges, unit = normal_quantiles(BINS), space._unit[:, 0]
    bins = np.stack([np.searchsorted(edges * unit[dimension], z[:, dimension].numpy()) for dimension in range(2)])
    inside = np.clip(bins, 1, BINS - 2)
    widths = (edges[inside] - edges[inside - 1]) * unit[:, None]
    expected = -(p.log_prob(z).sum().item() + np.log(widths).sum()) / np.log(2)
    stacks = Stacks(1)
    for code in bins.T:
        space.push_code(stacks, code[:, None], ROW)
    assert 8 * len(stacks.to_bytes()[0]) == pytest.approx(expected, abs=0.003 * expected + 64)
    again = Stacks(stacks.to_bytes())
    for code in bins.T[::-1]:
        assert np.array_equal(space.pop_code(again, ROW)[:, 0], code)


def test_the_bins_of_a_mixture_are_narrow_where_its_components_are():
    space = mixture_space(mixture(), (2,), 1, Rounded(), Rounded())
    unit = space._unit[:, 0]
    assert set(np.log2(unit) % 1) == {0.0}
    narrow = np.diff(normal_quantiles(BINS))
    at = np.searchsorted(normal_quantiles(BINS), np.array([9.0, -3.0]) / unit)
    assert (narrow[at] * unit < 0.1 / 8).all()
