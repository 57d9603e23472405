import pytest
import torch

from autoencode.data import Subset, concatenate, to_unit_floats


def test_bytes_are_divided_by_255():
    part = Subset(torch.arange(256, dtype=torch.uint8).view(64, 4))
    units = part.inputs()
    assert units.dtype == torch.float32
    assert torch.equal(units, torch.arange(256).view(64, 4).to(torch.float32) / 255)


def test_floats_stay_as_they_are():
    x = torch.randn(5, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float32)
    assert torch.equal(Subset(x).inputs(), x)


def test_units_of_a_slice_a_list_and_a_tensor_agree():
    part = Subset(torch.arange(20, dtype=torch.uint8).view(10, 2))
    expected = part.inputs()[2:4]
    for index in (slice(2, 4), [2, 3], torch.tensor([2, 3])):
        assert torch.equal(part.inputs(index), expected)


def test_units_do_not_follow_the_default_type():
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        assert Subset(torch.zeros(2, 2, dtype=torch.uint8)).inputs().dtype == torch.float32
    finally:
        torch.set_default_dtype(before)


def test_pictures_come_channels_last_in_memory():
    for x in (torch.zeros(2, 3, 4, 5, dtype=torch.uint8), torch.zeros(2, 3, 4, 5)):
        assert to_unit_floats(x).is_contiguous(memory_format=torch.channels_last)
        assert to_unit_floats(x).shape == (2, 3, 4, 5)


def test_length_and_shape():
    part = Subset(torch.zeros(7, 1, 4, 5), torch.arange(7))
    assert len(part) == 7
    assert part.data_shape == (1, 4, 5)


def test_examples_at_even_distances() -> None:
    part = Subset(torch.arange(10.0)[:, None], torch.arange(10))
    assert part.subsample(3).labels.tolist() == [0, 3, 6]
    assert part.subsample(10) is part
    assert part.subsample(99) is part


def test_some_examples_keep_all_that_belongs_to_them() -> None:
    part = Subset(torch.rand(4, 2), torch.arange(4), torch.rand(4, 3), stochastic=True)
    some = part[1:3]
    assert some.labels.tolist() == [1, 2]
    assert torch.equal(some.context, part.context[1:3])
    assert some.stochastic


def test_context_is_the_context_else_the_labels() -> None:
    x = torch.rand(4, 2)
    assert Subset(x).conditioning() is None
    assert Subset(x, torch.arange(4)).conditioning([2]).tolist() == [2]
    context = torch.tensor([[255], [0], [0], [51]], dtype=torch.uint8)
    assert Subset(x, torch.arange(4), context).conditioning([0, 3]).flatten().tolist() == pytest.approx([1.0, 0.2])


def test_chunks_are_all_examples_and_bounded():
    subset = Subset(torch.zeros(10_000, 3, 64, 64, dtype=torch.uint8)[:2_000])
    rows = list(subset.chunks())
    assert [index for own in rows for index in range(own.start, own.stop)] == list(range(2_000))
    assert max(subset.inputs(own).nbytes for own in rows) <= 2**25
    assert list(Subset(torch.zeros(0, 3)).chunks()) == []


def test_subsets_are_put_one_after_the_other_with_all_that_belongs_to_them():
    one = Subset(torch.zeros(2, 3), labels=torch.tensor([0, 1]), target=torch.ones(2, 3))
    both = concatenate([one, one[:1]])
    assert (len(both), both.labels.tolist(), both.target.shape, both.context) == (3, [0, 1, 0], (3, 3), None)
