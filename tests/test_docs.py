"""The site that `make docs` builds."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

import autoencode
from autoencode.cli.commands import load_commands

DOCS = Path(__file__).parent.parent / "docs"


def test_every_page_is_in_the_contents():
    contents = (DOCS / "index.md").read_text().splitlines()
    pages = [*DOCS.glob("*.md"), *DOCS.glob("tutorials/*.md")]
    assert {path.relative_to(DOCS).with_suffix("").as_posix() for path in pages} - {"index"} <= set(contents)


@pytest.fixture(scope="module")
def reference_pages():
    spec = importlib.util.spec_from_file_location("reference_pages", DOCS / "reference_pages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_docstring_is_shown_as_it_stands(reference_pages):
    lines = [
        "A *sum* of `a * b`.",
        "",
        "    x ─► z",
        "",
        "Args:",
        "    x: (batch, *shape).",
        "",
        "Example:",
        "    >>> 2 * 3",
    ]
    reference_pages.escape_docstring(None, "", "", None, None, lines)
    assert lines == [
        *("A \\*sum\\* of `a * b`.", "", ".. code-block:: text", "", "    x ─► z", ""),
        *("Args:", "    x: (batch, \\*shape).", "", "Example:", "    >>> 2 * 3"),
    ]


@pytest.mark.slow
def test_the_site_is_built_without_a_warning_and_has_every_command_and_every_public_name(tmp_path):
    pytest.importorskip("sphinx", reason="make setup installs Sphinx")
    words = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", "-d", tmp_path / "doctrees"]
    done = subprocess.run([*words, DOCS, tmp_path / "site"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    page = (tmp_path / "site" / "reference" / "commands.html").read_text()
    assert all(f'<section id="{name}">' in page for name in load_commands())
    reference = "".join(path.read_text() for path in (tmp_path / "site" / "reference").glob("*.html"))
    described = {name.rpartition(".")[2] for name in re.findall(r'id="(?:module-)?(autoencode[\w.]*)"', reference)}
    assert set(autoencode.__all__) - described == {"__version__"}
