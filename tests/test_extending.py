"""docs/extending.md, followed to the letter: its files are added to a copy of the package and used."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent
FILES = re.findall(r"^`(src/\S+)`:\n\n```python\n(.*?)```", (ROOT / "docs" / "extending.md").read_text(), re.M | re.S)


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """A copy of the package with the files of the document."""
    root = tmp_path_factory.mktemp("package")
    shutil.copytree(ROOT / "src", root / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for path, text in FILES:
        assert not (root / path).exists()
        (root / path).write_text(text)
    rows = np.random.default_rng(0).normal(size=(40, 5)) @ np.diag([1, 2, 3, 4, 5])
    np.savetxt(root / "numbers.dat", rows, delimiter="\t")
    return root


@pytest.fixture(scope="module")
def autoencode(package):
    """Runs a command of the extended package, and gives what it printed."""

    def run(*words: str) -> str:
        code = "import sys; sys.argv[0] = 'autoencode'; from autoencode.cli.main import main; main()"
        environ = {**os.environ, "PYTHONPATH": str(package / "src"), "COLUMNS": "100", "TERM": "dumb"}
        done = subprocess.run(
            [sys.executable, "-c", code, *words], cwd=package, env=environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="module")
def trained(autoencode):
    words = ("--recipe", "tiny-vae", "--likelihood", "student-t", "--latent-dim", "3", "--steps", "20")
    return autoencode("train", "numbers.dat", "-o", "run", *words)


def test_the_document_has_a_file_of_each_kind():
    folders = [Path(path).parent.relative_to("src/autoencode").parts for path, _ in FILES]
    assert [folder[0] for folder in folders] == ["recipes", "likelihoods", "tasks", "cli", "data"]


def test_a_new_format_is_loaded_and_a_model_of_the_new_recipe_and_likelihood_trained(trained):
    assert "report   run/report.html" in trained
    assert "nll per value" in trained


def test_it_generates_and_reads_new_examples(trained, autoencode, package):
    autoencode("generate", "run", "-n", "7")
    assert np.load(package / "run" / "samples" / "samples.npy").shape == (7, 5)
    autoencode("reconstruct", "run", "numbers.dat")
    assert np.load(package / "run" / "reconstructions" / "reconstructions.npy").shape == (40, 5)


def test_the_new_command_is_listed_and_runs(trained, autoencode):
    assert re.search(r"count-parameters +Count the parameters of a model, part by part\.", autoencode("--help"))
    assert re.search(r"encoder +\d", autoencode("count-parameters", "run"))


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("recipes", r"tiny-vae +A VAE with one hidden layer"),
        ("likelihoods", r"student-t +Independent Student's t"),
        ("formats", r"\.dat +Tables of numbers with tabs"),
    ],
)
def test_each_is_listed(autoencode, what, line):
    assert re.search(line, autoencode("list", what))


def test_options_and_errors_of_the_new_parts(autoencode):
    words = " ".join(autoencode("train", "numbers.dat", "--recipe", "tiny-vae", "--help").replace("│", " ").split())
    assert "Options of tiny-vae" in words
    assert "Dimensions of the latent code. [default: 2]" in words
    chosen = " ".join(autoencode("train", "numbers.dat", "--help").replace("│", " ").split())
    assert "Options of dense-vae" in chosen  # by the header of the new format
