"""Models that a run folder names: only those that its weights are of, whatever it asks for."""

import json
import resource
import shutil
import threading

import pytest
import torch
from torch import nn

from autoencode.errors import RunError
from autoencode.recipes import recipes
from autoencode.runs.build import build_checked, limit_modules
from autoencode.runs.run import Run
from autoencode.runs.tensor_file import save_tensors


def change(run, **arguments):
    content = json.loads((run.path / "run.json").read_text())
    content["arguments"].update(arguments)
    (run.path / "run.json").write_text(json.dumps(content))


@pytest.mark.parametrize(
    "arguments",
    [
        {"latent_dim": 10**9},
        {"latent_dim": 3},
        {"latent_dim": 0},
        {"latent_dim": -5},
        {"latent_dim": "many"},
        {"latent_dim": 1.5},
        {"latent_dim": None},
        {"latent_dim": [2]},
        {"hidden": 10**12},
        {"hidden": True},
        {"network": "no-such"},
        {"network": 7},
        {"likelihood": "__class__"},
        {"likelihood": "x" * 3_000},
        {"beta": "nan"},
        {"no_such_option": 1},
    ],
)
def test_arguments_of_another_model_are_one_line(run, arguments):
    change(run, **arguments)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(RunError) as caught:
        Run(run.path)
    assert str(caught.value).isprintable()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000  # kilobytes


@pytest.mark.parametrize("shape", [[1, 8, 9], [1, 4_000, 4_000], [3, 8, 8], [63], [1, 9]])
def test_another_data_shape_is_one_line(run, shape):
    content = json.loads((run.path / "run.json").read_text())
    content["data"]["data_shape"] = shape
    (run.path / "run.json").write_text(json.dumps(content))
    with pytest.raises(RunError):
        Run(run.path)


@pytest.mark.parametrize("name", ["rae", "iaf-vae", "ladder-vae", "restorer", "vamp-vae", "vq-vae"])
def test_every_kind_of_model_is_compared_before_it_has_memory(name, tmp_path):
    shape = (1, 16, 16)
    torch.manual_seed(0)
    model, _ = recipes[name](shape)
    save_tensors(tmp_path / "weights", model.state_dict())
    built, _ = build_checked(lambda: recipes[name](shape), tmp_path / "weights", "run", module=lambda made: made[0])
    assert {key: value.shape for key, value in built.state_dict().items()} == {
        key: value.shape for key, value in model.state_dict().items()
    }
    if name == "iaf-vae":  # whose masks need values: it is compared when it gets its weights
        return
    save_tensors(tmp_path / "weights", {**model.state_dict(), "more": torch.ones(1)})
    with pytest.raises(RunError, match="'more' is in one and not in the other"):
        build_checked(lambda: recipes[name](shape), tmp_path / "weights", "run", module=lambda made: made[0])


def test_a_skeleton_leaves_no_trace(tmp_path):
    torch.manual_seed(3)
    recipes["dense-vae"]((12,))
    plain = torch.rand(1)
    save_tensors(tmp_path / "weights", recipes["dense-vae"]((12,))[0].state_dict())
    torch.manual_seed(3)
    build_checked(lambda: recipes["dense-vae"]((12,)), tmp_path / "weights", "run", module=lambda made: made[0])
    assert torch.equal(torch.rand(1), plain)


def test_limits_hold_in_the_block_and_in_this_thread():
    said = "run names a model that is larger than its weights: over 1,000 bytes"
    with pytest.raises(RunError, match=said), limit_modules(1_000, "run"):
        nn.Linear(20, 20)
    with pytest.raises(RunError, match="over 50,000 layers"), limit_modules(10**9, "run"):
        nn.ModuleList(nn.Identity() for _ in range(60_000))
    made = []
    with limit_modules(10, "run"):
        thread = threading.Thread(target=lambda: made.append(nn.Linear(20, 20)))
        thread.start()
        thread.join()
    assert made
    assert nn.Linear(20, 20) is not None


def test_weights_of_the_last_epoch_open_where_the_best_ones_are_damaged(run, tmp_path):
    shutil.copytree(run.path, tmp_path / "copy")
    (tmp_path / "copy" / "model.safetensors").write_bytes(b"")
    assert Run(tmp_path / "copy", last=True).model is not None
    with pytest.raises(RunError, match="truncated"):
        Run(tmp_path / "copy")
