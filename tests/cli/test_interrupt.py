"""Ctrl-C in every command that takes time: one line, exit code 130, and what is whole is kept."""

import json
import shutil
import signal

import pytest

from autoencode.cli.terminal_reporter import TerminalReporter
from autoencode.tasks import train


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "run"
    train("digits", "dense-vae", out=folder, steps=2)
    return folder


@pytest.fixture
def interrupted(run, trained, tmp_path, monkeypatch):
    """Runs a command in an empty folder with a copy of the run; Ctrl-C is pressed when a task of it has moved."""
    shutil.copytree(trained, tmp_path / "run")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def call(task, *words):
        def press(self, name, done=None, *, total=None, detail=""):
            if name == task:
                signal.raise_signal(signal.SIGINT)

        def start(self, name, total=None, unit="", done=0):
            if name == task and total is None:
                signal.raise_signal(signal.SIGINT)

        monkeypatch.setattr(TerminalReporter, "update", press)
        monkeypatch.setattr(TerminalReporter, "start", start)
        return run(*words)

    return call


@pytest.mark.parametrize(
    ("task", "words"),
    [
        ("evaluating", ("evaluate", "run")),
        ("estimating the log-likelihood", ("evaluate", "run")),
        ("drawing the report", ("report", "run")),
        ("encoding", ("fit-prior", "run")),
        ("fitting the flow", ("fit-prior", "run", "flow", "--epochs", "2")),
        ("encoding", ("map", "run")),
        ("placing 180 codes by tsne", ("map", "run", "--method", "tsne")),
        ("encoding", ("explore", "run")),
        ("measuring continuity and straightness", ("latent-space", "run", "-n", "20")),
        ("training a classifier", ("latent-space", "run", "-n", "20")),
        ("training", ("compare-objectives", "digits", "--epochs", "1", "-o", "out")),
        ("reading", ("train", "pictures", "-o", "out")),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_a_command_ends_with_one_line_and_leaves_nothing_half_made(interrupted, tmp_path, task, words):
    pictures(tmp_path / "pictures", 12)
    before = set((tmp_path / "run").iterdir())
    code, _, err = interrupted(task, *words)
    assert code == 130, err
    assert err.splitlines()[-1] == "stopped"
    assert "Traceback" not in err
    assert set((tmp_path / "run").iterdir()) - before <= {tmp_path / "run" / "evaluation.json"}  # which is whole
    assert not (tmp_path / "out").exists()


def pictures(folder, n):
    from PIL import Image

    folder.mkdir()
    for number in range(n):
        Image.new("L", (8, 8), 10 * number).save(folder / f"{number:02d}.png")


@pytest.mark.parametrize(
    ("task", "words", "kept"),
    [
        ("drawing", ("generate", "run", "-n", "5", "-o", "out"), "5 of 5 are in out"),
        ("reconstructing", ("reconstruct", "run", "pictures", "-o", "out"), "3 reconstructions are in out"),
    ],
)
def test_files_that_are_written_are_kept_and_counted(interrupted, tmp_path, task, words, kept):
    pictures(tmp_path / "pictures", 3)
    code, _, err = interrupted(task, *words)
    assert code == 130
    assert err.splitlines()[-2:] == [kept, "stopped"]
    assert "sheet.png" not in {path.name for path in (tmp_path / "out").iterdir()}


def test_a_training_is_saved_and_says_how_to_continue(interrupted, tmp_path):
    code, out, err = interrupted("training", "train", "digits", "--epochs", "3", "-o", "out")
    assert code == 0, err
    assert "training interrupted after 1 step" in err
    assert out == "stopped; to continue:  autoencode train --resume out\n"
    assert json.loads((tmp_path / "out" / "run.json").read_text())["status"] == "interrupted"


def test_the_report_of_a_training_can_be_made_later(interrupted, tmp_path):
    code, _, err = interrupted("evaluating", "train", "digits", "--steps", "2", "-o", "out")
    assert code == 130
    assert err.splitlines()[-2:] == [
        "the trained model is kept; for its report:  autoencode report out",
        "stopped",
    ]
    assert json.loads((tmp_path / "out" / "run.json").read_text())["status"] == "complete"
