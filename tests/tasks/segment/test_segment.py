"""Training on masks, and finding them in pictures of any size."""

import csv

import numpy as np
import pytest
import torch
from PIL import Image

from autoencode.data.masks.mask_classes import MaskKind
from autoencode.data.masks.mask_files import read_mask_values
from autoencode.data.masks.outlines import OBJECT_NAMES
from autoencode.errors import ArgumentError, CapabilityError, DataError
from autoencode.runs.run import Run
from autoencode.runs.segmenter import Segmenter, require_masks
from autoencode.runtime.cancellation import CancelToken
from autoencode.tasks import evaluate, report, restore, segment, train, verdict
from support.reporters import Recorder

SIDE, SMALL = 16, {"widths": (4, 8), "steps": 60, "batch_size": 8, "learning_rate": 0.05, "augment": "none"}


def squares(n, side=SIDE, seed=0):
    """Dark pictures with one bright square each, and where it is."""
    rng, pictures, inside = np.random.default_rng(seed), [], np.zeros((n, side, side), bool)
    for one in inside:
        top, left = rng.integers(0, side - 7, 2)
        one[top : top + 6, left : left + 6] = True
        pictures.append(np.where(one, 210, 40) + rng.integers(-20, 20, one.shape))
    return np.stack(pictures).astype(np.uint8), inside


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    place = tmp_path_factory.mktemp("data") / "squares.npz"
    pictures, inside = squares(60)
    np.savez(place, images=pictures, masks=np.where(inside, 7, 2).astype(np.uint8))
    return place


@pytest.fixture(scope="module")
def run(archive, tmp_path_factory):
    return train(archive, "segmenter", out=tmp_path_factory.mktemp("runs") / "squares", **SMALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Pictures of other sizes and colours than those that were learned from, with true masks."""
    place = tmp_path_factory.mktemp("new")
    for name in ("pictures", "masks"):
        (place / name).mkdir()
    pictures, inside = squares(4, seed=1)
    for number, (picture, mask) in enumerate(zip(pictures, inside, strict=True)):
        times = number % 2 + 1
        large = np.kron(picture, np.ones((times, times), np.uint8))
        Image.fromarray(large).convert("RGB" if number > 1 else "L").save(place / f"pictures/{number}.png")
        Image.fromarray(np.kron(np.where(mask, 7, 2), np.ones((times, times))).astype(np.uint8)).save(
            place / f"masks/{number}.png"
        )
    return place


def test_a_segmenter_learns_and_says_so(run):
    assert require_masks(run).names == ("background", "foreground")
    assert require_masks(Run(run.path)).values == (2, 7)
    found = verdict(run)
    assert found.grade == "good"
    assert found.sentence.startswith("Good: Dice 0.9")
    assert "on 6 pictures held out; one mask for all pictures has 0.4" in found.sentence


def test_evaluation_and_report_speak_of_masks(run):
    measured = evaluate(run)
    q = measured.segmentation
    assert q.mean_dice.value > 0.85
    assert q.accuracy.value > 0.95
    assert q.true_count == 6
    assert 0.2 < q.baseline_dice.value < 0.6
    assert measured.psnr is None
    page = report(run, measured).read_text()
    assert "Pictures and their masks" in page
    assert "mean over classes and pictures; more is better; one mask for all has 0." in page
    assert "learned from 48 pictures of squares to find their masks" in page
    assert (run.folder.figures / "masks.png").exists()


def test_masks_have_the_size_of_the_picture_and_the_values_of_the_masks(run, folder, tmp_path):
    done = segment(run, [folder / "pictures"], tmp_path / "out", truth=folder / "masks")
    assert [file.name for file in done.files] == ["0.png", "1.png", "2.png", "3.png"]
    for file in done.files:
        found = read_mask_values(file, MaskKind.LABELS)
        true = read_mask_values(folder / "masks" / file.name, MaskKind.LABELS)
        assert found.shape == true.shape
        assert set(np.unique(found)) == {2, 7}
        assert (found == true).mean() > 0.95
        with Image.open(tmp_path / "out/overlays" / file.name) as drawn:
            assert drawn.size == found.shape[::-1]
    assert done.quality.mean_dice.value > 0.85
    assert done.quality.mean_dice.n == 4
    assert done.quality.true_count == 4
    rows = list(csv.DictReader(done.table.read_text().splitlines()))
    assert [row["picture"] for row in rows] == ["0.png", "1.png", "2.png", "3.png"]
    assert all(row["class"] == "foreground" and row["count"] == "1" for row in rows)
    assert float(rows[0]["share"]) == pytest.approx(int(rows[0]["pixels"]) / SIDE**2, abs=1e-6)
    assert done.sheet.exists()
    segment(run, [folder / "pictures"], tmp_path / "out")  # its own results are replaced


def test_a_picture_in_tiles_is_the_same_as_in_one_piece(tmp_path, monkeypatch):
    for name in ("pictures", "masks"):
        (tmp_path / name).mkdir()
    pictures, inside = squares(12, side=24)
    for number, (picture, mask) in enumerate(zip(pictures, inside, strict=True)):
        Image.fromarray(picture).save(tmp_path / f"pictures/{number:02}.png")
        Image.fromarray(mask.astype(np.uint8)).save(tmp_path / f"masks/{number:02}.png")
    options = {**SMALL, "steps": 3, "widths": (4,)}
    run = train(
        tmp_path / "pictures", "segmenter", target=tmp_path / "masks", patch=16, out=tmp_path / "run", **options
    )
    picture = torch.from_numpy(squares(1, side=90)[0])
    whole = Segmenter(run)(picture)
    monkeypatch.setattr("autoencode.runs.segmenter._TILE", 40)
    assert whole.shape == (2, 90, 90)
    assert (Segmenter(run)(picture) - whole).abs().max() <= 1.01 / 255


def test_an_ensemble_is_the_mean_over_orientations(run):
    picture = torch.from_numpy(squares(1, seed=3)[0])
    found = Segmenter(run, ensemble=True)(picture)
    one = Segmenter(run)
    turns = [
        torch.rot90(one(torch.rot90(side, k, (1, 2)).contiguous()), -k, (1, 2)) for side in (picture,) for k in range(4)
    ]
    turns += [
        torch.rot90(one(torch.rot90(picture.flip(2), k, (1, 2)).contiguous()), -k, (1, 2)).flip(2) for k in range(4)
    ]
    assert torch.allclose(found, torch.stack(turns).mean(0), atol=1e-5)


def test_objects_are_numbered_one_by_one(run, tmp_path, monkeypatch):
    numbers = np.zeros((12, SIDE, SIDE), np.uint8)
    numbers[:, 2:8, 2:8], numbers[:, 2:8, 8:14] = 1, 2
    np.savez(tmp_path / "two.npz", images=numbers * 100, masks=numbers)
    options = {**SMALL, "steps": 40}
    own = train(tmp_path / "two.npz", "segmenter", target_is="objects", out=tmp_path / "run", **options)
    assert require_masks(own).names == OBJECT_NAMES
    Image.fromarray(numbers[0] * 100).save(tmp_path / "a.png")
    (tmp_path / "true").mkdir()
    Image.fromarray(numbers[0]).save(tmp_path / "true/a.png")
    done = segment(own, [tmp_path / "a.png"], tmp_path / "out", truth=tmp_path / "true")
    found = read_mask_values(done.files[0], MaskKind.LABELS)
    assert set(np.unique(found)) == {0, 1, 2}
    assert [area.count for area in done.areas] == [2]
    assert (done.quality.count, done.quality.true_count, done.quality.count_error) == (2, 2, 0)


def test_a_training_can_begin_with_a_restorer_s_weights(archive, tmp_path):
    pictures, _ = squares(40, seed=2)
    np.save(tmp_path / "unlabelled.npy", pictures)
    options = {**SMALL, "steps": 2}
    first = train(tmp_path / "unlabelled.npy", "restorer", corruption=("gaussian:0.2",), out=tmp_path / "a", **options)
    second = train(archive, "segmenter", init_from=first.path, out=tmp_path / "b", **{**options, "steps": 1})
    assert second.folder.record.arguments["mask_classes"] == 2


def test_files_that_cannot_be_segmented_are_left_out_by_name(run, folder, tmp_path):
    (tmp_path / "broken.png").write_bytes(b"no picture")
    done = segment(run, [tmp_path / "broken.png", folder / "pictures/0.png"], tmp_path / "out")
    assert [skip.file for skip in done.skipped] == [str(tmp_path / "broken.png")]
    with pytest.raises(DataError, match=r"none of the 1 files could be segmented; .*broken.png: no picture"):
        segment(run, [tmp_path / "broken.png"], tmp_path / "out")


def test_a_true_mask_of_another_size_is_an_error_for_its_picture(run, folder, tmp_path):
    (tmp_path / "true").mkdir()
    Image.new("L", (5, 4)).save(tmp_path / "true/0.png")
    with pytest.raises(DataError, match=r"16x16 \(height x width\), and its true mask is 4x5"):
        segment(run, [folder / "pictures/0.png"], tmp_path / "out", truth=tmp_path / "true")
    with pytest.raises(DataError, match="none of the pictures has a mask of its name"):
        segment(run, [folder / "pictures/1.png"], tmp_path / "out", truth=tmp_path / "true")


def test_true_masks_with_palettes_measure_as_others_do_and_unknown_values_are_said(run, folder, tmp_path):
    (tmp_path / "true").mkdir()
    values = read_mask_values(folder / "masks/0.png", MaskKind.LABELS)
    palette = Image.fromarray((values == 2).astype(np.uint8))
    palette.putpalette([7, 7, 7, 2, 2, 2])
    palette.save(tmp_path / "true/0.png")
    recorder = Recorder()
    files, out = [folder / "pictures/0.png"], tmp_path / "out"
    done = segment(run, files, out, truth=tmp_path / "true", reporter=recorder)
    assert done.quality.mean_dice.value > 0.85
    assert not recorder.of("warn")
    Image.fromarray((values == 7).astype(np.uint8)).save(tmp_path / "true/0.png")
    segment(run, files, out, truth=tmp_path / "true", reporter=recorder)
    assert [
        "1 true mask has values that are none of the classes (2, 7), such as 0, 1 in 0.png" in line
        for line in recorder.of("warn")
    ] == [True]


def test_nothing_that_a_person_has_is_overwritten(run, folder, tmp_path):
    Image.new("L", (8, 8)).save(tmp_path / "0.png")
    with pytest.raises(ArgumentError, match=r"0.png is there already, and autoencode did not write it"):
        segment(run, [folder / "pictures/0.png"], tmp_path)
    with pytest.raises(ArgumentError, match="one of the files that were given"):
        segment(run, [folder / "pictures/0.png"], folder / "pictures")


def test_what_is_done_before_a_stop_is_kept(run, folder, tmp_path):
    cancel = CancelToken()
    cancel.cancel()
    done = segment(run, [folder / "pictures"], tmp_path / "out", cancel=cancel)
    assert done.interrupted
    assert not done.files


def test_models_without_masks_are_refused_and_a_segmenter_restores_nothing(run, folder, tmp_path, digits_run):
    with pytest.raises(CapabilityError, match="learned from no masks: train a segmenter with autoencode train"):
        segment(digits_run, [folder / "pictures"], tmp_path)
    with pytest.raises(CapabilityError, match="finds masks and restores nothing: use autoencode segment"):
        restore(run, [folder / "pictures"], tmp_path)


def test_data_without_masks_are_refused_before_anything_is_made(tmp_path):
    with pytest.raises(DataError, match="digits holds no masks to learn from"):
        train("digits", "segmenter", out=tmp_path / "run")
    assert not (tmp_path / "run").exists()
