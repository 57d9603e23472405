"""`autoencode segment` as a person uses it."""

import numpy as np
import pytest
from PIL import Image

from autoencode.tasks import train


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    inside = np.arange(16)[None, None] < np.arange(4, 12).repeat(3)[:, None, None] + np.zeros((1, 16, 1), int)
    np.savez(folder / "halves.npz", images=inside * np.uint8(200), masks=inside.astype(np.uint8))
    options = {"widths": (4,), "steps": 40, "learning_rate": 0.05, "augment": "none"}
    return train(folder / "halves.npz", "segmenter", out=folder / "halves", command="test", **options).path


@pytest.fixture
def run(run, trained):
    """Runs `autoencode segment` with the model."""
    return lambda *words: run("segment", trained, *words)


def test_the_way_of_a_new_user(run, tmp_path):
    (tmp_path / "new").mkdir()
    half = np.zeros((16, 16), np.uint8)
    half[:, :8] = 200
    Image.fromarray(half).save(tmp_path / "new/a.png")
    (tmp_path / "new/broken.png").write_bytes(b"no picture")
    code, out, err = run("new/", "-o", "found/")
    assert code == 0, err
    assert "1 masks: foreground 5" in out
    assert "areas    found/areas.csv" in out
    assert "see      found/sheet.png" in out
    assert "skipped new/broken.png: no picture in a format that is read" in err
    assert {path.name for path in (tmp_path / "found").rglob("*.*")} == {"a.png", "areas.csv", "sheet.png"}


def test_measures_stand_in_a_table(run, tmp_path):
    for name, values in (("new", [200, 0]), ("true", [1, 0])):
        (tmp_path / name).mkdir()
        for file in ("a", "b"):
            Image.fromarray(np.repeat([np.repeat(values, 8)], 16, 0).astype(np.uint8)).save(
                tmp_path / name / f"{file}.png"
            )
    (tmp_path / "true/b.png").unlink()
    code, out, err = run("new", "-o", "found", "--truth", "true")
    assert code == 0, err
    assert "not measured new/b.png: no mask of this name in true" in err
    assert "against true masks" in out
    assert "Dice" in out
    assert "accuracy" in out


def test_a_missing_picture_is_an_error_of_one_line(run, tmp_path):
    code, _, err = run("missing.png", "-o", "found")
    assert code == 1
    assert err.count("\n") <= 2


def test_a_model_that_draws_nothing_says_how_to_get_one(run, tmp_path):
    Image.new("L", (16, 16)).save(tmp_path / "a.png")
    code, _, err = run("a.png", "-o", "found", "-n", "3")
    assert code == 1
    assert "train with --recipe probabilistic-segmenter" in err
