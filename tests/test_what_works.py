"""The table of docs/what-works.md: its evidence exists, and its numbers are those of its rows."""

import re
from collections import Counter
from pathlib import Path

from autoencode.cli.commands import load_commands

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "what-works.md").read_text()
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("| ") and "| state |" not in line
]
NEEDS_NO_TEST = re.compile(r"nothing is released|vectors and pictures|have it|have one")


def test_the_numbers_in_its_first_lines_are_those_of_the_rows():
    states = Counter(state for _, state, _ in ROWS)
    assert len(ROWS) == 42
    assert set(states) == {"works", "in part", "missing"}
    stated = re.search(r"Of these 42, (\d+) work, (\d+) work in part, (\d+) are missing", PAGE)
    assert stated is not None
    assert [int(n) for n in stated.groups()] == [states["works"], states["in part"], states["missing"]]


def test_every_row_has_evidence():
    for what, state, evidence in ROWS:
        assert "test_" in evidence or (state == "missing" and NEEDS_NO_TEST.search(evidence)), what


def test_every_test_that_it_names_exists():
    for name in re.findall(r"`([\w/]+\.py(?:::\w+)?)`", PAGE):
        path, _, function = name.partition("::")
        source = (ROOT / "tests" / path).read_text()
        assert not function or f"\ndef {function}(" in source, name


def test_every_command_that_it_names_exists():
    for command in re.findall(r"`autoencode (\w+)", PAGE):
        assert command in load_commands()
