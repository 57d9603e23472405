"""`autoencode restore` as a person uses it."""

import signal

import numpy as np
import pytest
import torch
from PIL import Image

from autoencode import storage
from autoencode.data import load
from autoencode.tasks import train
from support.disks import FullDisk

RECIPE = "support.restorers:local_ae"


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "local"
    return train(load(torch.rand(40, 3, 16, 16)), RECIPE, out=folder, steps=2, command="test").path


@pytest.fixture
def run(run, trained):
    """Runs `autoencode restore` with the model."""
    return lambda *words: run("restore", trained, *words, "--trust", RECIPE)


def draw(path, *names, size=(40, 30)):
    rng = np.random.default_rng(0)
    for name in names:
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (*size[::-1], 3), dtype=np.uint8)).save(path / name)


def test_the_way_of_a_new_user(run, tmp_path):
    draw(tmp_path, "scan.png", "photos/a.jpg", "photos/more/b.png", size=(70, 50))
    (tmp_path / "photos" / "broken[b].png").write_bytes(b"no picture")
    code, out, err = run("scan.png", "photos/", "-o", "clean/", "--tile", "20")
    assert code == 0, err
    assert "3 restored, changed by 0." in out
    assert "see      clean/sheet.png" in out
    assert "skipped photos/broken[b].png: no picture in a format that is read" in err
    assert "1 files skipped" in err
    found = {path.relative_to(tmp_path).as_posix() for path in (tmp_path / "clean").rglob("*.*")}
    assert found == {"clean/scan.png", "clean/a.jpg", "clean/more/b.png", "clean/sheet.png"}


def test_measures_stand_beside_those_of_the_untouched_pictures(run, tmp_path):
    draw(tmp_path, *(f"{folder}/{name}.png" for name in "abc" for folder in ("noisy", "truth")))
    draw(tmp_path, "noisy/d.png")
    code, out, err = run("noisy", "-o", "out", "--clean", "truth")
    assert code == 0, err
    assert "not measured noisy/d.png: no picture of this name in truth" in err
    assert "3 pictures against clean ones, means with 95 % intervals" in out
    rows = {line.split()[0].strip(","): line for line in out.splitlines() if line[:4] in ("PSNR", "SSIM", "RMSE")}
    assert set(rows) == {"PSNR", "SSIM", "RMSE"}
    assert all(row.count("[") == 3 for row in rows.values())


def test_equal_pictures_are_infinitely_near(run, tmp_path):
    draw(tmp_path, "in/a.png", "in/b.png")
    code, out, _ = run("in", "-o", "out", "--clean", "in")
    assert code == 0
    row = next(line for line in out.splitlines() if line.startswith("PSNR"))
    assert row.split()[2] == "inf"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("none.png",), 1, "none of the 1 files could be restored; none.png: No such file"),
        (("empty",), 1, "no pictures in empty"),
        (("in", "-o", "in"), 2, "would be overwritten: choose another folder with --out"),
        (("in", "--tile", "7"), 2, "--tile 7 is all halo"),
        (("in", "--clean", "none"), 2, "--clean none: there is no such folder"),
        (("in", "--clean", "empty"), 1, "has a clean one in empty"),
        (("in", "-o", "in/a.png"), 2, "--out in/a.png is a file: give a folder"),
        ((), 2, "Missing argument"),
    ],
)
def test_wrong_input_is_one_clear_line(run, tmp_path, words, code, said):
    draw(tmp_path, "in/a.png")
    (tmp_path / "empty").mkdir()
    got, _, err = run(*words)
    assert said in " ".join(err.replace("│", " ").split())
    assert got == code
    assert "Traceback" not in err
    assert code == 2 or err.count("\n") == 1


def test_a_disk_that_fills_is_one_line_and_says_what_is_kept(run, tmp_path, monkeypatch):
    draw(tmp_path, "in/a.png", "in/b.png")
    opened, created = storage._open_new, []

    def fill(path):
        created.append(path)
        return FullDisk(path, "xb") if len(created) > 1 else opened(path)

    monkeypatch.setattr(storage, "_open_new", fill)
    code, _, err = run("in", "-o", "out")
    assert code == 1
    assert "1 of 2 are restored and kept in out" in err
    assert "the disk is full" in err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.png"]


def test_ctrl_c_keeps_what_is_done_and_says_how_many(run, tmp_path, monkeypatch):
    from autoencode.cli.terminal_reporter import TerminalReporter

    def press(self, task, done=None, *, total=None, detail=""):
        if detail.startswith("2/3"):
            signal.raise_signal(signal.SIGINT)

    draw(tmp_path, "in/a.png", "in/b.png", "in/c.png")
    monkeypatch.setattr(TerminalReporter, "update", press)
    code, out, _ = run("in", "-o", "out")
    assert code == 130
    assert "stopped; 1 of 3 restored" in out
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"a.png", "sheet.png"}


def test_help(run):
    code, out, _ = run("--help")
    assert code == 0
    words = " ".join(out.replace("│", " ").split())
    for option in ("--out", "--clean", "--tile", "--last", "--device", "--trust"):
        assert option in words
    assert "autoencode restore runs/scans-restorer scan.png photos/ -o clean/" in words
