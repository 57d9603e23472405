"""Integer frequencies against the masses that they stand for."""

import numpy as np
import pytest
import torch
from torch.distributions import Independent, Normal

from autoencode.compression.alphabets import PRECISION, alphabet_of, from_levels, levels_of, to_levels
from autoencode.compression.ans import Stacks
from autoencode.compression.causal_levels import symbols_of
from autoencode.errors import CapabilityError
from autoencode.likelihoods import likelihoods
from autoencode.likelihoods.causal import CausalLikelihood

NAMES = ["bernoulli", "binomial", "categorical", "discretized-logistic", "mixture-of-discretized-logistics"]
SHAPE = (2, 3, 2)
pytestmark = pytest.mark.usefixtures("double")


class Unrounded:
    """Parameters as they are."""

    def __call__(self, parameters, grid):
        flat = np.asarray(parameters.detach())
        further = flat.shape[1 + self.axes :]
        return np.moveaxis(flat.reshape(len(flat), -1, *further), 0, 1)

    def __init__(self, axes=3):
        self.axes = axes

    def within(self, channel, place):
        return Unrounded(1)


def distribution(name):
    torch.manual_seed(1)
    likelihood = likelihoods[name](SHAPE)
    return likelihood(torch.randn(4, *likelihood.features_shape))


@pytest.mark.parametrize("name", NAMES)
def test_frequencies_are_the_masses(name):
    p = distribution(name)
    alphabet, count = alphabet_of(p, Unrounded()), levels_of(p)
    edges = np.arange(count + 1)
    table = np.stack([alphabet.cumulative(slice(None), np.full((12, 4), edge)) for edge in edges], -1)
    assert (table[..., 0] == 0).all()
    assert (table[..., -1] == 1 << PRECISION).all()
    frequencies = np.diff(table)
    assert frequencies.min() >= 1
    levels = torch.arange(count) / (count - 1.0)
    masses = torch.stack([p.base_dist.log_prob(torch.full((4, *SHAPE), level)).exp() for level in levels.tolist()], -1)
    wanted = np.moveaxis(masses.reshape(4, 12, -1).detach().numpy(), 0, 1)
    np.testing.assert_allclose(frequencies / 2.0**PRECISION, wanted, atol=2.0 * count / 2**PRECISION)
    one_place = np.stack([alphabet.cumulative(5, np.full(4, edge)) for edge in edges], -1)
    assert np.array_equal(one_place, table[5]), "the same, whether one place is asked for or all"


@pytest.mark.parametrize("name", NAMES)
def test_levels_are_popped_as_they_were_pushed(name):
    p = distribution(name)
    x = p.sample()
    levels = to_levels(x, levels_of(p))
    assert np.array_equal(from_levels(levels, levels_of(p), SHAPE), x.numpy())
    stacks = Stacks(4)
    alphabet_of(p, Unrounded()).push(stacks, levels)
    bits = 8 * sum(map(len, stacks.to_bytes()))
    assert bits <= -p.log_prob(x).sum().item() / np.log(2) + 4 * 64 + 4
    again = Stacks(stacks.to_bytes())
    assert np.array_equal(alphabet_of(p, Unrounded()).pop(again, 12), levels)
    assert again.to_bytes() == Stacks(4).to_bytes()


@pytest.mark.parametrize("of", ["bernoulli", "categorical", "mixture-of-discretized-logistics"])
def test_pixels_that_depend_on_those_before_them_are_popped_as_they_were_pushed(of):
    torch.manual_seed(2)
    likelihood = CausalLikelihood(SHAPE, of, features=2, rows=2, columns=3, hidden=8).eval()
    with torch.no_grad():
        p = likelihood(torch.randn(4, 2, *SHAPE[1:]))
        levels = to_levels(p.sample(), levels_of(p))
        stacks = Stacks(4)
        symbols_of(p, Unrounded()).push(stacks, levels)
        assert np.array_equal(symbols_of(p, Unrounded()).pop(Stacks(stacks.to_bytes()), 12), levels)


def test_what_has_no_levels_is_refused():
    with pytest.raises(CapabilityError, match="no probability mass on levels"):
        levels_of(Independent(Normal(torch.zeros(3), 1.0), 1))
    with pytest.raises(CapabilityError, match="values other than the 256 levels"):
        to_levels(torch.tensor([[0.5, 0.501]]), 256)
