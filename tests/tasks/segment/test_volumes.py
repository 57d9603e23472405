"""Masks of volumes: slices in, a volume with the same places out."""

import csv

import nibabel
import numpy as np
import pytest
from PIL import Image
from pydicom.data import get_testdata_file

from autoencode.errors import DataError
from autoencode.tasks import segment, train
from support.reporters import Recorder

AFFINE = np.array([[-0.8, 0, 0, 90], [0, 0.7, 0, -120], [0, 0, 2.5, -70], [0, 0, 0, 1]])


def ball(number):
    """Numbers and labels of a ball, (width, height, slices)."""
    x, y, z = np.meshgrid(*(np.arange(n) for n in (16, 16, 8)), indexing="ij")
    labels = ((x - 5 - number) ** 2 + (y - 8) ** 2 + 2 * (z - 4) ** 2 < 12).astype(np.uint8)
    noise = np.random.default_rng(number).normal(0, 5, labels.shape)
    return (-500 + 1000.0 * labels + noise).astype(np.float32), labels


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("balls")
    for name in ("scans", "labels"):
        (folder / name).mkdir()
    for number in range(5):
        for name, numbers in zip(("scans", "labels"), ball(number), strict=True):
            nibabel.Nifti1Image(numbers, AFFINE).to_filename(folder / f"{name}/{number}.nii.gz")
    return folder


@pytest.fixture(scope="module")
def run(folder):
    return train(
        folder / "scans",
        "segmenter",
        target=folder / "labels",
        out=folder / "run",
        widths=(8, 16),
        steps=400,
        batch_size=8,
        learning_rate=0.01,
        augment="none",
        seed=0,
    )


def test_a_volume_comes_back_as_its_mask_with_places_and_millilitres(run, folder, tmp_path):
    done = segment(run, [folder / "scans"], tmp_path / "out", truth=folder / "labels")
    assert done.quality.mean_dice.value > 0.9
    assert done.quality.count == done.quality.true_count == 5
    found, true = (nibabel.load(path) for path in (tmp_path / "out/3.nii.gz", folder / "labels/3.nii.gz"))
    assert found.get_data_dtype() == np.uint8
    np.testing.assert_allclose(found.affine, AFFINE)
    both = np.asarray(found.dataobj).astype(bool), np.asarray(true.dataobj).astype(bool)
    assert 2 * (both[0] & both[1]).sum() / (both[0].sum() + both[1].sum()) > 0.9
    row = next(row for row in csv.DictReader(done.table.read_text().splitlines()) if row["picture"] == "3.nii.gz")
    assert int(row["pixels"]) == both[0].sum()
    assert float(row["millilitres"]) == pytest.approx(both[0].sum() * 0.8 * 0.7 * 2.5 / 1000, rel=1e-4)
    doubt = np.asarray(nibabel.load(tmp_path / "out/doubt/3.nii.gz").dataobj)
    assert doubt.shape == both[0].shape
    assert doubt.mean() < 60
    with Image.open(tmp_path / "out/overlays/3.png") as overlay:
        assert overlay.size[0] == 4 * 16


def test_results_of_an_earlier_time_are_replaced(run, folder, tmp_path):
    one = [folder / "scans/0.nii.gz"]
    first = segment(run, one, tmp_path / "out").areas
    assert segment(run, one, tmp_path / "out").areas == first


def test_what_cannot_be_segmented_is_named(run, folder, tmp_path):
    numbers, _ = ball(0)
    nibabel.Nifti1Image(numbers + 9000, AFFINE).to_filename(tmp_path / "far.nii.gz")
    (tmp_path / "cut.nii").write_bytes(b"x" * 400)
    done = segment(run, [tmp_path / "far.nii.gz", tmp_path / "cut.nii", folder / "scans/1.nii.gz"], tmp_path / "out")
    assert len(done.files) == 1
    reasons = {skip.file.split("/")[-1]: skip.reason for skip in done.skipped}
    assert "100 % of its numbers are outside" in reasons["far.nii.gz"]
    assert "cut.nii" in reasons
    with pytest.raises(DataError, match="a DICOM file: convert it to NIfTI"):
        segment(run, [get_testdata_file("CT_small.dcm")], tmp_path / "other")


def test_nan_is_background_and_is_said(run, folder, tmp_path):
    numbers, _ = ball(3)
    numbers[:8] = np.nan
    nibabel.Nifti1Image(numbers, AFFINE).to_filename(tmp_path / "a.nii.gz")
    recorder = Recorder()
    done = segment(run, [tmp_path / "a.nii.gz"], tmp_path / "out", reporter=recorder)
    found = np.asarray(nibabel.load(done.files[0]).dataobj)
    assert not found[:8].any()
    assert found[8:].any()
    assert any("50 % of its voxels are NaN or infinite and count as background" in note for note in recorder.of("warn"))
