"""Pictures of more than 8 bits, and of other proportions."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from autoencode import tasks
from autoencode.data import load
from autoencode.data.images.picture import read_picture

RAMP = np.add.outer(np.arange(12), np.arange(12)) / 22


def test_numbers_of_16_bits_come_back_beside_the_pictures(tmp_path: Path) -> None:
    for n in range(20):
        Image.fromarray((RAMP * (40_000 + 1_000 * n) + 500).astype(np.uint16)).save(tmp_path / f"{n}.png")
    run = tasks.train(tmp_path, "linear-ae", out=tmp_path / "run", steps=60)
    done = tasks.reconstruct(run, [tmp_path / "3.png"], tmp_path / "back")
    assert tmp_path / "back" / "reconstructions.npy" in done.files
    numbers = np.load(tmp_path / "back" / "reconstructions.npy")
    picture = np.asarray(Image.open(tmp_path / "back" / "3.png"))
    assert numbers.shape == (1, 1, 12, 12)
    assert 255 < numbers.max() <= 70_000
    assert np.abs(numbers[0, 0].clip(0, 65_535) / 65_535 * 255 - picture).max() <= 0.51


def test_bands_of_whole_numbers_come_back_in_their_own_units(tmp_path: Path) -> None:
    x = np.stack([RAMP * (2_000 + 20 * n) for n in range(20)])[:, None].repeat(6, 1).astype(np.uint16)
    np.save(tmp_path / "x.npy", x)
    run = tasks.train(tmp_path / "x.npy", "linear-ae", out=tmp_path / "run", steps=300, values="0-4095")
    tasks.reconstruct(run, [tmp_path / "x.npy"], tmp_path / "back")
    numbers = np.load(tmp_path / "back" / "reconstructions.npy")
    assert numbers.shape == x.shape
    assert np.corrcoef(numbers.ravel(), x.ravel())[0, 1] > 0.9
    assert numbers.max() > 300


@pytest.mark.parametrize(("mode", "black"), [("L", 0), ("RGB", 0), ("F", 0)])
def test_a_letterbox_keeps_all_of_a_picture(tmp_path: Path, mode: str, black: int) -> None:
    Image.new("L", (20, 10), 200).convert(mode).save(tmp_path / "a.tif")
    pixels = read_picture(tmp_path / "a.tif", (16, 16), "grey", fit="letterbox")
    assert (pixels[0, 4:12] == 200).all()
    assert (pixels[0, :4] == black).all()
    assert (pixels[0, 12:] == black).all()
    assert (read_picture(tmp_path / "a.tif", (16, 16), "grey") == 200).all()


def test_new_pictures_are_fitted_as_those_of_training(tmp_path: Path) -> None:
    for n in range(10):
        Image.new("L", (20, 10), 100 + n).save(tmp_path / f"{n}.png")
    data = load(tmp_path, size=16, fit="letterbox")
    assert data.train.x[:, 0, 0].max() == 0
    assert any("with black bars" in note for note in data.notes)
    run = tasks.train(tmp_path, "linear-ae", out=tmp_path / "run", steps=1, size=16, fit="letterbox")
    seen = tasks.reconstruct(run, [tmp_path / "0.png"], tmp_path / "back").originals
    assert seen[0, 0, 0].max() == 0
    assert seen[0, 0, 8].min() > 0.3
