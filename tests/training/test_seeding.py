"""Noise as a function of the seed and the step."""

import torch

from autoencode.data import mix
from autoencode.training.seeding import own_noise, seed_noise


def test_it_seeds_as_pytorch_does() -> None:
    with own_noise(torch.device("cpu")):
        seed_noise(3, 17)
        ours = torch.randn(5)
        torch.manual_seed(mix(3, 17))
        assert ours.equal(torch.randn(5))


def test_each_step_has_noise_of_its_own() -> None:
    with own_noise(torch.device("cpu")):
        draws = list[float]()
        for seed, step in ((0, 0), (0, 1), (1, 0)):
            seed_noise(seed, step)
            draws.append(torch.rand(()).item())
    assert len(set(draws)) == 3


def test_the_process_keeps_its_own_noise() -> None:
    torch.manual_seed(0)
    before = torch.get_rng_state()
    with own_noise(torch.device("cpu")):
        seed_noise(0, 1)
        torch.rand(3)
    assert torch.get_rng_state().equal(before)
