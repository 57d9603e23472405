import json
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from autoencode.data import Split, split_indices
from autoencode.errors import DataError


def test_comes_back_from_its_file(tmp_path: Path):
    split = split_indices(50, seed=-3)
    split.save(tmp_path / "split.safetensors")
    back = Split.load(tmp_path / "split.safetensors")
    assert back.seed == -3
    for part in ("train", "validation", "test"):
        assert torch.equal(getattr(back, part), getattr(split, part))


def test_sizes_and_seed_are_in_the_metadata(tmp_path: Path):
    split_indices(50, seed=7).save(tmp_path / "split.safetensors")
    with safe_open(tmp_path / "split.safetensors", framework="pt") as file:
        assert json.loads(file.metadata()["split"]) == {"seed": 7, "train": 40, "validation": 5, "test": 5}
    assert [path.name for path in tmp_path.iterdir()] == ["split.safetensors"]


def test_a_truncated_file_is_a_data_error(tmp_path: Path):
    path = tmp_path / "split.safetensors"
    split_indices(50, seed=0).save(path)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(DataError, match=r"holds no split: .*make it anew"):
        Split.load(path)


def test_a_missing_file_is_a_data_error(tmp_path: Path):
    with pytest.raises(DataError, match=r"holds no split"):
        Split.load(tmp_path / "none")


@pytest.mark.parametrize(
    "train", [torch.tensor([0, 0]), torch.tensor([-1, 0]), torch.tensor([0.0]), torch.tensor([[0]]), torch.tensor([5])]
)
def test_what_was_tampered_with_is_refused(tmp_path: Path, train: torch.Tensor):
    tensors = {"train": train, "validation": torch.tensor([5]), "test": torch.tensor([6])}
    save_file(tensors, tmp_path / "split", metadata={"split": '{"seed": 0}'})
    with pytest.raises(DataError, match=r"holds no split"):
        Split.load(tmp_path / "split")


def test_a_file_without_a_seed_is_refused(tmp_path: Path):
    save_file({name: torch.tensor([i]) for i, name in enumerate(["train", "validation", "test"])}, tmp_path / "split")
    with pytest.raises(DataError, match=r"holds no split: 'split'"):
        Split.load(tmp_path / "split")
