"""Mixtures of normals fitted to many codes and to few."""

import pytest
import torch

from autoencode.errors import ArgumentError
from autoencode.latent.ex_post import FittedMixture, FittedNormal
from autoencode.latent.ex_post.mixture import max_components


def codes(n: int, dims: int) -> torch.Tensor:
    return torch.randn(n, dims, generator=torch.Generator().manual_seed(0))


def test_few_codes_have_few_normals() -> None:
    assert FittedMixture.default_options(10_000, 8) == {"n_components": 10}
    assert FittedMixture.default_options(47, 32) == {"n_components": 1}
    assert FittedMixture.default_options(200, 8) == {"n_components": max_components(200, 8)} == {"n_components": 6}
    assert FittedNormal.default_options(47, 32) == {}


def test_fewer_codes_than_numbers_still_describe_held_out_codes() -> None:
    """The truth costs 32 (1 + log 2π) / 2 = 45.4 nats; the covariance of 20 codes of 32 numbers has no inverse."""
    prior = FittedNormal(32)
    prior.fit(codes(20, 32), codes(20, 32), seed=0)
    held_out = torch.randn(2_000, 32, generator=torch.Generator().manual_seed(1))
    assert prior.nll(held_out).mean() < 60


def test_more_normals_than_the_codes_can_carry_are_refused_with_the_number_that_they_can() -> None:
    prior = FittedMixture(32, n_components=10)
    with pytest.raises(ArgumentError, match=r"need 1,280 codes, and there are 300: take --n-components 2"):
        prior.fit(codes(300, 32), codes(20, 32), seed=0)
    possible = FittedMixture(32, n_components=2)
    possible.fit(codes(300, 32), codes(20, 32), seed=0)
