"""Recipes of a person's own, and run folders that name them."""

import json
import re
import sys
from pathlib import Path

import pytest
import torch

from autoencode.data import load
from autoencode.errors import ArgumentError, RunError, UnknownNameError
from autoencode.recipes import find_recipe, is_user_recipe, recipes
from autoencode.runs.listing import list_runs
from autoencode.runs.run import Run
from autoencode.tasks import evaluate, generate, resume, train

DOC = Path(__file__).parents[2] / "docs" / "own-recipes.md"
CODE = re.search(r"```python\n(.*?)```", DOC.read_text(), re.DOTALL)[1]


@pytest.fixture
def own(tmp_path, monkeypatch) -> str:
    """The document's example in a file of its own, in the current folder, under a name that no other test has."""
    module = f"own_{abs(hash(tmp_path))}"
    # The table of recipes lives as long as the process, so that the name in it must be new each time.
    (tmp_path / f"{module}.py").write_text(CODE.replace('"tiny-vae"', f'"{module}"'))
    monkeypatch.chdir(tmp_path)
    before = dict(recipes._entries)
    yield f"{module}:tiny_vae"
    recipes._entries.clear()
    recipes._entries.update(before)
    sys.modules.pop(module, None)


def test_the_document_s_example_is_found_with_its_options_and_settings(own: str) -> None:
    assert is_user_recipe(own)
    found = find_recipe(own)
    assert found.name == own
    assert found.settings.epochs == 5
    assert found.arguments() == {"latent_dim": 2, "hidden": 64, "beta": 1.0}
    assert found((1, 8, 8), latent_dim=3)[0].latent_shape == (3,)
    assert str(Path.cwd()) not in sys.path


def test_the_whole_path_train_open_resume(own: str) -> None:
    run = train(load("digits", limit=200), own, epochs=1, latent_dim=3, out="run")
    assert json.loads(Path("run/run.json").read_text())["recipe"] == own
    assert evaluate(run, importance_samples=2, importance_examples=10).elbo is not None
    assert generate(run, 4)[0].shape == (4, 1, 8, 8)
    again = Run("run", trust=own)
    x = torch.rand(2, 1, 8, 8)
    assert torch.equal(again.model.encode(x).mean, run.model.encode(x).mean)
    with pytest.raises(RunError, match=f"--trust {own}"):
        resume("run", load("digits", limit=200), epochs=2)
    assert resume("run", load("digits", limit=200), epochs=2, trust=own).folder.record.status == "complete"


def test_the_default_folder_s_name_has_no_colon(own: str) -> None:
    run = train(load("digits", limit=100), own, steps=1)
    assert run.path.name == "digits-" + own.replace(":", "-")


def test_a_plain_function_will_do(tmp_path, monkeypatch, own: str) -> None:
    text = CODE.replace('@recipe("tiny-vae", settings=Settings(epochs=5, learning_rate=2e-3))\n', "")
    (tmp_path / "plain_own.py").write_text(text)
    found = find_recipe("plain_own:tiny_vae")
    assert found.settings.epochs == 30
    assert found((17,))[0].data_shape == (17,)
    sys.modules.pop("plain_own")


@pytest.fixture
def stranger(tmp_path, monkeypatch) -> Path:
    """A run folder from someone else that names code with an effect."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "evil.py").write_text("from pathlib import Path\nPath('imported').touch()\n")
    run = train(load("digits", limit=100), "dense-vae", steps=1, out=tmp_path / "runs" / "theirs")
    file = run.path / "run.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "recipe": "evil:recipe"}))
    return run.path


def test_a_folder_from_a_stranger_imports_nothing(stranger: Path) -> None:
    with pytest.raises(RunError, match=r"outside autoencode, 'evil:recipe'.*--trust evil:recipe"):
        Run(stranger)
    with pytest.raises(RunError, match="--trust evil:recipe"):
        Run(stranger, trust="other:recipe")
    with pytest.raises(RunError, match="--trust evil:recipe"):
        resume(stranger, load("digits", limit=100), steps=2)
    assert list_runs(stranger.parent)[0].recipe == "evil:recipe"
    assert not Path("imported").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["train", "--resume", "runs/theirs"],
        ["evaluate", "runs/theirs"],
        ["report", "runs/theirs"],
        ["generate", "runs/theirs"],
        ["reconstruct", "runs/theirs"],
        ["fit-prior", "runs/theirs", "normal"],
        ["list", "runs"],
        ["train", "--resume", "runs/theirs", "--help"],
    ],
)
def test_no_command_imports_what_a_folder_names(stranger: Path, words: list[str], monkeypatch) -> None:
    from autoencode.cli.main import main

    monkeypatch.setattr(sys, "argv", ["autoencode", *words])
    try:
        main()
    except SystemExit as end:
        asks = words[0] != "list" and "--help" not in words
        assert end.code == (1 if asks else 0)  # noqa: PT017
    assert not Path("imported").exists()
    assert "evil" not in sys.modules


def output_of(words: list[str], monkeypatch, capsys) -> str:
    """What a command that succeeds prints."""
    from autoencode.cli.main import main

    monkeypatch.setattr(sys, "argv", ["autoencode", *words])
    try:
        main()
    except SystemExit as end:
        assert not end.code, capsys.readouterr()  # noqa: PT017
    return capsys.readouterr().out


def test_help_lists_the_options_of_one_s_own_recipe(own: str, monkeypatch, capsys) -> None:
    text = output_of(["train", "digits", "--recipe", own, "--help"], monkeypatch, capsys)
    for option in ("--latent-dim", "--hidden", "--beta"):
        assert option in text
    assert "Dimensions of the latent code" in text


def test_the_commands_from_training_to_report(own: str, monkeypatch, capsys) -> None:
    words = [
        "train",
        "digits",
        "-r",
        own,
        "--hidden",
        "16",
        "--steps",
        "2",
        "--limit",
        "200",
        "-o",
        "run",
        "--no-report",
    ]
    output_of(words, monkeypatch, capsys)
    assert json.loads(Path("run/run.json").read_text())["arguments"]["hidden"] == 16
    for words in (["evaluate", "run"], ["report", "run"], ["generate", "run", "-n", "2"], ["reconstruct", "run"]):
        output_of([*words, "--trust", own], monkeypatch, capsys)
    assert Path("run/report.html").is_file()
    assert Path("run/samples/sheet.png").is_file()
    output_of(["train", "--resume", "run", "--trust", own, "--steps", "3", "--no-report"], monkeypatch, capsys)
    assert json.loads(Path("run/run.json").read_text())["settings"]["steps"] == 3


def test_completion_imports_nothing(stranger: Path, monkeypatch) -> None:
    from autoencode.cli.commands.train import make_train

    monkeypatch.setenv("_AUTOENCODE_COMPLETE", "complete_bash")
    make_train(["train", "mnist", "--recipe", "evil:recipe", "--lat"])
    assert not Path("imported").exists()


@pytest.mark.parametrize(
    "name",
    [
        ":f",
        "m:",
        "../m:f",
        "m.py:f:g",
        "/tmp/m:f",
        "m:f()",
        "a b:c",
        "m..n:f",
        "-m:f",
        "m:f;import os",
        ".m:f",
        "m:f\n",
    ],
)
def test_names_of_no_module_and_function_are_refused(name: str) -> None:
    with pytest.raises(ArgumentError, match="module:function"):
        find_recipe(name)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("os:system", "is no recipe"),
        ("os:nothing_here", "has no function"),
        ("builtins:print", "is no recipe"),
        ("no_such_module_at_all:f", "there is no module"),
        ("no_such_package.inner:f", "there is no module"),
        ("autoencode:__version__", "has no function"),
    ],
)
def test_what_is_no_recipe_is_refused_with_the_reason(name: str, why: str) -> None:
    with pytest.raises(ArgumentError, match=why):
        find_recipe(name)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("def f(:", "cannot be imported: SyntaxError"),
        ("import no_such_thing_here", "cannot be imported"),
        ("1 / 0", "cannot be imported: ZeroDivisionError"),
        ("def f(shape, *, n: int = 1): ...", "is no recipe"),
        ("def f(data_shape, n: int = 1): ...", "is no recipe"),
        ("def f(data_shape, *, n=1): ...", "is no recipe"),
        ("def f(data_shape, *, n: int): ...", "is no recipe"),
        ("def f(): ...", "is no recipe"),
    ],
)
def test_a_file_that_does_not_work_is_an_error_of_one_line(tmp_path, monkeypatch, text: str, why: str) -> None:
    module = f"broken_{abs(hash(text))}"
    (tmp_path / f"{module}.py").write_text(text)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ArgumentError, match=why) as caught:
        find_recipe(f"{module}:f")
    assert "\n" not in str(caught.value)


def test_names_of_the_table_are_as_before() -> None:
    assert find_recipe("dense-vae") is recipes["dense-vae"]
    with pytest.raises(UnknownNameError, match="did you mean"):
        find_recipe("dense-va")
