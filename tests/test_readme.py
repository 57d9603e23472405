"""What the README shows, run."""

import re
from pathlib import Path

import pytest

README = Path(__file__).parent.parent / "README.md"
BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
COMMANDS = re.findall(r"^    autoencode (.*?)(?:  .*)?$", README.read_text(), re.MULTILINE)


@pytest.mark.slow
def test_the_model_assembled_by_hand_works(data_root, capsys):
    exec(compile(BLOCKS[1], "README.md", "exec"), {})
    assert capsys.readouterr().out == "torch.Size([5, 10])\n"


def test_the_three_lines_name_what_there_is():
    import autoencode

    assert re.findall(r"autoencode\.(\w+)", BLOCKS[0]) == ["train", "report"]
    assert callable(autoencode.train)
    assert callable(autoencode.report)


def test_every_command_is_one():
    from autoencode.cli import commands

    assert len(COMMANDS) >= 6
    assert {command.split()[0] for command in COMMANDS} <= commands.table([]).keys()
