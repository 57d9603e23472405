"""Noise as a function of the seed and the step."""

import threading

import pytest
import torch

from autoencode.runtime.seeding import derive_seed, preserved_rng, seed_rng, seeded_rng


def test_it_seeds_as_pytorch_does() -> None:
    with preserved_rng():
        seed_rng(3, 17)
        ours = torch.randn(5)
        torch.manual_seed(derive_seed(3, 17))
        assert ours.equal(torch.randn(5))


def test_each_step_has_noise_of_its_own() -> None:
    with preserved_rng():
        draws = list[float]()
        for seed, step in ((0, 0), (0, 1), (1, 0)):
            seed_rng(seed, step)
            draws.append(torch.rand(()).item())
    assert len(set(draws)) == 3


def test_the_process_keeps_its_own_noise() -> None:
    torch.manual_seed(0)
    before = torch.get_rng_state()
    with preserved_rng():
        seed_rng(0, 1)
        torch.rand(3)
    assert torch.get_rng_state().equal(before)


def test_a_block_inside_another_one_leaves_its_noise_as_it_was() -> None:
    with seeded_rng(1):
        expected = torch.rand(2)
    with seeded_rng(1):
        first = torch.rand(1)
        with seeded_rng(2):
            torch.rand(5)
        assert torch.cat([first, torch.rand(1)]).equal(expected)


def test_threads_do_not_disturb_each_other() -> None:
    expected = {}
    for seed in range(4):
        with seeded_rng(seed):
            expected[seed] = [torch.rand(()).item() for _ in range(200)]
    found = {}

    def draw(seed: int) -> None:
        with seeded_rng(seed):
            found[seed] = [torch.rand(()).item() for _ in range(200)]

    before = torch.get_rng_state()
    threads = [threading.Thread(target=draw, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == expected
    assert torch.get_rng_state().equal(before)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an accelerator")
def test_a_gpu_keeps_its_own_noise_too() -> None:
    gpu = torch.device("cuda")
    before = torch.cuda.get_rng_state(gpu)
    with seeded_rng(5, gpu):
        ours = torch.rand(3, device=gpu)
        torch.manual_seed(5)
        assert ours.equal(torch.rand(3, device=gpu))
    with seeded_rng(5):
        assert torch.cuda.get_rng_state(gpu).equal(before)
    assert torch.cuda.get_rng_state(gpu).equal(before)


def test_is_the_finalizer_of_splitmix64():
    # The first output of splitmix64 from state 0, as published, shifted to 63 bits.
    assert derive_seed(0) == 0xE220A8397B1DCDAF >> 1


def test_nearby_seeds_and_numbers_do_not_collide():
    made = {derive_seed(seed, epoch) for seed in range(40) for epoch in range(40)}
    assert len(made) == 1_600


def test_any_whole_number_gives_a_seed_that_torch_takes():
    for seed in (-1, 0, 2**63, 2**200, -(2**70)):
        value = derive_seed(seed, -5, 2**80)
        assert 0 <= value < 2**63
        torch.Generator().manual_seed(value)


def test_order_and_count_of_numbers_matter():
    assert (
        len(
            {
                derive_seed(1),
                derive_seed(1, 0),
                derive_seed(1, 0, 0),
                derive_seed(1, 2, 3),
                derive_seed(1, 3, 2),
                derive_seed(2, 1, 3),
            }
        )
        == 6
    )
