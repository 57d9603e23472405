import json
import os
from json import dumps

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
def test_a_truncated_file_is_reported(saved, keep):
    saved.write_bytes(saved.read_bytes()[:keep])
    with pytest.raises(RunError, match="truncated or no safetensors file"):
        load_tensors(saved)


@pytest.mark.parametrize("place", [-1, -20])
def test_a_changed_byte_is_reported(saved, place):
    content = bytearray(saved.read_bytes())
    content[place] ^= 1
    saved.write_bytes(content)
    with pytest.raises(RunError, match="changed after it was written"):
        load_tensors(saved)


def test_changed_facts_are_reported(saved):
    saved.write_bytes(saved.read_bytes().replace(b'step\\\\\\": 4', b'step\\\\\\": 5').replace(b": 4", b": 5"))
    with pytest.raises(RunError, match="changed after it was written"):
        load_tensors(saved)


def test_a_file_of_another_program_is_reported(tmp_path):
    from safetensors.torch import save_file

    save_file({"a": torch.ones(2)}, tmp_path / "other.safetensors")
    with pytest.raises(RunError, match="changed after it was written"):
        load_tensors(tmp_path / "other.safetensors")


def test_a_missing_file_is_reported(tmp_path):
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
def test_weights_of_another_model_are_reported(tmp_path, tensors, said):
    with pytest.raises(RunError, match=said):
        load_into(nn.Linear(2, 2), tensors, tmp_path / "w")


# Headers that a stranger wrote ---------------------------------------------------------------------------------------


def with_header(path, header, body=b""):
    """A file with this header, as JSON or as bytes."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + body)
    return path


def entry(dtype="F32", shape=(2,), offsets=(0, 8), **more):
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets, **more}


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ({"a": entry("F8_E4M3", (8,))}, "a: 'dtype' input should be 'BOOL'"),
        ({"a": entry("C64", (1,))}, "a: 'dtype' input should be"),
        ({"a": entry(["F32"])}, "a: 'dtype' input should be"),
        ({"a": entry(shape=[2**60, 2**60])}, "a: 'shape.0' should be from 0"),
        ({"a": entry(shape=[2**40, 2**40])}, "'a' does not lie where its shape says"),
        ({"a": entry(shape=[1] * 30)}, "a: 'shape' tuple should have at most 8 items"),
        ({"a": entry(shape=[-2])}, "a: 'shape.0' should be from 0"),
        ({"a": entry(shape="2")}, "a: 'shape' input should be a valid tuple"),
        ({"a": entry(offsets=[8, 0])}, "'a' does not lie where its shape says"),
        ({"a": entry(offsets=[0, 8, 16])}, "a: 'data_offsets'"),
        ({"a": entry(), "b": entry()}, "does not lie where its shape says"),
        ({"a": entry(more=1)}, "a: 'more' extra inputs are not permitted"),
        ({"a": 3}, "a: 'the whole' input should be"),
        ({}, "8 bytes in place of 0"),
        ([], "no safetensors file"),
        (b'{"a": {}, "a": {}}', "'a' is in it twice"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a": NaN}', "NaN is no finite number"),
        (b"\xff\xfe", "no safetensors file"),
        ({"x" * 1_000: entry()}, "names of over 300 characters"),
        ({"__metadata__": 3, "a": entry()}, "no safetensors file"),
        ({"__metadata__": {"autoencode": "[" * 100_000}, "a": entry()}, "nested too deeply"),
        ({"__metadata__": {"autoencode": "3"}, "a": entry()}, "changed after it was written"),
        ({"__metadata__": {"autoencode": {"facts": 3}}, "a": entry()}, "changed after it was written|no safetensors"),
    ],
)
def test_a_header_that_is_wrong_is_one_line(tmp_path, header, said):
    path = with_header(tmp_path / "weights.safetensors", header, bytes(8))
    with pytest.raises(RunError, match=said) as caught:
        load_tensors(path)
    assert str(caught.value).isprintable()


def test_a_header_larger_than_any_is_not_read(tmp_path):
    path = tmp_path / "weights.safetensors"
    path.write_bytes((2**62).to_bytes(8, "little") + b"{}")
    with pytest.raises(RunError, match="truncated or no safetensors file"):
        load_tensors(path)
    with path.open("wb") as file:
        file.write((2**30).to_bytes(8, "little"))
        file.truncate(2**31)
    with pytest.raises(RunError, match="truncated or no safetensors file"):
        load_tensors(path)


@pytest.mark.parametrize("facts", ["[]", "3", "{", '{"a": 1, "a": 1}', "[" * 100_000])
def test_facts_that_are_no_object_are_one_line(tmp_path, facts, monkeypatch):
    path = tmp_path / "weights.safetensors"
    monkeypatch.setattr(
        "autoencode.runs.tensor_file.json.dumps", lambda value, **_: facts if value == {} else dumps(value)
    )
    save_tensors(path, {"a": torch.ones(2)})
    with pytest.raises(RunError, match=r"holds no JSON object|cannot be read"):
        load_tensors(path)


def test_what_is_no_plain_file_is_not_opened(saved, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(saved)
    for name in ("pipe", "link", "."):
        with pytest.raises(RunError, match=r"is a link|not a regular file|cannot be read"):
            load_tensors(tmp_path / name)


def test_odd_tensors_come_back(tmp_path):
    odd = {
        "empty": torch.empty(0, 3),
        "scalar": torch.tensor(2.5),
        "half": torch.ones(3).half(),
        "flags": torch.ones(2) > 0,
    }
    save_tensors(tmp_path / "odd", odd)
    assert all(torch.equal(value, odd[name]) for name, value in load_tensors(tmp_path / "odd")[0].items())
