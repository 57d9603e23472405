import numpy as np
import pytest
import torch

from autoencode.data import Examples, load
from autoencode.data.dataset import assemble_dataset, permute_rows
from autoencode.data.split import Split
from autoencode.data.values import ValueRange

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("m", [0, 1, 7, 20])
def test_rows_are_rearranged_in_their_own_memory(m: int):
    x = torch.arange(20.0)[:, None].expand(20, 3).clone()
    order = torch.randperm(20, generator=torch.Generator().manual_seed(m))[:m]
    place = x.data_ptr()
    arranged = permute_rows(x, order)
    assert arranged.data_ptr() == place
    assert torch.equal(arranged[:m, 0], order.float())
    assert arranged[:, 0].sort().values.tolist() == list(range(20))


def parts_of(examples: Examples) -> dict[str, torch.Tensor]:
    order = torch.randperm(20, generator=torch.Generator().manual_seed(3))
    data = assemble_dataset(examples, Split(order[:14], order[14:17], order[17:], seed=3), "x", "", {})
    return {name: torch.cat([part.x.flatten(1), part.target.flatten(1)], 1) for name, part in data.subsets.items()}


def test_parts_are_the_same_whether_memory_is_rearranged_or_copied():
    x, target = (torch.from_numpy(RNG.integers(0, 256, (20, 3, 20, 20), dtype=np.uint8)) for _ in range(2))
    labels = torch.arange(20)
    copied = Examples(x, ValueRange.BYTES, labels=labels, target=target)
    owned = Examples(x.clone(), ValueRange.BYTES, labels=labels, target=target.clone(), owned=True)
    expected, found = parts_of(copied), parts_of(owned)
    assert all(torch.equal(expected[name], found[name]) for name in expected)
    assert torch.equal(x[:5], copied.x[:5])


def test_the_array_of_the_caller_stays_as_it_is():
    array = RNG.integers(0, 256, (40, 3, 32, 32), dtype=np.uint8)
    before = array.copy()
    data = load(array)
    assert np.array_equal(array, before)
    assert not np.may_share_memory(data.train.x.numpy(), array)


def test_rearranged_parts_share_one_memory(tmp_path):
    np.save(tmp_path / "x.npy", RNG.integers(0, 256, (40, 3, 32, 32), dtype=np.uint8))
    data = load(tmp_path / "x.npy")
    storages = {part.x.untyped_storage().data_ptr() for part in data.subsets.values()}
    assert len(storages) == 1
    assert sum(len(part) for part in data.subsets.values()) == 40
    few = load(tmp_path / "x.npy", limit=5)
    assert few.train.x.untyped_storage().nbytes() == 5 * 3 * 32 * 32
    assert torch.equal(few.train.x, data.train.x[:5])


def test_the_display_range_is_that_of_the_training_part():
    array = np.zeros((40, 8, 8), np.float32)
    array[:] = np.linspace(-1000, 3000, 40)[:, None, None]
    data = load(array)
    assert data.display_range == (float(data.train.x.min()), float(data.train.x.max()))
    low, high = data.display_range
    assert f"pictures show {low:g} as black and {high:g} as white" in data.notes
    assert data.modality.display_range == data.display_range
    assert load(np.abs(array) / 3000).display_range == (0.0, 1.0)
    assert load(np.full((40, 8, 8), -5.0)).display_range == (-5.0, -4.0)
    vectors = load(array.reshape(40, 64), values="raw")  # not drawn, but new ones are compared with them
    assert vectors.display_range == data.display_range
    assert not any("black" in note for note in vectors.notes)


def test_classes_without_a_training_example_are_reported(tmp_path):
    x = RNG.integers(0, 256, (30, 4, 4), dtype=np.uint8)
    np.savez(tmp_path / "a.npz", x_train=x, y_train=np.zeros(30), x_test=x, y_test=np.arange(30) % 2)
    assert "no training example is of class 1" in load(tmp_path / "a.npz").notes
