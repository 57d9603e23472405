"""What the README and the documents show, run or at least checked."""

import re
import shlex
import sys
from pathlib import Path

import numpy as np
import pytest
import typer
from PIL import Image

from autoencode.cli import main
from autoencode.cli.main import build
from autoencode.settings import Settings

ROOT = Path(__file__).parent.parent
PAGES = [*sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs" / "tutorials").glob("*.md"))]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *PAGES]
SHOWN = "".join((ROOT / name).read_text() for name in ("README.md", "docs/python.md"))
BLOCKS = re.findall(r"```python\n(.*?)```", SHOWN, re.DOTALL)


def commands(document: Path) -> list[str]:
    """The words after `autoencode` of the commands on lines of their own, without the remarks behind them."""
    return re.findall(r"^    autoencode (.*?)(?:  .*)?$", document.read_text(), re.MULTILINE)


COMMANDS = [
    (document.name, words)
    for document in DOCUMENTS
    if document.name != "extending.md"  # tests/test_extending.py adds and uses its command
    for words in commands(document)
]


@pytest.mark.slow
def test_the_model_assembled_by_hand_works_and_is_exported(data_root, capsys):
    names = {}
    for block in BLOCKS[1:]:
        exec(compile(block, "docs/python.md", "exec"), names)
    assert capsys.readouterr().out == "torch.Size([5, 10])\ntorch.Size([7, 1, 28, 28])\n"


def test_the_three_lines_name_what_there_is():
    import autoencode

    assert re.findall(r"autoencode\.(\w+)", BLOCKS[0]) == ["train", "report"]
    assert callable(autoencode.train)
    assert callable(autoencode.report)


@pytest.fixture
def their_files(tmp_path, monkeypatch):
    """A folder with the files that the README calls the reader's own, and nothing else."""
    rng = np.random.default_rng(0)
    for folder in ("photos", "noisy"):
        (tmp_path / folder).mkdir()
        for name in "abcdefghijklmnopqrstuvwxyz":
            rows, columns = np.mgrid[:32, :32] / 32
            picture = 0.5 + 0.4 * np.sin(rng.uniform(1, 6) * rows + rng.uniform(1, 6) * columns)
            noisy = (picture + rng.normal(0, 0.05, picture.shape)).clip(0, 1)
            Image.fromarray((noisy * 255).astype(np.uint8)).convert("RGB").save(tmp_path / folder / f"{name}.jpg")
    page = Image.new("L", (300, 200), 255)
    page.save(tmp_path / "scan.pdf")
    rows = [f"{age:.1f},{2 * age + rng.normal():.2f}" for age in rng.uniform(20, 60, 200)]
    (tmp_path / "people.csv").write_text("\n".join(["age,height", *rows]) + "\n")
    monkeypatch.chdir(tmp_path)
    replace = Settings.replace
    few = {"epochs": None, "steps": 4}
    monkeypatch.setattr(Settings, "replace", lambda self, **changes: replace(self, **{**changes, **few}))
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("document", ["README.md", "docs/quickstart.md"])
def test_the_commands_run_in_order_as_they_stand(document, their_files, monkeypatch):
    """With four steps for each training. Fashion-MNIST has a test of its own."""
    ran = [command for command in commands(ROOT / document) if command != "train fashion-mnist"]
    assert len(ran) > 5
    for command in ran:
        monkeypatch.setattr(sys, "argv", ["autoencode", *shlex.split(command)])
        assert exit_code() == 0, f"autoencode {command}"


def exit_code():
    try:
        main.main()
    except SystemExit as stop:
        return stop.code or 0
    return 0


def test_there_are_commands():
    assert len(COMMANDS) > 40


@pytest.mark.parametrize(("document", "command"), COMMANDS, ids=[f"{name}: {words}" for name, words in COMMANDS])
def test_every_command_and_its_options_exist(document, command):
    words = shlex.split(command)
    known = re.sub(r"(-r|--recipe|--trust) \w+:\w+", "", command)  # somebody's own recipe, which is not there
    group = typer.main.get_command(build(shlex.split(known)))
    options = {name for p in group.commands[words[0]].params for name in (*p.opts, *p.secondary_opts)}
    options |= {"--latent-dim", "--trust"} if known != command else set()
    used = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
    assert used <= options | {"--help"}, f"{document}: autoencode {command}"


def test_every_link_leads_somewhere():
    for document in [*DOCUMENTS, *sorted((ROOT / "docs" / "decisions").glob("*.md"))]:
        prose = re.sub(r"```.*?```", "", document.read_text(), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", prose):
            if not target.startswith("http"):
                assert (document.parent / target).exists(), f"{document.name} links to {target}"
