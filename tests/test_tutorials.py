"""Each tutorial's code and commands, run in order in an empty folder, in the short form of scripts/tutorial.py."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TUTORIALS = ROOT / "docs" / "tutorials"
PAGES = sorted(TUTORIALS.glob("*.md"))


@pytest.fixture(scope="module")
def tutorial():
    spec = importlib.util.spec_from_file_location("tutorial", ROOT / "scripts" / "tutorial.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_there_are_tutorials():
    assert len(PAGES) == 6


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_it_runs_and_makes_its_pictures(page, tutorial, tmp_path, data_root):
    tutorial.run_page(page, tmp_path, short=True)
    shown = tutorial.pictures(page.read_text())
    assert shown
    assert [len(list(tmp_path.rglob(name))) for name in shown] == [1] * len(shown)


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_its_pictures_are_there_and_small(page, tutorial):
    for name in tutorial.pictures(page.read_text()):
        assert 1_000 < (TUTORIALS / "images" / name).stat().st_size < tutorial.MOST_BYTES


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_it_names_the_command_that_runs_it_and_what_was_printed(page):
    text = page.read_text()
    assert f"python scripts/tutorial.py docs/tutorials/{page.name}" in re.sub(r"\s+", " ", text)
    assert "```text\n```" not in text


def test_the_short_form_has_few_steps(tutorial):
    assert tutorial.shortened("train digits --steps 2000") == "train digits --steps 20"
    assert tutorial.shortened("steps = 3000\ndraws = 5") == "steps = 20\ndraws = 20"
    assert tutorial.shortened("for step in range(3000)") == "for step in range(3000)"


def test_blocks_and_commands_are_found_in_order(tutorial):
    page = "# A\n\n    autoencode list recipes   why\n\n```python\nx = 1\n\ny = 2\n```\n\n```text\nz\n```\n"
    assert list(tutorial.blocks(page)) == [("command", "list recipes"), ("python", "x = 1\n\ny = 2\n")]


def test_a_command_that_fails_ends_the_page(tutorial, tmp_path):
    page = tmp_path / "page.md"
    page.write_text("    autoencode list nothing-of-that-name\n")
    with pytest.raises(RuntimeError, match="exit 2"):
        tutorial.run_page(page, tmp_path, short=True)
