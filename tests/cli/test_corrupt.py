"""Corruptions on the command line: `corrupt`, and options that are given several times."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from autoencode.corruptions import corruptions, parse_corruptions
from autoencode.runs.run import Run


@pytest.fixture
def run(run):
    """The same, and what is said on the standard error is one line without a frame."""

    def call(*words):
        code, out, err = run(*words)
        return code, out, " ".join(err.replace("│", " ").split())

    return call


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("a.png", "b[1].png"):
        Image.fromarray(np.random.default_rng(0).integers(0, 255, (20, 30, 3), dtype=np.uint8)).save(folder / name)
    (folder / "bad[x].png").write_bytes(b"no picture")
    return folder


def test_corrupted_copies_and_a_sheet(run, photos, tmp_path):
    code, out, err = run("corrupt", "photos/", "--corruption", "stain", "--corruption", "jpeg:20", "--seed", "3")
    assert code == 0, err
    assert "2 corrupted" in out
    assert "corrupted/sheet.png" in out
    assert "skipped photos/bad[x].png: no picture in a format that is read" in err
    assert sorted(path.name for path in (tmp_path / "corrupted").iterdir()) == ["a.png", "b[1].png", "sheet.png"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("photos",), 2, "Missing option '--corruption'"),
        (("photos", "--corruption", "stian"), 2, "no corruption named 'stian'; did you mean 'stain'"),
        (("photos", "--corruption", "stain:dark"), 2, "stain takes a number or a range, such as stain:0.6"),
        (("photos", "--corruption", "stain:2"), 2, "stain takes a darkness, 0 to 1, not 2"),
        (("photos", "--corruption", "watermark:gone.png"), 1, "there is no file gone.png to be a watermark"),
        (("photos", "--corruption", "levels", "-o", "photos"), 2, "is one of the files that were given"),
        (("gone.png", "--corruption", "levels"), 1, "none of the 1 files could be read; gone.png: No such file"),
    ],
)
def test_wrong_input_is_one_clear_line(run, photos, tmp_path, words, code, said):
    got, _, err = run("corrupt", *words)
    assert said in err
    assert got == code
    assert not (tmp_path / "corrupted").exists()


def test_corruptions_are_listed_with_their_amounts(run):
    code, out, _ = run("list", "corruptions")
    assert code == 0
    lines = {line.split()[0]: line for line in out.splitlines()[1:]}
    assert set(lines) == set(corruptions)
    assert lines["gaussian"].split()[1] == "0.1"
    assert "a quality, 1 to 100" in lines["jpeg"]
    assert "10..60" in lines["jpeg"]


def test_a_recipe_s_texts_are_given_one_by_one_and_come_back_with_the_run(run, tmp_path):
    Image.new("RGBA", (20, 10), (255, 255, 255, 128)).save(tmp_path / "logo.png")
    given = ["watermark:logo.png", "gaussian:0.1..0.3", "levels"]
    words = [word for text in given for word in ("--corruption", text)]
    train = ("train", "digits", "-r", "denoising-ae", "--network", "dense", "--epochs", "1", "--no-report", "-o", "run")
    code, _, err = run(*train, *words)
    assert code == 0, err
    assert json.loads((tmp_path / "run" / "run.json").read_text())["arguments"]["corruption"] == given
    (tmp_path / "logo.png").unlink()  # the run opens without it
    assert Run(tmp_path / "run").objective.corruption == parse_corruptions(given)


def test_without_the_option_the_recipe_s_own_is_taken(run, tmp_path):
    code, _, err = run("train", "digits", "-r", "denoising-ae", "--epochs", "1", "--no-report", "-o", "run")
    assert code == 0, err
    kept = json.loads((tmp_path / "run" / "run.json").read_text())["arguments"]
    assert kept["corruption"] == ["salt-and-pepper:0.1"]


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("gaussian:-1", 2, "gaussian takes a standard deviation (white is 1), 0 to 100, not -1"),
        ("watermark:gone.png", 1, "there is no file gone.png to be a watermark"),
    ],
)
def test_a_training_that_cannot_be_leaves_no_run(run, tmp_path, text, code, said):
    got, _, err = run("train", "digits", "-r", "denoising-ae", "--epochs", "1", "--corruption", text)
    assert said in err
    assert got == code
    assert not (tmp_path / "runs").exists()


def test_vectors_and_a_corruption_of_pictures(run, tmp_path):
    np.save(tmp_path / "x.npy", np.random.default_rng(0).random((40, 5)))
    code, _, err = run("train", "x.npy", "-r", "denoising-ae", "--corruption", "crease")
    assert "crease corrupts pictures (batch, channels, height, width), not examples of shape (5,)" in err
    assert code == 1
    assert not (tmp_path / "runs").exists()


def test_the_help_says_that_an_option_may_be_repeated(run):
    _, out, _ = run("train", "digits", "-r", "denoising-ae", "--help")
    words = " ".join(out.replace("│", " ").split())
    assert "can be given several times" in words
    assert "[default: salt-and-pepper:0.1]" in words


@pytest.mark.parametrize(
    "line", ["autoencode corrupt a.png --corruption s", "autoencode train digits -r denoising-ae --corruption s"]
)
def test_the_shell_completes_their_names(line):
    words = {"_AUTOENCODE_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(line.split()) - 1)}
    code = "import sys; sys.argv[0] = 'autoencode'; from autoencode.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **words}, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == [name for name in corruptions if name.startswith("s")]
