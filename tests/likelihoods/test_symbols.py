"""One symbol for each cell of a map."""

import itertools

import pytest
import torch

from autoencode.errors import ArgumentError, DataError
from autoencode.likelihoods import likelihoods
from autoencode.likelihoods.likelihood import LogProbKind


def maps(*rows: list[int]) -> torch.Tensor:
    return torch.nn.functional.one_hot(torch.tensor(rows), 3).movedim(-1, 1)[:, :, None].to(torch.get_default_dtype())


def test_the_probabilities_of_all_maps_sum_to_one():
    likelihood = likelihoods["symbols:3"]((3, 1, 2))
    p = likelihood(torch.randn(3, 1, 2))
    everything = maps(*map(list, itertools.product(range(3), repeat=2)))
    torch.testing.assert_close(p.log_prob(everything).exp().sum(), torch.tensor(1.0))
    assert likelihood.log_prob_kind(everything) is LogProbKind.MASS


def test_a_cell_has_one_symbol():
    likelihood = likelihoods["symbols:3"]((3, 1, 2))
    x = maps([0, 2], [1, 1])
    likelihood.check(x)
    for wrong in (0.5 * x, x * 0, torch.ones(2, 3, 1, 2)):
        with pytest.raises(DataError, match="one symbol for each cell"):
            likelihood.check(wrong)


def test_what_it_is_made_for():
    for shape in ((4, 1, 2), (3,)):
        with pytest.raises(ArgumentError, match="maps of 3 symbols are 3 planes"):
            likelihoods["symbols:3"](shape)
    for wrong in ("", "x", "0"):
        with pytest.raises(ArgumentError, match="as symbols:10"):
            likelihoods[f"symbols:{wrong}"]
