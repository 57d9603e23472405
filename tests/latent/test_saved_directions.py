"""The file of directions, which may come from a stranger."""

import os

import pytest
import torch

from autoencode.errors import RunError
from autoencode.latent.directions import Direction, save_direction, saved_directions
from autoencode.runs.tensor_file import load_tensors, save_tensors

FILE = "directions.safetensors"


@pytest.fixture
def kept(run):
    """A run with a direction."""
    save_direction(run, Direction("smiling", torch.ones(run.latent_size), 3, 4))
    return run


def test_a_direction_is_kept_with_its_counts(kept):
    (one,) = saved_directions(kept).values()
    assert (one.name, one.n_without, one.n_with) == ("smiling", 3, 4)
    assert torch.equal(one.vector, torch.ones(kept.latent_size))


@pytest.mark.parametrize(
    "change",
    [
        lambda t, f: f.update(examples=5),
        lambda t, f: f.update(examples={"smiling": [1]}),
        lambda t, f: f.update(examples={}),
        lambda t, f: f.pop("examples"),
        lambda t, f: t.update(smiling=torch.ones(99)),
        lambda t, f: t.update(smiling=torch.ones(())),
        lambda t, f: t["smiling"].fill_(torch.nan),
        lambda t, f: t.update(other=t["smiling"].clone()),
    ],
)
def test_sealed_nonsense_is_refused_in_one_line(kept, change):
    tensors, facts = load_tensors(kept.path / FILE)
    change(tensors, facts)
    save_tensors(kept.path / FILE, tensors, facts)
    with pytest.raises(RunError, match=FILE) as error:
        saved_directions(kept)
    assert len(str(error.value).splitlines()) == 1


def test_another_type_of_number_is_read_as_float32(kept):
    tensors, facts = load_tensors(kept.path / FILE)
    save_tensors(kept.path / FILE, {"smiling": tensors["smiling"].to(torch.int8)}, facts)
    assert saved_directions(kept)["smiling"].vector.dtype == torch.float32


def test_a_link_and_a_pipe_are_refused(kept, tmp_path):
    (kept.path / FILE).rename(tmp_path / "elsewhere")
    (kept.path / FILE).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RunError, match="is a link"):
        saved_directions(kept)
    (kept.path / FILE).unlink()
    os.mkfifo(kept.path / FILE)
    with pytest.raises(RunError, match="cannot be read"):
        saved_directions(kept)
