"""Volumes restored by a model: in their own units, with places and spacing, by the command too."""

import sys
from importlib import import_module
from pathlib import Path

import nibabel
import numpy as np
import pydicom
import pytest
import torch

from autoencode.cli import main
from autoencode.data.volumes.dicom import read_dicom
from autoencode.errors import DataError
from autoencode.tasks import restore, train
from data.volumes.test_volumes import AFFINE, ct, dicom, nifti

OPTIONS = {"widths": (4,), "steps": 3, "batch_size": 4, "augment": "none"}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("brain")
    return train(nifti(folder / "a.nii.gz", ct(40)), "self-restorer", out=folder / "run", **OPTIONS)


def changed(run, slices):
    """What the model makes of slices in Hounsfield units that fit its range."""
    units = torch.from_numpy((slices[:, None] + 1024) / 4095).float()
    model = run.model_for_size(slices.shape[1:])
    with torch.no_grad():
        return model.decode(model.encode(units).mean).mean[:, 0].numpy() * 4095 - 1024


def test_a_nifti_file_of_another_size_by_the_command(run, tmp_path: Path, monkeypatch, capsys):
    volume = ct(7, side=20, seed=3)
    monkeypatch.chdir(tmp_path)
    for folder in ("noisy", "true"):
        Path(folder).mkdir()
        nifti(Path(folder) / "b.nii.gz", volume)
    monkeypatch.setattr(sys, "argv", ["autoencode", "restore", str(run.path), "noisy/b.nii.gz", "-o", "clean"])
    with pytest.raises(SystemExit) as stop:
        main.main()
    assert not stop.value.code
    assert "1 restored" in capsys.readouterr().out
    back = nibabel.load("clean/b.nii.gz")
    assert np.allclose(back.affine, AFFINE)
    assert back.header.get_zooms() == nibabel.load("noisy/b.nii.gz").header.get_zooms()
    drawn = volume[:, ::-1].transpose(2, 1, 0)
    np.testing.assert_allclose(back.get_fdata()[:, ::-1].transpose(2, 1, 0), changed(run, drawn), atol=0.1)
    assert Path("clean/sheet.png").exists()
    done = restore(run, ["noisy"], "measured", clean="true")
    assert done.files == (Path("measured/b.nii.gz"),)
    expected = np.sqrt(np.square((changed(run, drawn) - drawn) / 4095).mean())
    assert done.change.value == pytest.approx(expected, rel=1e-3)
    assert done.quality.restored.rmse.value == pytest.approx(expected, rel=1e-3)
    assert done.quality.degraded.rmse.value == 0
    assert done.quality.restored.ssim is None


def test_slices_in_sight_of_their_neighbours(tmp_path: Path, monkeypatch):
    options = {**OPTIONS, "frames": 3, "blind_spots": False}
    run = train(nifti(tmp_path / "a.nii.gz", ct(40)), "video-self-restorer", out=tmp_path / "run", **options)
    drawn = ct(7)[:, ::-1].transpose(2, 1, 0)
    nifti(tmp_path / "b.nii", ct(7))
    module = import_module("autoencode.tasks.restore.volume")
    monkeypatch.setattr(module, "_PIXELS", 3 * 3 * 16 * 16)  # three slices at a time
    (file,) = restore(run, [tmp_path / "b.nii"], tmp_path / "clean").files
    near = drawn[[[1, 1], [0, 2], [1, 3], [2, 4], [3, 5], [4, 6], [5, 5]]]
    units, context = (torch.from_numpy((pixels + 1024) / 4095).float() for pixels in (drawn[:, None], near))
    model = run.model_for_size((16, 16))
    with torch.no_grad():
        expected = model.decode(model.encode(units, context).mean, context).mean[:, 0].numpy() * 4095 - 1024
    np.testing.assert_allclose(nibabel.load(file).get_fdata()[:, ::-1].transpose(2, 1, 0), expected, atol=0.1)
    nifti(tmp_path / "thin.nii", ct(1))
    with pytest.raises(DataError, match="a volume of 1 slices, and a slice with 1 on either side needs at least 2"):
        restore(run, [tmp_path / "thin.nii"], tmp_path / "clean")


def test_dicom_keeps_hounsfield_units(run, tmp_path: Path):
    (tmp_path / "ct").mkdir()
    pixels = (ct(3) + 1024).astype(np.int16)
    for place in range(3):
        dicom(tmp_path / f"ct/{place}", pixels[..., place].T.copy(), z=2.5 * place)
    done = restore(run, [tmp_path / "ct"], tmp_path / "clean")
    assert [file.name for file in done.files] == ["0.dcm", "1.dcm", "2.dcm"]
    for place in range(3):
        found, before = read_dicom(done.files[place]), read_dicom(tmp_path / f"ct/{place}")
        assert (found.unit, found.spacing) == ("HU", before.spacing)
        np.testing.assert_allclose(found.pixels, changed(run, before.pixels), atol=0.51)
        assert pydicom.dcmread(done.files[place]).ImagePositionPatient[2] == 2.5 * place


def test_numbers_outside_the_range_keep_their_difference_and_are_said(run, tmp_path: Path):
    volume = ct(4)
    volume[:3, :3] = 3_500
    nifti(tmp_path / "metal.nii", volume)
    done = restore(run, [tmp_path / "metal.nii"], tmp_path / "clean")
    assert "3.5 % of its numbers are outside -1024..3071" in done.notes[0]
    assert nibabel.load(done.files[0]).get_fdata()[:3, :3].mean() > 3_300
    nifti(tmp_path / "mri.nii", 9_000 + volume)
    with pytest.raises(DataError, match=r"100 % of its numbers are outside -1024\.\.3071"):
        restore(run, [tmp_path / "mri.nii"], tmp_path / "clean")


def test_models_of_colour_and_damaged_files(run, tmp_path: Path, local_run):
    nifti(tmp_path / "a.nii", ct(4))
    with pytest.raises(DataError, match="a volume needs a model of grey pictures: train one on volumes"):
        restore(local_run, [tmp_path / "a.nii"], tmp_path / "clean")
    (tmp_path / "b.nii").write_bytes(b"n+1")
    done = restore(run, [tmp_path], tmp_path / "clean")
    assert [skip.file.endswith("b.nii") for skip in done.skipped] == [True]


def test_an_ensemble_is_the_mean_over_orientations(run, tmp_path: Path):
    volume = ct(2)
    nifti(tmp_path / "a.nii", volume)
    (file,) = restore(run, [tmp_path / "a.nii"], tmp_path / "clean", ensemble=True).files
    drawn, turns = volume[:, ::-1].transpose(2, 1, 0), list[np.ndarray]()
    for flipped in (False, True):
        for k in range(4):
            one = np.rot90(drawn.transpose(0, 2, 1) if flipped else drawn, k, (1, 2))
            back = np.rot90(changed(run, np.ascontiguousarray(one)), -k, (1, 2))
            turns.append(back.transpose(0, 2, 1) if flipped else back)
    found = nibabel.load(file).get_fdata()[:, ::-1].transpose(2, 1, 0)
    np.testing.assert_allclose(found, np.mean(turns, 0), atol=0.1)


def test_a_background_of_nan_stays_and_is_said(run, tmp_path: Path):
    volume = ct(6)
    empty = np.zeros(volume.shape, bool)
    empty[:4] = True
    nifti(tmp_path / "a.nii", np.where(empty, np.nan, volume).astype(np.float32))
    nifti(tmp_path / "b.nii", np.where(empty, -1024, volume).astype(np.float32))
    (tmp_path / "true").mkdir()
    nifti(tmp_path / "true/a.nii", volume)
    done = restore(run, [tmp_path / "a.nii"], tmp_path / "out", clean=tmp_path / "true")
    expected = nibabel.load(restore(run, [tmp_path / "b.nii"], tmp_path / "filled").files[0]).get_fdata()
    found = nibabel.load(done.files[0]).get_fdata()
    np.testing.assert_array_equal(np.isnan(found), empty)
    np.testing.assert_allclose(found[~empty], expected[~empty], atol=1e-3)
    assert np.isfinite([done.change.value, done.quality.restored.rmse.value]).all()
    assert any("25 % of its voxels are NaN or infinite and stay as they are" in note for note in done.notes)


def test_a_clean_volume_of_more_slices_measures_nothing(run, tmp_path: Path):
    (tmp_path / "true").mkdir()
    nifti(tmp_path / "a.nii", ct(5))
    nifti(tmp_path / "true/a.nii", ct(7))
    done = restore(run, [tmp_path / "a.nii"], tmp_path / "out", clean=tmp_path / "true")
    assert [one.reason for one in done.unpaired] == ["its clean volume has other slices"]
    assert done.quality is None
