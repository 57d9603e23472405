"""Detectors of pictures as run folders, and what they write."""

import csv
import json
import shutil

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.torch import save_file

from autoencode import tasks
from autoencode.detection.picture_detector import PictureDetector
from autoencode.detection.table_detector import TableDetector
from autoencode.errors import ArgumentError, AutoencodeError, CancelledError, DataError, RunError
from autoencode.runs.listing import list_runs
from autoencode.runs.run import Run
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter
from support.reporters import Recorder


def stripes(height=72, width=72, seed=0, channels=None):
    noise = np.random.default_rng(seed).uniform(0, 25, (height, width, *([channels] if channels else [])))
    ramp = 120 + 60 * np.sin(np.arange(width) / 2)
    return (noise + (ramp[:, None] if channels else ramp)).astype(np.uint8)


def save(path, picture):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """MVTec's layout."""
    path = tmp_path_factory.mktemp("anomaly") / "cloth"
    for number in range(9):
        save(path / "train" / "good" / f"{number}.png", stripes(seed=number))
    for number in range(3):
        save(path / "test" / "good" / f"{number}.png", stripes(80, 64, seed=20 + number))
        picture, mask = stripes(seed=30 + number), np.zeros((72, 72), dtype=np.uint8)
        picture[20:50, 20:50], mask[20:50, 20:50] = 240, 255
        save(path / "test" / "hole" / f"{number}.png", picture)
        save(path / "ground_truth" / "hole" / f"{number}_mask.png", mask)
    return path


@pytest.fixture(scope="module")
def run(folder):
    return tasks.train_anomaly_detector(folder, out=folder.parent / "run", steps=40, reporter=Reporter())


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_scores_heat_maps_masks_and_a_sheet_the_worst_first(folder, run, tmp_path):
    found = tasks.detect_anomalies(run, [folder], tmp_path / "found", reporter=Reporter())
    rows = rows_of(tmp_path / "found" / "scores.csv")
    assert list(rows[0]) == ["file", "anomaly_score", "anomaly", "p_value", "pixels"]
    assert {row["file"] for row in rows[:3]} == {"hole/0.png", "hole/1.png", "hole/2.png"}
    scores = [float(row["anomaly_score"]) for row in rows]
    assert scores == sorted(scores, reverse=True)
    assert [row["anomaly"] == "1" for row in rows] == [score > found.threshold for score in scores]
    assert [float(row["p_value"]) for row in rows] == sorted(float(row["p_value"]) for row in rows)
    with Image.open(tmp_path / "found" / "heat" / "good" / "1.png") as heat:
        assert (heat.size, heat.mode) == ((64, 80), "RGB")
    with Image.open(tmp_path / "found" / "mask" / "hole" / "0.png") as mask:
        assert set(np.unique(np.asarray(mask))) <= {0, 255}
        counted = int((np.asarray(mask) > 0).sum())
    assert counted == int(next(row["pixels"] for row in rows if row["file"] == "hole/0.png"))
    assert (tmp_path / "found" / "sheet.png").exists()
    assert found.quality is not None
    assert (found.quality.image_auroc, found.quality.n_defects) == (1.0, 3)
    assert found.quality.pixel_auroc > 0.8
    assert found.rule.startswith(f"scores above {found.threshold:.2f} are anomalies: a false alarm in about 1 of 100 ")
    again = tasks.detect_anomalies(run, [folder / "test"], tmp_path / "found", reporter=Reporter())
    assert (again.found, again.quality) == (found.found, found.quality)


def test_pictures_by_themselves_are_scored_alike_and_not_evaluated(folder, run, tmp_path):
    together = tasks.detect_anomalies(run, [folder], tmp_path / "a", reporter=Reporter())
    alone = tasks.detect_anomalies(run, [folder / "test/hole/1.png"], tmp_path / "b", reporter=Reporter())
    assert alone.found[0].score == next(one.score for one in together.found if str(one.name) == "hole/1.png")
    assert alone.quality is None


def test_fewer_false_alarms_are_a_higher_threshold(folder, run, tmp_path):
    found = [
        tasks.detect_anomalies(run, [folder], tmp_path / "f", false_alarms=share, reporter=Reporter())
        for share in (0.5, 0.001)
    ]
    assert found[0].threshold < found[1].threshold
    assert found[0].n_anomalies >= found[1].n_anomalies
    with pytest.raises(ArgumentError, match=r"a share of good pictures above 0 and up to 0.5, not 0.7"):
        tasks.detect_anomalies(run, [folder], tmp_path / "f", false_alarms=0.7, reporter=Reporter())


def test_it_is_a_run_without_pickle(run):
    assert sorted(path.suffix for path in run.iterdir()) == [".json", ".safetensors"]
    (listed,) = list_runs(run.parent)
    assert (listed.recipe, listed.status) == ("anomaly", "complete")
    with pytest.raises(RunError, match=r"holds a detector, which scores what is unusual"):
        Run(run)
    loaded = PictureDetector.load(run)
    picture = torch.from_numpy(stripes())[None]
    assert torch.equal(loaded.map(picture), PictureDetector.load(run).map(picture))


def copied(run, path, change):
    """A copy of a run folder with other facts or tensors beside a right checksum."""
    from autoencode.runs.tensor_file import load_tensors, save_tensors

    shutil.copytree(run, path)
    tensors, facts = load_tensors(path / "detector.safetensors")
    change(tensors, facts)
    save_tensors(path / "detector.safetensors", tensors, facts)
    return path


@pytest.mark.parametrize(
    "change",
    [
        lambda tensors, facts: facts.update(channels=2),
        lambda tensors, facts: facts.update(channels=3),
        lambda tensors, facts: facts.update(held_out=[]),
        lambda tensors, facts: facts.update(held_out=["a", "b"]),
        lambda tensors, facts: facts.update(pieces=0),
        lambda tensors, facts: facts.update(more=1),
        lambda tensors, facts: facts.clear(),
        lambda tensors, facts: tensors.pop("mean"),
        lambda tensors, facts: tensors.update(mean=torch.full((1, 1, 1), torch.nan)),
        lambda tensors, facts: tensors.update(deviation=torch.zeros(1, 1, 1)),
    ],
)
def test_hostile_run_folders(run, tmp_path, change):
    with pytest.raises(RunError) as caught:
        PictureDetector.load(copied(run, tmp_path / "copy", change))
    assert "\n" not in str(caught.value)


def test_damaged_and_other_run_folders(run, tmp_path):
    shutil.copytree(run, tmp_path / "copy")
    content = (run / "detector.safetensors").read_bytes()
    (tmp_path / "copy" / "detector.safetensors").write_bytes(content[:-10])
    with pytest.raises(RunError, match="truncated"):
        PictureDetector.load(tmp_path / "copy")
    with safe_open(run / "detector.safetensors", framework="pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    save_file(tensors, tmp_path / "copy" / "detector.safetensors")
    with pytest.raises(RunError):
        PictureDetector.load(tmp_path / "copy")
    (tmp_path / "copy" / "detector.safetensors").unlink()
    with pytest.raises(RunError, match=r"holds no detector: .*autoencode train GOOD --recipe anomaly"):
        PictureDetector.load(tmp_path / "copy")
    with pytest.raises(RunError):
        TableDetector.load(run)
    assert json.loads((run / "run.json").read_text())["recipe"] == "anomaly"


def train(path, notes=None, steps=2):
    return tasks.train_anomaly_detector(path, out=path.parent / "new", steps=steps, reporter=notes or Reporter())


def test_folders_that_nothing_can_be_learned_from(tmp_path):
    (tmp_path / "empty").mkdir()
    save(tmp_path / "defects" / "test" / "hole" / "0.png", stripes())
    save(tmp_path / "defects" / "ground_truth" / "hole" / "0.png", stripes())
    save(tmp_path / "small" / "0.png", stripes(40, 40))
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "a.png").write_text("no picture")
    for name, message in (
        ("none", "is no folder: give one of good pictures"),
        ("empty", "there are no pictures in"),
        ("defects", "has ground_truth and test and no train/good: good pictures are what is learned from"),
        ("small", "of pictures with a side below 64 pixels at least 8 good ones are needed, not 1"),
        ("text", "none of the 1 pictures in .* could be read"),
    ):
        with pytest.raises(DataError, match=message) as caught:
            train(tmp_path / name)
        assert "\n" not in str(caught.value)
    with pytest.raises(ArgumentError, match="steps should be 1 or more, not 0"):
        train(tmp_path / "small", steps=0)
    assert not (tmp_path / "new").exists()


def test_one_good_picture_is_enough_and_a_warning_says_what_the_threshold_rests_on(tmp_path):
    notes = Recorder()
    save(tmp_path / "one" / "0.png", stripes(100, 120))
    alarms = PictureDetector.load(train(tmp_path / "one", notes)).alarms
    assert any("of one picture a quarter of each is held out" in text for text in notes.of("warn"))
    assert len(alarms.held_out) == 3
    assert alarms.pieces == pytest.approx(12, rel=0.02)
    assert "by 3 pieces of good pictures that were held out, estimated by the tail" in notes.of("note")[0]


def test_a_folder_with_good_in_it_learns_from_that_alone(folder, tmp_path):
    notes = Recorder()
    shutil.copytree(folder / "train" / "good", tmp_path / "all" / "good")
    save(tmp_path / "all" / "bad" / "0.png", np.zeros((9, 9), dtype=np.uint8))
    run = train(tmp_path / "all", notes)
    assert any("rests on 3 held-out pictures" in text for text in notes.of("warn"))
    found = tasks.detect_anomalies(run, [tmp_path / "all"], tmp_path / "f", reporter=Reporter())
    assert found.quality is not None
    assert found.quality.pixel_auroc is None


def test_grey_and_colour_may_meet(run, tmp_path):
    notes = Recorder()
    save(tmp_path / "in" / "colour.png", stripes(channels=3))
    save(tmp_path / "in" / "grey.png", stripes())
    found = tasks.detect_anomalies(run, [tmp_path / "in"], tmp_path / "f", reporter=notes)
    assert len(found.found) == 2
    assert any("1 of 2 pictures are in colour, and the detector was trained on grey" in t for t in notes.of("warn"))
    for number in range(8):
        save(tmp_path / "colour" / f"{number}.png", stripes(seed=number, channels=None if number == 3 else 3))
    notes = Recorder()
    other = train(tmp_path / "colour", notes)
    assert any("1 of 8 pictures are grey and the others in colour" in text for text in notes.of("warn"))
    tasks.detect_anomalies(other, [tmp_path / "in"], tmp_path / "f", reporter=notes)
    assert any("1 of 2 pictures are grey, and the detector was trained on colour" in t for t in notes.of("warn"))


def test_a_mask_of_another_size_and_one_that_is_damaged_are_not_counted(folder, run, tmp_path):
    notes = Recorder()
    shutil.copytree(folder, tmp_path / "copy")
    save(tmp_path / "copy/ground_truth/hole/0_mask.png", np.zeros((9, 9), dtype=np.uint8))
    (tmp_path / "copy/ground_truth/hole/1_mask.png").write_text("no picture")
    found = tasks.detect_anomalies(run, [tmp_path / "copy"], tmp_path / "f", reporter=notes)
    assert found.quality is not None
    assert (found.quality.n_defects, found.quality.image_auroc) == (1, 1.0)
    warnings = " ".join(notes.of("warn"))
    assert "the mask has 9x9 pixels, and its picture 72x72; its pixels are not counted" in warnings
    assert "1_mask.png: " in warnings


def test_nothing_to_inspect_and_files_that_are_no_pictures(run, tmp_path):
    (tmp_path / "in").mkdir()
    with pytest.raises(DataError, match="no pictures in"):
        tasks.detect_anomalies(run, [tmp_path / "in"], tmp_path / "f", reporter=Reporter())
    (tmp_path / "in" / "a.png").write_text("no picture")
    with pytest.raises(DataError, match="none of the 1 files could be inspected"):
        tasks.detect_anomalies(run, [tmp_path / "in"], tmp_path / "f", reporter=Reporter())
    save(tmp_path / "in" / "b.png", stripes())
    found = tasks.detect_anomalies(run, [tmp_path / "in"], tmp_path / "f", reporter=Reporter())
    assert (len(found.found), len(found.skipped)) == (1, 1)


def test_what_autoencode_did_not_write_is_kept(folder, run, tmp_path):
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / "scores.csv").write_text("mine")
    with pytest.raises(ArgumentError, match="is there already: choose another --out"):
        tasks.detect_anomalies(run, [folder], tmp_path / "f", reporter=Reporter())
    with pytest.raises(AutoencodeError, match="is there already"):
        tasks.train_anomaly_detector(folder, out=run, steps=1, reporter=Reporter())


def test_it_can_be_stopped(folder, tmp_path):
    token = CancelToken()
    token.cancel()
    with pytest.raises(CancelledError):
        tasks.train_anomaly_detector(folder, out=tmp_path / "new", steps=5, reporter=Reporter(), cancel=token)
    assert not (tmp_path / "new").exists()
