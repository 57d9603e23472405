"""Sphinx: the pages of docs/ as a site. `make docs` builds it; warnings are errors."""

import inspect
import re
from pathlib import Path
from typing import Any

import typer

from autoencode import __version__
from autoencode.cli.main import build

project = "autoencode"
copyright = "The autoencode developers"
release = __version__
extensions = ["myst_parser"]
html_theme = "furo"
html_title = f"autoencode {__version__}"
myst_heading_anchors = 3
smartquotes = False  # --option is not –option

COMMANDS = Path(__file__).parent / "reference" / "commands.md"


def write_commands() -> None:
    """The reference of the command line, from the commands themselves."""
    group = typer.main.get_command(build([]))
    pages = [_command(name, command) for name, command in sorted(group.commands.items())]
    COMMANDS.parent.mkdir(exist_ok=True)
    COMMANDS.write_text("\n".join(["# Command line", "", *pages]))


def _command(name: str, command: Any) -> str:
    about, _, examples = inspect.cleandoc(command.help or "").replace("\b", "").partition("Examples:\n")
    shown = ["```text", inspect.cleandoc(examples), "```"] if examples else []
    parameters = [_parameter(p) for p in command.params if not getattr(p, "hidden", False)]
    return "\n".join([f"## {name}", "", _escaped(about), "", *shown, "", *parameters, ""])


def _parameter(parameter: Any) -> str:
    names = ", ".join((*parameter.opts, *parameter.secondary_opts))
    words = " ".join((getattr(parameter, "help", None) or "").split())
    return f"- `{names}`: {_escaped(words)}"


def _escaped(words: str) -> str:
    return re.sub(r"([\\*_<>`$\[\]])", r"\\\1", words)


write_commands()
