"""The site that `make docs` builds."""

import subprocess
import sys
from pathlib import Path

import pytest

from autoencode.cli.commands import load_commands

DOCS = Path(__file__).parent.parent / "docs"


def test_every_page_is_in_the_contents():
    contents = (DOCS / "index.md").read_text().splitlines()
    pages = [*DOCS.glob("*.md"), *DOCS.glob("tutorials/*.md")]
    assert {path.relative_to(DOCS).with_suffix("").as_posix() for path in pages} - {"index"} <= set(contents)


@pytest.mark.slow
def test_the_site_is_built_without_a_warning_and_has_every_command(tmp_path):
    pytest.importorskip("sphinx", reason="make setup installs Sphinx")
    words = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", "-d", tmp_path / "doctrees"]
    done = subprocess.run([*words, DOCS, tmp_path / "site"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    page = (tmp_path / "site" / "reference" / "commands.html").read_text()
    assert all(f'<section id="{name}">' in page for name in load_commands())
