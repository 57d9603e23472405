"""The command line as a person uses it: real processes where exit codes and streams matter, else in this one."""

import inspect
import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image

from autoencode import storage
from autoencode.cli import preparse
from autoencode.cli.commands import load_commands
from autoencode.recipes import recipes
from autoencode.settings import Settings
from support.disks import FullDisk

TRAIN = ("train", "digits", "--epochs", "1", "--hidden", "8", "--no-report")


def test_the_way_of_a_new_user(run, tmp_path):
    code, out, err = run("train", "digits", "--epochs", "2", "--limit", "200")
    assert code == 0, err
    assert "epoch 1/2" in err
    assert "nats" in err
    assert "cross-entropy per value" in out
    folder = "runs/digits-dense-vae"
    assert f"report   {folder}/report.html" in out
    assert (tmp_path / folder / "report.html").exists()
    command = json.loads((tmp_path / folder / "run.json").read_text())["command"]
    assert command == "autoencode train digits --epochs 2 --limit 200"

    code, out, _ = run("evaluate", folder, "--importance-samples", "2", "--importance-examples", "20")
    assert code == 0
    assert "2 samples, 20 examples" in out
    assert out.startswith(("Good: ", "Fair: ", "Poor: "))
    code, out, _ = run("inspect", folder)
    assert code == 0
    assert out.startswith(("Good: ", "Fair: ", "Poor: "))
    assert "dense-vae, " in out
    code, out, _ = run("reconstruct", folder)
    assert code == 0
    assert "50 reconstructed" in out
    code, out, _ = run("encode", "digits-dense-vae", "-o", "codes.csv")
    assert (code, out) == (0, "180 codes of 2 numbers; see  codes.csv\n")
    code, out, _ = run("similar", "last", "test:3", "-n", "2")
    assert code == 0
    assert len(out.splitlines()) == 4
    code, out, _ = run("similar", "last", "--duplicates", "0")
    assert code == 0
    assert out == "no two of 560 are so near\n"
    assert run("similar", "last")[0] == 2
    code, out, _ = run("generate", folder, "-n", "9", "-o", "new")
    assert code == 0
    assert len(list((tmp_path / "new").iterdir())) == 10
    code, out, _ = run("list", "runs")
    assert "runs/digits-dense-vae" in out
    assert "complete" in out
    code, out, _ = run("report", folder)
    assert code == 0
    code, out, err = run("train", "digits", "--resume", folder, "--epochs", "3", "--no-report")
    assert code == 0
    assert "continuing after step" in err
    assert "epoch 3/3" in err


def test_own_pictures(run, tmp_path):
    rng = np.random.default_rng(0)
    for i in range(12):
        (tmp_path / "photos" / f"class{i % 2}").mkdir(parents=True, exist_ok=True)
        pixels = rng.integers(0, 255, (20 + i, 30, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / "photos" / f"class{i % 2}" / f"{i}.png")
    (tmp_path / "photos" / "broken.jpg").write_bytes(b"no picture")
    words = ("--size", "12x10", "--channels", "4,8", "--hidden", "16", "--latent-dim", "3", "--epochs", "1")
    code, out, err = run("train", "photos/", "--recipe", "conv-vae", *words)
    assert code == 0, err
    assert "fitted to 12x10" in err
    assert "12 pictures; 1 of 13 files left out: broken.jpg (no picture in a format that is read)" in err
    assert "report   runs/photos-conv-vae/report.html" in out
    facts = json.loads((tmp_path / "runs/photos-conv-vae/run.json").read_text())
    assert facts["data"]["data_shape"] == [3, 12, 10]
    assert facts["data"]["classes"] == ["class0", "class1"]


def test_help_of_a_recipe_is_its_signature(run):
    for name in recipes:
        code, out, _ = run("train", "digits", "--recipe", name, "--help")
        assert code == 0
        words = " ".join(out.replace("│", " ").split())
        for parameter in recipes[name].parameters:
            assert f"--{parameter.name.replace('_', '-')} " in words
            assert parameter.help[1:20] in words
        for setting in Settings.model_fields:
            assert f"--{setting.replace('_', '-')} " in words


@pytest.mark.parametrize(
    "words",
    [(), ("--help",), ("-h",), *((name, "--help") for name in ("train", "evaluate", "report", "list", "generate"))],
)
def test_help(run, words):
    code, out, _ = run(*words)
    assert code in (0, 2) if not words else code == 0
    assert "Usage: autoencode" in out


def test_version(run):
    assert run("--version")[1].strip() == "0.1.0"


@pytest.mark.parametrize("what", ["recipes", "datasets", "likelihoods", "optimizers", "schedules"])
def test_lists_have_a_line_for_each(run, what):
    code, out, _ = run("list", what)
    assert code == 0
    assert all(len(line.split()) >= 2 for line in out.splitlines() if line.strip())


def test_list_recipes_says_where_to_start(run):
    _, out, _ = run("list", "recipes")
    assert "Where to start: autoencode train DATA takes pca-vae for pictures, dense-vae for vectors." in out
    assert "VAEs whose prior is learned" in out


def test_list_runs_where_there_are_none(run):
    code, out, _ = run("list", "runs")
    assert code == 0
    assert "no runs in runs/; to make one: autoencode train fashion-mnist" in out


WRONG = [
    (("train",), 2, "name the data to learn from"),
    (("train", "digits", "--recipe", "conv-va"), 2, "no recipe named 'conv-va'; did you mean 'conv-vae'"),
    (("train", "no-such-folder/"), 1, "no data set, folder or file 'no-such-folder/'"),
    (("train", "fashion-mnits"), 1, "did you mean 'fashion-mnist'"),
    (("train", "empty"), 1, "empty holds no files"),
    (("train", "two"), 1, "pictures found: 2; at least 3 are needed"),
    (("train", "nan.npy"), 1, "NaN"),
    (("train", "words.npy"), 1, "numbers"),
    (("train", "flat.npy"), 1, "shape"),
    (("train", "cut.npy"), 1, "cut.npy"),
    (("train", "digits", "--latent-dim", "two"), 2, "unable to parse string as an integer"),
    (("train", "digits", "--epochs", "0"), 2, "--epochs 0"),
    (("train", "digits", "--optimizer", "adm"), 2, "did you mean 'adam'"),
    (("train", "digits", "--no-such-option"), 2, "No such option"),
    (("train", "digits", "--recipe", "conv-vae", "--channels", "a,b"), 2, "--channels takes whole numbers"),
    (("train", "vectors.npy", "--recipe", "conv-vae"), 2, "conv-vae takes images"),
    (("train", "raw.npy", "--likelihood", "bernoulli"), 1, "takes values from 0 to 1"),
    (("train", "digits", "--validation", "many"), 2, "--validation takes a count"),
    (("train", "digits", "--out", "empty/../taken"), 1, "is there already"),
    (("train", "--resume", "no-run"), 1, "there is no folder no-run"),
    (("train", "digits", "--resume", "taken"), 1, "is no run folder"),
    (("evaluate", "no-run"), 1, "there is no folder no-run"),
    (("evaluate", "other-version"), 1, "run format 99"),
    (("list", "recips"), 2, "did you mean 'recipes'"),
    (("generate", "no-run", "-n", "0"), 2, "greater than or equal to 1"),
]


@pytest.mark.parametrize(("words", "code", "said"), WRONG, ids=[" ".join(words) for words, *_ in WRONG])
def test_wrong_input_is_one_clear_line(run, tmp_path, words, code, said):
    for name in ("empty", "two", "taken", "other-version"):
        (tmp_path / name).mkdir()
    (tmp_path / "taken" / "something").write_text("")
    (tmp_path / "other-version" / "run.json").write_text('{"format": 99, "autoencode": "9.0"}')
    for name in "ab":
        Image.new("L", (8, 8)).save(tmp_path / "two" / f"{name}.png")
    rng = np.random.default_rng(0)
    np.save(tmp_path / "nan.npy", np.where(rng.random((20, 5)) < 0.1, np.nan, 0.5))
    np.save(tmp_path / "words.npy", np.array(["a", "b", "c", "d"]))
    np.save(tmp_path / "flat.npy", np.arange(20.0))
    np.save(tmp_path / "vectors.npy", rng.random((20, 5)))
    np.save(tmp_path / "raw.npy", rng.normal(size=(20, 5)) * 300)
    (tmp_path / "cut.npy").write_bytes((tmp_path / "vectors.npy").read_bytes()[:300])
    got, _, err = run(*words)
    assert said in " ".join(err.replace("│", " ").split())
    assert got == code
    assert "Traceback" not in err
    assert not (tmp_path / "runs").exists()


def test_debug_shows_the_traceback(run):
    with pytest.raises(Exception, match="no recipe named"):
        run("train", "digits", "--recipe", "x", "--debug")


@pytest.mark.parametrize(
    ("words", "recipe"),
    [
        ("train fashion-mnist", "fashion-vae"),
        ("train mnist --epochs 3", "dense-vae"),
        ("train --epochs 3 digits", "dense-vae"),
        ("train photos/ --latent-dim=4", "pca-vae"),
        ("train photos/ --recipe=conv-ae", "conv-ae"),
        ("train photos/ -r conv-ae --no-report", "conv-ae"),
        ("train", None),
        ("train --help", None),
    ],
)
def test_the_recipe_is_known_before_the_line_is_parsed(words, recipe):
    following = preparse.train_arguments(words.split())
    assert following is not None
    assert preparse.recipe_name(following) == recipe


def test_other_commands_do_not_import_torch():
    code = (
        "import sys; from autoencode.cli.main import build; build(['list', 'runs']); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_commands_are_documented_with_examples():
    for name, command in load_commands().items():
        assert f"\nautoencode {name}" in inspect.cleandoc(command.make([]).__doc__ or "")


@pytest.mark.parametrize("name", load_commands())
def test_examples_fit_a_terminal_of_80_columns(name):
    doc = inspect.cleandoc(load_commands()[name].make([]).__doc__ or "")
    examples = doc.partition("\b\n")[2].splitlines()
    assert examples
    assert max(len(line) for line in examples) <= 76


def test_the_shell_completes_recipes():
    words = {
        "_AUTOENCODE_COMPLETE": "complete_bash",
        "COMP_WORDS": "autoencode train digits --recipe conv",
        "COMP_CWORD": "4",
    }
    code = "import sys; sys.argv[0] = 'autoencode'; from autoencode.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **words}, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["conv-ae", "conv-vae"]


@pytest.mark.slow
def test_ctrl_c_keeps_the_run_and_says_how_to_go_on(tmp_path):
    words = ["train", "digits", "--epochs", "100000", "--out", "run"]
    code = "import torch; torch.set_num_threads(1); from autoencode.cli.main import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while not (tmp_path / "run" / "metrics.jsonl").exists():
        assert process.poll() is None, process.stderr.read() if process.stderr else ""
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert "training interrupted" in err
    assert "autoencode train --resume run" in out
    assert json.loads((tmp_path / "run" / "run.json").read_text())["status"] == "interrupted"


def test_a_disk_that_fills_while_training_is_one_line_and_the_run_goes_on_later(run, tmp_path, monkeypatch):
    created, opened = [], storage._open_new

    def fill(path):
        created.append(path)
        return FullDisk(path, "xb") if len(created) > 8 else opened(path)

    with monkeypatch.context() as patch:
        patch.setattr(storage, "_open_new", fill)
        code, _, err = run("train", "digits", "--epochs", "4", "--out", "run", "--no-report")
    assert code == 1
    assert "the disk is full; free some space and run the same command again" in err
    assert "Traceback" not in err
    assert not [path for path in (tmp_path / "run").rglob("*") if path.name.startswith(".")]
    code, _, err = run("train", "--resume", "run", "--no-report")
    assert code == 0, err
    assert json.loads((tmp_path / "run" / "run.json").read_text())["status"] == "complete"
