"""Text is text: names from other people are never markup and never reach the terminal as control characters."""

import io
import json
import sys

import pytest
from PIL import Image
from rich.table import Table

from autoencode.cli import console
from autoencode.cli.console import Terminal, command_line, styled, visible
from autoencode.views.report import Row

NAMES = [
    "[bold]",
    "[/x]",
    "\\[/]",
    "a\x1b[31mred",
    "a\x9b31mred",
    "two\nlines",
    "bell\a",
    "right\u202eleft",
    "caf\u00e9 \U0001f600",
]


@pytest.fixture
def terminal():
    """A terminal of 100 columns with colours, and what it received."""
    stream = io.StringIO()
    screen = Terminal(stream, stderr=False)
    screen.file = stream
    screen.width = 100
    return screen, stream


def test_ordinary_text_is_left_alone():
    for text in ("runs/photos", "café, 12\u202f000 [a] \\", "emoji 👩\u200d🎤", "می\u200cخواهم"):
        assert visible(text) == text


def test_control_characters_become_escapes():
    assert visible("a\x1b[31m\x9b\r\n\x00b") == "a\\x1b[31m\\x9b\\r\\n\\x00b"
    assert visible("\u202e\u2028\udcff") == "\\u202e\\u2028\\udcff"


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_every_way_to_print_shows_the_name_as_it_is(terminal, name):
    screen, stream = terminal
    table = Table(title=name)
    table.add_column(name)
    table.add_row(name)
    table.add_row(styled((name, "bold")))
    screen.print(name)
    screen.print(table)
    screen.write_line("see ", (name, "bold"))
    with screen.status(name) as status:
        status.update(name)
    assert stream.getvalue().count(visible(name)) == 6
    assert not {"\x1b", "\x9b", "\a", "\u202e"} & set(stream.getvalue())
    assert stream.getvalue().count("\n") == 9  # a name adds no line


def test_a_command_can_be_copied_into_a_shell():
    assert command_line("generate", "runs/my run", "-n", "64") == "autoencode generate 'runs/my run' -n 64"
    assert command_line("train", "a'\x1b") == r"autoencode train $'a\'\x1b'"


def test_meanings_are_printed_only_if_a_table_fits(monkeypatch, capsys):
    rows = [Row("elbo", "-1.5", "nats", "what it means, " * 5)]
    for width, expected in ((120, True), (90, False)):
        monkeypatch.setattr(console.out, "_width", width)
        console.print_measurements("title", ["value", "unit"], rows)
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) == 3
        assert ("what it means" in lines[-1]) is expected


HOSTILE = "[bold]a[red]\x1b[31m"
CLOSING = "[/x]\x1b[31m"  # cannot be the name of a file


@pytest.fixture
def hostile_run(run, tmp_path):
    """A run in a folder whose name is markup and an escape, of classes with such names."""
    for name in (HOSTILE, "b"):
        (tmp_path / "pictures" / name).mkdir(parents=True)
        for i in range(8):
            Image.new("L", (8, 8), 25 * i).save(tmp_path / "pictures" / name / f"{HOSTILE}{i}.png")
    (tmp_path / "pictures" / f"{HOSTILE}.png").write_bytes(b"no picture")
    small = ("--recipe", "dense-vae", "--hidden", "4", "--steps", "2")
    code, out, err = run("train", "pictures", "-o", HOSTILE, *small)
    assert code == 0, err
    return out, err


def test_a_training_shows_names_as_they_are(hostile_run):
    out, err = hostile_run
    shown = visible(HOSTILE)
    assert f"report   {shown}/report.html" in out
    assert rf"autoencode generate $'{shown}' -n 64" in out
    assert shown in err
    assert "\x1b" not in out + err


def test_a_list_and_errors_show_names_as_they_are(hostile_run, run, tmp_path):
    (tmp_path / "runs").mkdir()
    (tmp_path / HOSTILE).rename(tmp_path / "runs" / HOSTILE)
    facts = json.loads((tmp_path / "runs" / HOSTILE / "run.json").read_text())
    facts["data"]["name"] = facts["recipe"] = CLOSING
    (tmp_path / "runs" / HOSTILE / "run.json").write_text(json.dumps(facts))
    code, out, err = run("list", "runs")
    assert code == 0, err
    assert visible(HOSTILE) in out
    assert out.count(visible(CLOSING)) == 2
    for words in (("train", CLOSING), ("evaluate", CLOSING), ("list", CLOSING)):
        code, out, err = run(*words)
        assert code in (1, 2)
        assert visible(CLOSING) in err.replace("\\\\", "\\")  # some messages quote what was typed
        assert err.count("\n") == 1
        assert "\x1b" not in err


def test_consoles_write_where_they_should():
    assert console.out.file is sys.stdout
    assert console.errors.file is sys.stderr
