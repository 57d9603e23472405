"""Masks as files store them, and what they mean for the classes of a model."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from autoencode.data import load
from autoencode.data.masks.mask_classes import MaskClasses, MaskKind
from autoencode.data.masks.mask_files import read_mask_values, read_true_mask
from autoencode.data.masks.unknown_values import UnknownValues

INSIDE = np.kron(np.eye(2, dtype=np.uint8), np.ones((8, 8), np.uint8))
GREYS = MaskClasses(("background", "foreground"), MaskKind.LABELS, (0, 255))


def save(path: Path, places: np.ndarray, palette: Sequence[int]) -> Path:
    """A mask of places in a palette."""
    image = Image.fromarray(places.astype(np.uint8))
    image.putpalette(list(palette))
    image.save(path)
    return path


def test_labels_in_a_grey_palette_are_what_it_shows(tmp_path: Path) -> None:
    place = save(tmp_path / "a.png", 1 - INSIDE, [255, 255, 255, 0, 0, 0])
    assert (read_mask_values(place, MaskKind.LABELS) == 255 * INSIDE).all()
    assert (read_mask_values(place, MaskKind.PALETTE) == 1 - INSIDE).all()
    greys = save(tmp_path / "all.png", np.arange(256).reshape(16, 16), np.repeat(np.arange(256), 3).tolist())
    assert (read_mask_values(greys, MaskKind.LABELS).ravel() == np.arange(256)).all()


@pytest.mark.parametrize("target_is", ["masks", "objects"])
def test_grey_palettes_beside_other_files_and_other_palettes(tmp_path: Path, target_is: str) -> None:
    """Half of the masks are grey, or have a palette in another order."""
    for name in ("pictures", "masks"):
        (tmp_path / name).mkdir()
    for number in range(12):
        Image.fromarray(INSIDE * 200).save(tmp_path / f"pictures/{number}.png")
        if number % 3 == 0:
            Image.fromarray(INSIDE * 255).save(tmp_path / f"masks/{number}.png")
        elif number % 3 == 1:
            save(tmp_path / f"masks/{number}.png", INSIDE, [0, 0, 0, 255, 255, 255])
        else:
            save(tmp_path / f"masks/{number}.png", 1 - INSIDE, [255, 255, 255, 0, 0, 0])
    data = load(tmp_path / "pictures", target=tmp_path / "masks", target_is=target_is)
    for part in data.subsets.values():
        assert ((part.target.argmax(1) > 0).numpy() == (INSIDE > 0)).all()


def test_objects_are_numbers_whatever_the_palette_shows(tmp_path: Path) -> None:
    places = np.array([[0, 1], [2, 3]])
    same = save(tmp_path / "same.png", places, [0, 0, 0, 9, 9, 9, 9, 9, 9, 8, 8, 8])
    assert (read_mask_values(same, MaskKind.OBJECTS) == places).all()
    last = save(tmp_path / "last.png", places, [9, 9, 9, 9, 9, 9, 8, 8, 8, 0, 0, 0])
    assert read_mask_values(last, MaskKind.OBJECTS).tolist() == [[1, 2], [3, 0]]
    colours = np.array([[[0, 0, 0], [255, 0, 0]], [[0, 130, 0], [0, 0, 0]]], np.uint8)
    Image.fromarray(colours).save(tmp_path / "colours.png")
    assert len(np.unique(read_mask_values(tmp_path / "colours.png", MaskKind.OBJECTS))) == 3


def test_true_masks_are_read_however_they_are_stored(tmp_path: Path) -> None:
    turned = save(tmp_path / "turned.png", 1 - INSIDE, [255, 255, 255, 0, 0, 0])
    assert (read_true_mask(turned, GREYS) == 255 * INSIDE).all()
    numbers = MaskClasses(("background", "a"), MaskKind.LABELS, (0, 1))
    voc = save(tmp_path / "voc.png", INSIDE, [0, 0, 0, 128, 0, 0])
    assert (read_true_mask(voc, numbers) == INSIDE).all()
    placed = MaskClasses(("background", "a"), MaskKind.PALETTE, (0, 5), (0, 0x800000))
    assert (read_true_mask(voc, placed) == 5 * INSIDE).all()
    Image.open(voc).convert("RGB").save(tmp_path / "rgb.png")
    assert (read_true_mask(tmp_path / "rgb.png", placed) == 5 * INSIDE).all()
    Image.fromarray(5 * INSIDE).save(tmp_path / "grey.png")
    assert (read_true_mask(tmp_path / "grey.png", placed) == 5 * INSIDE).all()


def test_values_of_no_class_are_said(tmp_path: Path) -> None:
    unknown = UnknownValues(GREYS)
    unknown.add("a.png", 255 * INSIDE)
    assert unknown.note is None
    unknown.add("b.png", INSIDE)
    assert unknown.note == (
        "1 true mask has values that are none of the classes (0, 255), such as 1 in b.png, in 25 % of all pixels: each "
        "counts as the nearest class"
    )
    unknown.add("c.png", INSIDE)
    assert str(unknown.note).startswith("2 true masks have values")
