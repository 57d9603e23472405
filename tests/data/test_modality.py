from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np
import pytest
import torch
from PIL import Image

from autoencode.data import Clips, Pictures, Vectors, load, modality, modality_of
from autoencode.data.modality import Modality
from autoencode.recipes import default_recipe
from autoencode.recipes.networks import networks
from autoencode.views.figures import comparison
from autoencode.views.outputs import ExampleFiles


@pytest.mark.parametrize(
    ("shape", "options", "expected", "described"),
    [
        ((1, 28, 28), {}, Pictures, "grey pictures of 28x28"),
        ((3, 32, 24), {}, Pictures, "colour pictures of 32x24"),
        ((8, 32, 24), {}, Pictures, "pictures with 8 channels of 32x24"),
        ((3, 96, 96), {"frames": 5}, Clips, "colour frames of 96x96"),
        ((12,), {}, Vectors, "vectors of 12 numbers"),
        ((1,), {"frames": None}, Vectors, "vectors of 1 number"),
        ((4, 6), {}, Vectors, "vectors of 4 x 6 numbers"),
    ],
)
def test_shape_and_options_decide(shape, options, expected, described):
    found = modality_of(list(shape), options)
    assert type(found) is expected
    assert (found.data_shape, found.description) == (shape, described)


def test_a_data_set_knows_its_modality(tmp_path):
    Image.new("L", (8, 8)).save(tmp_path / "a.png")
    for name in "bc":
        Image.new("L", (8, 8), 9).save(tmp_path / f"{name}.png")
    assert load(tmp_path).modality == Pictures((1, 8, 8))
    assert load(np.zeros((9, 5))).modality == Vectors((5,))


def test_clips_say_how_many_frames_they_are_given():
    found = modality_of((1, 16, 16), {"frames": 3})
    assert isinstance(found, Clips)
    assert found.frames == 3


@final
@dataclass(frozen=True)
class Signals(Modality):
    """Signals of several channels: what someone adds later."""

    noun = unit = "signals"
    recipe_kind = "vectors"
    network = "dense"
    n_compared = 3

    @classmethod
    def match(cls, data_shape, options, display_range):
        return cls(data_shape, display_range) if len(data_shape) == 2 else None

    @property
    def description(self):
        return f"signals of {self.data_shape[1]} samples"


def test_another_modality_is_one_class(monkeypatch, tmp_path):
    monkeypatch.setattr(modality, "_KINDS", (Signals, *modality._KINDS))
    found = modality_of((2, 50))
    assert isinstance(found, Signals)
    assert default_recipe("anything", found.recipe_kind).name == default_recipe("anything", "vectors").name
    assert networks["auto"]((2, 50)).encoder(torch.zeros(4, 2, 50)).shape[0] == 4
    x = torch.rand(found.n_compared, 2, 50)
    assert comparison(found, x, x).caption == "Each example and its reconstruction"
    files = ExampleFiles(found, tmp_path, "samples")
    with files.open() as add:
        add([], x)
    assert np.array_equal(np.load(files.paths([])[0]), x.numpy())


def test_pictures_are_shown_in_their_range_and_other_numbers_need_an_array():
    x = torch.tensor([-1000.0, 0.0, 3000.0, 5000.0]).reshape(4, 1, 1, 1)
    scans = modality_of((1, 1, 1), {}, (-1000.0, 3000.0))
    assert scans.shown(x).flatten().tolist() == [0, 0.25, 1, 1]
    assert not scans.fits_picture_files
    usual = modality_of((3, 4, 4))
    assert usual.shown(x) is x
    assert usual.fits_picture_files


@pytest.mark.parametrize(("channels", "shown"), [(2, 1), (4, 3), (8, 3), (1, 1), (3, 3)])
def test_of_bands_the_first_are_shown(channels: int, shown: int):
    bands = modality_of((channels, 4, 5))
    x = torch.rand(2, 6, channels, 4, 5)
    assert torch.equal(bands.shown(x), x[:, :, :shown])
    assert bands.fits_picture_files == (channels == shown)


def test_numbers_that_pictures_cannot_hold_are_written_beside_them(tmp_path):
    files = ExampleFiles(modality_of((1, 4, 4), {}, (-2.0, 2.0)), tmp_path, "samples")
    x = torch.linspace(-2, 2, 32).reshape(2, 1, 4, 4)
    names = [Path("a.png"), Path("b.png")]
    with files.open() as add:
        add(names, x)
    assert [path.name for path in files.paths(names)] == ["a.png", "b.png", "samples.npy", "sheet.png"]
    assert np.array_equal(np.load(tmp_path / "samples.npy"), x.numpy())
    assert len(np.unique(np.asarray(Image.open(tmp_path / "a.png")))) == 16
