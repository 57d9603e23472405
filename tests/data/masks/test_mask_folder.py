"""Pictures with masks, from folders and archives of arrays."""

import numpy as np
import pytest
import torch
from PIL import Image

from autoencode.data import load
from autoencode.data.masks.mask_classes import MaskKind
from autoencode.errors import ArgumentError, DataError, ShapeError

N, SIDE = 12, 16


@pytest.fixture
def folders(tmp_path):
    """Dark and bright halves of different width, and their masks in several kinds of file."""
    rng, truth = np.random.default_rng(0), []
    for name in ("pictures", "labels", "palette", "colours"):
        (tmp_path / name).mkdir()
    for number in range(N):
        inside = np.arange(SIDE)[None] < rng.integers(4, 12) + np.zeros((SIDE, 1), int)
        truth.append(inside)
        Image.fromarray(np.where(inside, 200, 40).astype(np.uint8)).save(tmp_path / f"pictures/{number:02}.jpg")
        Image.fromarray(np.where(inside, 255, 0).astype(np.uint8)).save(tmp_path / f"labels/{number:02}.png")
        placed = Image.fromarray(inside.astype(np.uint8))
        placed.putpalette([10, 20, 30, 200, 100, 50])
        placed.save(tmp_path / f"palette/{number:02}.png")
        placed.convert("RGB").save(tmp_path / f"colours/{number:02}.png")
    return tmp_path, np.stack(truth)


def masks_of(data):
    """The class of each pixel of all parts, in the order of the files."""
    planes = torch.cat([part.target for part in data.subsets.values()])
    order = torch.cat([getattr(data.split, part) for part in data.subsets])
    return planes[order.argsort()].argmax(1).numpy()


@pytest.mark.parametrize(
    ("folder", "kind", "values"),
    [
        ("labels", MaskKind.LABELS, (0, 255)),
        ("palette", MaskKind.PALETTE, (0, 1)),
        ("colours", MaskKind.COLOURS, (0xC86432, 0x0A141E)),
    ],
)
def test_masks_of_every_kind_name_the_same_pixels(folders, folder, kind, values):
    place, truth = folders
    data = load(place / "pictures", target=place / folder, target_is="masks")
    assert (data.masks.kind, set(data.masks.values)) == (kind, set(values))
    assert data.train.target.shape[1:] == (2, SIDE, SIDE)
    assert data.data_shape == (1, SIDE, SIDE)
    same = masks_of(data) == truth
    assert same.all() or not same.any()  # which of two colours is the background depends on their areas
    assert any("with its mask of the same name" in note for note in data.notes)
    again = load(place / "pictures", **data.options)
    assert again.fingerprint == data.fingerprint


def test_patches_and_their_masks_are_of_the_same_place(folders):
    place, _ = folders
    data = load(place / "pictures", target=place / "labels", target_is="masks", patch=8)
    bright = data.train.x[:, 0] > 120
    assert (data.train.target.argmax(1).bool() == bright).float().mean() > 0.98


def test_masks_are_fitted_without_new_values(folders):
    place, _ = folders
    data = load(place / "pictures", target=place / "labels", target_is="masks", size=(10, 12))
    assert (data.train.target.sum(1) == 255).all()
    assert (data.train.target.argmax(1).bool() == (data.train.x[:, 0] > 120)).float().mean() > 0.95


def test_pictures_without_masks_and_masks_of_another_size_are_left_out_by_name(folders):
    place, _ = folders
    (place / "labels/03.png").unlink()
    Image.new("L", (SIDE, 8)).save(place / "labels/05.png")
    data = load(place / "pictures", target=place / "labels", target_is="masks")
    reasons = {skip.file: skip.reason for skip in data.skipped}
    assert reasons["03.jpg"] == f"no mask of this name in {place / 'labels'}"
    assert reasons["05.jpg"].startswith("16x16 (height x width), and its mask is 8x16: both must have one size")
    assert len(data.files) == N - 2


def test_floating_point_masks_are_left_out(folders):
    place, _ = folders
    for file in list((place / "labels").iterdir()):
        Image.fromarray(np.asarray(Image.open(file)).astype(np.float32)).save(file.with_suffix(".tif"))
        file.unlink()
    with pytest.raises(DataError, match="its mask: a mask of floating-point numbers"):
        load(place / "pictures", target=place / "labels", target_is="masks")


def test_masks_of_jpeg_are_read(folders):
    place, truth = folders
    for file in list((place / "labels").iterdir()):
        Image.open(file).save(file.with_suffix(".jpg"), quality=70)
        file.unlink()
    data = load(place / "pictures", target=place / "labels", target_is="masks")
    assert len(data.masks) == 2
    assert (masks_of(data) == truth).mean() > 0.97


def test_masks_need_their_folder(folders):
    with pytest.raises(ArgumentError, match="needs a mask: say where they are with --target masks/"):
        load(folders[0] / "pictures", target_is="masks")


def test_other_words_for_what_a_target_is_are_an_error(folders):
    with pytest.raises(ArgumentError, match="--target-is takes pictures, masks, objects, not 'mask'"):
        load(folders[0] / "pictures", target_is="mask")


def test_data_without_masks_are_an_error_that_says_how_to_give_them():
    with pytest.raises(DataError, match=r"digits holds no masks to learn from.*--target masks/"):
        load("digits", target_is="masks")


@pytest.mark.parametrize("shape", [(N, SIDE, SIDE), (N, SIDE, SIDE, 1), (N, 1, SIDE, SIDE)])
def test_an_archive_of_pictures_and_masks(folders, shape):
    place, truth = folders
    pictures = np.where(truth, 200, 40).astype(np.uint8)
    np.savez(place / "both.npz", images=pictures, masks=truth.astype(np.uint8).reshape(shape), ids=np.arange(N))
    data = load(place / "both.npz", target_is="masks")
    assert (masks_of(data) == truth).all()
    assert data.masks.names == ("background", "foreground")
    assert "examples from 'images', masks from 'masks'" in data.notes
    assert load(place / "both.npz", **data.options).fingerprint == data.fingerprint


def test_the_array_of_masks_can_be_named_and_colours_are_classes(folders):
    place, truth = folders
    colours = np.where(truth[..., None], [255, 0, 0], [0, 0, 255]).astype(np.uint8)
    np.savez(place / "both.npz", x=truth.astype(np.uint8) * 255, seg=colours)
    data = load(place / "both.npz", target="seg", target_is="masks")
    assert set(data.masks.values) == {0xFF0000, 0x0000FF}
    with pytest.raises(DataError, match="holds no array of masks; --target takes one of x, seg"):
        load(place / "both.npz", target_is="masks")


def test_masks_of_another_size_or_type_in_an_archive_are_an_error(folders):
    place, truth = folders
    np.savez(place / "a.npz", images=truth.astype(np.uint8), masks=truth[:, :8].astype(np.uint8))
    with pytest.raises(ShapeError, match=r"masks for these pictures have shape \(12, 16, 16\), and 'masks' has"):
        load(place / "a.npz", target_is="masks")
    np.savez(place / "b.npz", images=truth.astype(np.uint8), masks=truth.astype(np.float32))
    with pytest.raises(DataError, match=r"masks are whole numbers.*'masks' is of type float32"):
        load(place / "b.npz", target_is="masks")


def test_drawn_cells_have_masks_for_those_who_ask():
    data = load("drawn-cells", target_is="masks")
    assert data.masks.of_objects
    assert data.train.target.shape[1:] == (3, 64, 64)
    assert data.split.sizes == {"train": 450, "validation": 50, "test": 100}
    plain = load("drawn-cells")
    assert plain.masks is None
    assert plain.train.target is None
