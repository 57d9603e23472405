import pytest
import torch
from torch import nn

from autoencode.errors import RunError
from autoencode.runs.tensor_file import load_into, load_tensors, save_tensors


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "weights.safetensors"
    save_tensors(path, {"a": torch.arange(6.0).view(2, 3), "b": torch.tensor(3)}, {"step": 4, "best": float("inf")})
    return path


def test_comes_back_as_it_was(saved):
    tensors, facts = load_tensors(saved)
    assert torch.equal(tensors["a"], torch.arange(6.0).view(2, 3))
    assert torch.equal(tensors["b"], torch.tensor(3))
    assert facts == {"step": 4, "best": float("inf")}


def test_the_same_content_is_the_same_file(tmp_path):
    tensors = {name: torch.ones(3) for name in "abcdefgh"}
    for name in ("one", "two"):
        save_tensors(tmp_path / name, tensors, {"x": 1, "y": 2})
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_tensors_that_share_memory_or_are_not_contiguous_are_saved(tmp_path):
    base = torch.arange(12.0).view(1, 3, 2, 2).to(memory_format=torch.channels_last)
    save_tensors(tmp_path / "w", {"one": base, "two": base, "three": base.T if base.ndim == 2 else base.flatten(1).T})
    assert torch.equal(load_tensors(tmp_path / "w")[0]["two"], base)


@pytest.mark.parametrize("keep", [0, 7, 100, -1])
def test_a_truncated_file_is_told(saved, keep):
    saved.write_bytes(saved.read_bytes()[:keep])
    with pytest.raises(RunError, match="truncated or no safetensors file"):
        load_tensors(saved)


@pytest.mark.parametrize("place", [-1, -20])
def test_a_changed_byte_is_told(saved, place):
    content = bytearray(saved.read_bytes())
    content[place] ^= 1
    saved.write_bytes(content)
    with pytest.raises(RunError, match="changed after it was written"):
        load_tensors(saved)


def test_changed_facts_are_told(saved):
    saved.write_bytes(saved.read_bytes().replace(b'step\\\\\\": 4', b'step\\\\\\": 5').replace(b": 4", b": 5"))
    with pytest.raises(RunError, match="changed after it was written"):
        load_tensors(saved)


def test_a_file_of_another_program_is_told(tmp_path):
    from safetensors.torch import save_file

    save_file({"a": torch.ones(2)}, tmp_path / "other.safetensors")
    with pytest.raises(RunError, match="changed after it was written"):
        load_tensors(tmp_path / "other.safetensors")


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(RunError, match="is missing"):
        load_tensors(tmp_path / "none.safetensors")


def test_no_pickle_is_ever_loaded(tmp_path):
    path = tmp_path / "weights.safetensors"
    torch.save({"a": torch.ones(2)}, path)
    with pytest.raises(RunError, match="no safetensors file"):
        load_tensors(path)


@pytest.mark.parametrize(
    ("tensors", "said"),
    [
        ({"weight": torch.ones(2, 2)}, "'bias' is in one and not in the other"),
        ({"weight": torch.ones(2, 3), "bias": torch.ones(2)}, r"'weight' is \(2, 3\), not \(2, 2\)"),
        ({"weight": torch.full((2, 2), float("nan")), "bias": torch.ones(2)}, "NaN or infinity in 'weight'"),
    ],
)
def test_weights_of_another_model_are_told(tmp_path, tensors, said):
    with pytest.raises(RunError, match=said):
        load_into(nn.Linear(2, 2), tensors, tmp_path / "w")
