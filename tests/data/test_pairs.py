"""Folders of pictures with targets, whole and in patches, from files to batches."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from autoencode.data import Batches, load, sequential_batches
from autoencode.errors import ArgumentError, DataError


def draw(path: Path, seed: int, size: tuple[int, int] = (20, 30), colour: bool = False) -> np.ndarray:
    pixels = np.random.default_rng(seed).integers(0, 256, (*size, 3) if colour else size, np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return pixels


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    for number in range(6):
        draw(tmp_path / "noisy" / f"{number}.png", number)
        draw(tmp_path / "clean" / f"{number}.png", 100 + number)
    return tmp_path / "noisy", tmp_path / "clean"


def test_whole_pairs_stay_together(folders: tuple[Path, Path]):
    noisy, clean = folders
    data = load(noisy, target=clean)
    assert data.data_shape == (1, 20, 30)
    names = [data.files[place] for place in data.split.train]
    for row, name in enumerate(names):
        assert np.array_equal(data.train.x[row, 0].numpy(), np.asarray(Image.open(noisy / name)))
        assert np.array_equal(data.train.target[row, 0].numpy(), np.asarray(Image.open(clean / name)))
    assert any("of the same name in" in note for note in data.notes)


def test_patches_of_pairs_stay_together_and_no_picture_is_in_two_parts(folders: tuple[Path, Path]):
    noisy, clean = folders
    data = load(noisy, target=clean, patch=8)
    assert data.data_shape == (1, 8, 8)
    owners = {name: {data.files[place] for place in getattr(data.split, name)} for name in data.subsets}
    assert [len(own) for own in owners.values()] == [4, 1, 1]
    assert not owners["train"] & owners["test"]
    assert not owners["train"] & owners["validation"]
    for part, places in ((data.train, data.split.train), (data.test, data.split.test)):
        for row in range(0, len(part), 7):
            whole = np.asarray(Image.open(noisy / data.files[places[row]]))
            target = np.asarray(Image.open(clean / data.files[places[row]]))
            windows = np.lib.stride_tricks.sliding_window_view(whole, (8, 8))
            top, left = np.argwhere((windows == part.x[row, 0].numpy()).all((2, 3)))[0]
            assert np.array_equal(part.target[row, 0].numpy(), target[top : top + 8, left : left + 8])


def test_parts_of_regions_share_pictures_and_no_pixel(tmp_path: Path):
    for number in range(2):  # every value once in all, so that a patch shows where it is from
        values = np.arange(4000, dtype=np.uint16).reshape(40, 100) + 4000 * number
        Image.fromarray(values).save(tmp_path / f"{number}.png")
    data = load(tmp_path, patch=8, parts="regions")
    shown = {name: set(part.x.unique().tolist()) for name, part in data.subsets.items()}
    assert sum(map(len, shown.values())) == len(set.union(*shown.values())) == 8000
    assert {data.files[place] for place in data.split.train} == {"0.png", "1.png"}
    assert any(note.startswith("divided into 24 regions") for note in data.notes)
    assert load(tmp_path, **data.options).fingerprint == data.fingerprint


def test_one_picture_is_enough_for_parts_of_regions(tmp_path: Path):
    draw(tmp_path / "0.png", 0, (40, 50))
    assert all(len(part) for part in load(tmp_path, patch=8, parts="regions").subsets.values())
    with pytest.raises(DataError, match="regions of pictures found: 1; at least 3 are needed"):
        load(tmp_path, patch=40, parts="regions")
    with pytest.raises(ArgumentError, match="give --patch, such as 96"):
        load(tmp_path, parts="regions")


def test_the_same_again_by_its_options(folders: tuple[Path, Path]):
    data = load(folders[0], target=folders[1], patch=8, validation=2, test=1)
    again = load(folders[0], **data.options)
    assert again.fingerprint == data.fingerprint
    assert torch.equal(again.split.train, data.split.train)
    assert data.fingerprint != load(folders[0], patch=8, validation=2, test=1).fingerprint


def test_batches_bring_targets(folders: tuple[Path, Path]):
    part = load(folders[0], target=folders[1], patch=8).train
    batch = Batches(part, 16, seed=0)(3)
    assert batch.target.shape == batch.x.shape
    rows = [int((part.inputs() == x).all((1, 2, 3)).nonzero()[0, 0]) for x in batch.x]
    assert torch.equal(batch.target, part.targets(rows))
    first = next(iter(sequential_batches(part[:5], 5)))
    assert torch.equal(first.target, part.targets(slice(0, 5)))
    alone = Batches(load(folders[0], patch=8).train, 16, seed=0)(3)
    assert alone.target is alone.x


@pytest.mark.parametrize(("pictures", "targets"), [(False, True), (True, True), (False, False)])
def test_grey_pictures_with_targets_in_colour_are_known(tmp_path: Path, pictures: bool, targets: bool):
    for number in range(6):
        draw(tmp_path / "in" / f"{number}.png", number, colour=pictures)
        draw(tmp_path / "out" / f"{number}.png", 100 + number, colour=targets)
    data = load(tmp_path / "in", target=tmp_path / "out")
    assert data.colourises is (targets and not pictures)
    assert ("grey pictures with targets in colour" in data.notes) is data.colourises
    assert data.data_shape[0] == (3 if targets else 1)


def test_what_cannot_be_paired_is_listed(folders: tuple[Path, Path], tmp_path: Path):
    noisy, clean = folders
    draw(noisy / "alone.png", 1)
    draw(clean / "nobody.png", 1)
    draw(noisy / "other.png", 1)
    draw(clean / "other.png", 1, (21, 30))
    draw(noisy / "torn.png", 1)
    (clean / "torn.png").write_bytes(b"\x89PNG torn")
    data = load(noisy, target=clean)
    reasons = {skip.file: skip.reason for skip in data.skipped}
    assert len(data.files) == 6
    assert "no picture of this name" in reasons["alone.png"]
    assert "none of this name" in reasons[str(clean / "nobody.png")]
    assert "20x30" in reasons["other.png"]
    assert "21x30" in reasons["other.png"]
    assert "torn.png" in reasons
    assert any(note.startswith("6 pictures; 4 of 18 files left out") for note in data.notes)


def test_endings_may_differ_but_names_must_be_clear(folders: tuple[Path, Path]):
    noisy, clean = folders
    draw(noisy / "6.jpg", 6)
    draw(clean / "6.png", 106)
    assert len(load(noisy, target=clean).files) == 7
    draw(noisy / "6.png", 6)
    with pytest.raises(DataError, match=r"holds both 6\.jpg and 6\.png"):
        load(noisy, target=clean)


def test_colour_of_either_is_colour_of_both(folders: tuple[Path, Path]):
    noisy, clean = folders
    draw(clean / "0.png", 100, colour=True)
    data = load(noisy, target=clean)
    assert data.train.x.shape[1] == data.train.target.shape[1] == 3


def test_wrong_options(folders: tuple[Path, Path]):
    noisy, clean = folders
    with pytest.raises(ArgumentError, match="leave --size out"):
        load(noisy, target=clean, patch=8, size="16x16")
    with pytest.raises(ArgumentError, match="at least 1, not 0"):
        load(noisy, patch=0)
    with pytest.raises(DataError, match="nowhere"):
        load(noisy, target=clean.parent / "nowhere")
    for file in clean.iterdir():
        file.unlink()
    with pytest.raises(DataError, match=r"no picture in .* with one of its name and size in .*no picture of this name"):
        load(noisy, target=clean, patch=8)
