"""What the README and the documents show, run or at least checked."""

import re
import shlex
from pathlib import Path

import pytest
import typer

from autoencode.cli.main import build

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
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
