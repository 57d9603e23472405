"""Volumes with masks: volumes of whole numbers beside those of a scan."""

import nibabel
import numpy as np
import pytest
import torch

from autoencode.data import load
from autoencode.data.masks.mask_classes import class_indices
from autoencode.data.volumes.nifti import read_nifti
from autoencode.errors import ArgumentError, DataError


def nifti(path, numbers):
    path.parent.mkdir(parents=True, exist_ok=True)
    nibabel.Nifti1Image(numbers, np.diag([1.0, 1.0, 2.0, 1.0])).to_filename(path)


@pytest.fixture
def folder(tmp_path):
    """Four volumes with a ball of two classes each, in (width, height, slices) as NIfTI stores them."""
    x, y, z = np.meshgrid(*(np.arange(n) for n in (12, 10, 6)), indexing="ij")
    for number in range(4):
        distance = np.sqrt((x - 4 - number) ** 2 + (y - 5) ** 2 + (z - 3) ** 2)
        labels = np.where(distance < 2, 3, np.where(distance < 3.5, 1, 0)).astype(np.int16)
        nifti(tmp_path / f"scans/site {number % 2}/case{number}.nii.gz", (100 + 50 * labels).astype(np.int16))
        nifti(tmp_path / f"labels/site {number % 2}/case{number}.nii", labels)
    return tmp_path


def test_each_slice_has_its_own_mask_and_volumes_stay_whole(folder):
    data = load(folder / "scans", target=folder / "labels", target_is="masks")
    assert data.masks is not None
    assert data.masks.values == (0, 1, 3)
    for part in (data.train, data.validation, data.test):
        levels = part.inputs()[:, 0] * (data.values.high - data.values.low) + data.values.low
        classes = class_indices(part.targets(slice(None)))
        true = torch.tensor([0, 1, 3])[classes]
        torch.testing.assert_close(levels, 100 + 50.0 * true, atol=0.01, rtol=0)
    assert [len(part) % 6 for part in (data.train, data.validation, data.test)] == [0, 0, 0]
    again = load(folder / "scans", **data.options)
    assert torch.equal(again.test.targets(slice(None)), data.test.targets(slice(None)))


def test_one_volume_and_its_mask(folder):
    data = load(
        folder / "scans/site 0/case0.nii.gz", target=folder / "labels/site 0/case0.nii", target_is="masks", test=2
    )
    true = read_nifti(folder / "labels/site 0/case0.nii")[0].pixels
    found = class_indices(data.test.targets(slice(None))).numpy()
    assert all(any(np.array_equal(np.array([0, 1, 3])[one], slice_) for slice_ in true) for one in found)
    assert load(folder / "scans/site 0/case0.nii.gz", **data.options).masks == data.masks


def test_a_scan_whose_channel_is_numbered_has_the_mask_of_its_name(folder):
    for number in range(4):
        path = folder / f"scans/site {number % 2}/case{number}.nii.gz"
        path.rename(path.with_name(f"case{number}_0000.nii.gz"))
    assert load(folder / "scans", target=folder / "labels", target_is="masks").masks is not None


def test_objects_with_numbers(folder):
    data = load(folder / "scans", target=folder / "labels", target_is="objects")
    assert data.masks.names == ("background", "object", "outline")


def test_what_has_no_mask_is_left_out_by_name(folder):
    (folder / "labels/site 0/case0.nii").unlink()
    nifti(folder / "labels/site 1/case1.nii", np.zeros((12, 10, 5), np.int16))
    nifti(folder / "labels/site 0/case2.nii", np.full((12, 10, 6), 0.5, np.float32))
    data = load(folder / "scans", target=folder / "labels", target_is="masks")
    reasons = {skip.file: skip.reason for skip in data.skipped}
    assert reasons["site 0/case0.nii.gz"] == f"no mask of this name in {folder / 'labels'}"
    assert reasons["site 1/case1.nii.gz"] == "its mask has 12 x 10 x 5 voxels, and it has 12 x 10 x 6"
    assert "numbers such as 0.5" in reasons["site 0/case2.nii.gz"]
    assert any("3 of 4 files left out" in note for note in data.notes)


def test_what_cannot_have_masks_is_refused(folder):
    (folder / "empty").mkdir()
    with pytest.raises(DataError, match="holds no masks of volumes"):
        load(folder / "scans", target=folder / "empty", target_is="masks")
    with pytest.raises(ArgumentError, match="--frames does not apply to"):
        load(folder / "scans", target=folder / "labels", target_is="masks", frames=3)
    nifti(folder / "times/a.nii", np.zeros((12, 10, 6, 2), np.int16))
    nifti(folder / "masks/a.nii", np.zeros((12, 10, 6), np.int16))
    with pytest.raises(DataError, match="2 volumes, one for each time, and one mask"):
        load(folder / "times", target=folder / "masks", target_is="masks")
