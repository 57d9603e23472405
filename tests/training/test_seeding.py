"""Noise as a function of the seed and the step."""

import torch

from autoencode.data import derive_seed
from autoencode.training.seeding import preserved_rng, seed_rng


def test_it_seeds_as_pytorch_does() -> None:
    with preserved_rng(torch.device("cpu")):
        seed_rng(3, 17)
        ours = torch.randn(5)
        torch.manual_seed(derive_seed(3, 17))
        assert ours.equal(torch.randn(5))


def test_each_step_has_noise_of_its_own() -> None:
    with preserved_rng(torch.device("cpu")):
        draws = list[float]()
        for seed, step in ((0, 0), (0, 1), (1, 0)):
            seed_rng(seed, step)
            draws.append(torch.rand(()).item())
    assert len(set(draws)) == 3


def test_the_process_keeps_its_own_noise() -> None:
    torch.manual_seed(0)
    before = torch.get_rng_state()
    with preserved_rng(torch.device("cpu")):
        seed_rng(0, 1)
        torch.rand(3)
    assert torch.get_rng_state().equal(before)
