import pytest
import torch

from autoencode.data import Batch, Batches, Subset, sequential_batches
from autoencode.errors import ArgumentError, DataError


def numbered(n: int) -> torch.Tensor:
    return torch.arange(n, dtype=torch.float32).view(n, 1)


def epoch(batches: Batches, number: int) -> list[int]:
    first = number * batches.steps_per_epoch
    steps = range(first, first + batches.steps_per_epoch)
    return [int(value) for step in steps for value in batches(step).x[:, 0]]


@pytest.mark.parametrize(("n", "size"), [(10, 4), (10, 5), (10, 1), (3, 10), (1, 1), (129, 64), (1000, 7)])
def test_each_epoch_shows_every_example_once_in_batches_of_like_size(n: int, size: int):
    batches = Batches(numbered(n), size, seed=0)
    assert batches.steps_per_epoch == -(-n // size)
    for number in range(3):
        assert sorted(epoch(batches, number)) == list(range(n))
    sizes = {len(batches(step)) for step in range(batches.steps_per_epoch)}
    assert max(sizes) <= size
    assert max(sizes) - min(sizes) <= 1


def test_epochs_and_seeds_differ():
    orders = [tuple(epoch(Batches(numbered(50), 8, seed=seed), number)) for seed in range(4) for number in range(4)]
    assert len(set(orders)) == 16


def test_a_step_is_a_pure_function_of_its_number():
    batches = Batches(numbered(50), 8, seed=3)
    torch.manual_seed(0)
    forwards = [batches(step).x for step in range(20)]
    state = torch.get_rng_state()
    torch.manual_seed(1)
    backwards = [Batches(numbered(50), 8, seed=3)(step).x for step in reversed(range(20))]
    assert all(torch.equal(a, b) for a, b in zip(forwards, reversed(backwards), strict=True))
    torch.manual_seed(0)
    assert torch.equal(torch.get_rng_state(), state)


def test_bytes_become_the_model_s_units_channels_last():
    x = torch.randint(0, 256, (10, 3, 4, 5), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    batch = Batches(Subset(x), 10, seed=0)(0).x
    assert batch.dtype == torch.float32
    assert batch.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(batch.flatten(1).sort(0).values, (x.to(torch.float32) / 255).flatten(1).sort(0).values)


def test_a_transform_sees_the_batch():
    def noisy(batch: Batch) -> Batch:
        return Batch(batch.x + 1, target=batch.x)

    batch = Batches(numbered(10), 5, seed=0, transform=noisy)(0)
    assert torch.equal(batch.x, batch.target + 1)


def test_without_a_transform_the_target_is_the_input():
    batch = Batches(numbered(10), 5, seed=0)(0)
    assert batch.target is batch.x
    assert batch.context is None


def test_in_order_shows_every_example_once_in_order():
    batches = list(sequential_batches(Subset(torch.arange(10, dtype=torch.uint8).view(10, 1)), 4))
    assert [len(batch) for batch in batches] == [4, 4, 2]
    expected = torch.arange(10).view(10, 1).to(torch.float32) / 255
    assert torch.equal(torch.cat([batch.x for batch in batches]), expected)


@pytest.mark.parametrize("make", [lambda part, size: Batches(part, size, seed=0), sequential_batches])
def test_no_examples_and_no_size_are_refused(make):
    with pytest.raises(ArgumentError, match=r"a batch has at least 1 example, not 0"):
        make(numbered(3), 0)
    with pytest.raises(DataError, match=r"no examples to make batches of"):
        make(numbered(0), 3)


def test_steps_are_counted_from_zero():
    with pytest.raises(ArgumentError, match=r"counted from 0, not -1"):
        Batches(numbered(3), 2, seed=0)(-1)


def test_a_repr_worth_reading():
    assert repr(Batches(numbered(1000), 128, seed=5)) == "Batches(1,000 examples in 8 batches, seed 5)"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an accelerator")
def test_the_same_batches_on_another_device():
    x = torch.randint(0, 256, (10, 1, 4, 4), dtype=torch.uint8)
    here, there = (Batches(x, 5, seed=0, device=device)(1).x for device in ("cpu", "cuda"))
    assert there.is_cuda
    assert torch.equal(here, there.cpu())


def test_the_sizes_of_batches_come_commonest_first() -> None:
    batches = Batches(torch.rand(11, 2), 4, seed=0)
    assert [len(batches(step)) for step in range(3)] == [3, 4, 4]
    assert batches.batch_sizes() == [(1, 2), (0, 1)]
