"""Pages of the reference, made from the code: the commands, and the public names of each package."""

import importlib
import inspect
import re
from pathlib import Path
from typing import Any

import typer
from pydantic import BaseModel

from autoencode.cli.main import build

PACKAGES = {
    "tasks": "What the commands do",
    "runs": "Runs",
    "data": "Data",
    "settings": "Settings of a training",
    "recipes": "Recipes",
    "model": "The model",
    "encoders": "Encoders",
    "posteriors": "Posteriors",
    "priors": "Priors",
    "decoders": "Decoders",
    "likelihoods": "Likelihoods",
    "objectives": "Objectives",
    "corruptions": "Corruptions",
    "training": "Training",
    "evaluation": "Evaluation",
    "cleaning": "Cleaning",
    "compression.codec": "Compression",
    "distributions": "Distributions",
    "nn": "Blocks of networks",
    "views.figures": "Figures",
    "runtime.reporter": "Reporters",
    "runtime.cancellation": "Cancelling",
    "estimators": "Estimators",
    "detection": "Detection of outliers",
    "errors": "Errors",
}
"""Of `autoencode`, in the order of the contents."""

_SECTION = re.compile(r"^(Args|Returns|Raises|References|Example|Examples|Yields|Attributes|Terms):$")
_COLUMNS = re.compile(r"^\S+(, \S+)*\s{3,}\S")


def write(folder: Path) -> None:
    """Writes all pages of the reference."""
    folder.mkdir(exist_ok=True)
    group = typer.main.get_command(build([]))
    commands = [_command(name, command) for name, command in sorted(group.commands.items())]
    (folder / "commands.md").write_text("\n".join(["# Command line", "", *commands]))
    contents = [
        "# Python",
        "",
        "The public names of each package, from its docstrings.",
        "",
        "```{toctree}",
        *PACKAGES,
        "```",
    ]
    (folder / "python.md").write_text("\n".join([*contents, ""]))
    for name, title in PACKAGES.items():
        (folder / f"{name}.md").write_text(_package(f"autoencode.{name}", title))


def _package(name: str, title: str) -> str:
    module = importlib.import_module(name)
    directive = [f".. automodule:: {name}", "   :members:", "   :show-inheritance:"]
    if hasattr(module, "__all__"):
        elsewhere = [each for each in module.__all__ if _home(getattr(module, each)) not in ("", name)]
        directive += ["   :imported-members:", f"   :exclude-members: {', '.join(elsewhere)}"]
    return "\n".join([f"# {title}", "", f"`{name}`", "", "```{eval-rst}", *directive, "```", ""])


def _home(member: Any) -> str:
    """The package of the reference that a class or a function is defined in."""
    defined = f"{getattr(member, '__module__', '')}."
    return next((f"autoencode.{name}" for name in PACKAGES if defined.startswith(f"autoencode.{name}.")), "")


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


def skip_member(app: Any, kind: str, name: str, member: Any, skip: bool, options: Any) -> bool | None:
    """What pydantic and scikit-learn (`set_transform_request`) add to a class is not of this library."""
    return True if name in vars(BaseModel) or re.fullmatch(r"set_\w+_request", name) else None


def escape_docstring(app: Any, kind: str, name: str, member: Any, options: Any, lines: list[str]) -> None:
    """Makes of a docstring the reStructuredText that shows it as it stands: blocks and lists in columns are literal."""
    shown, section, literal = list[str](), False, False
    for number, line in enumerate(lines):
        indented, columns = line.startswith("    "), bool(_COLUMNS.match(line))
        section = bool(_SECTION.match(line)) or (section and (indented or not line))
        begins = not section and not literal and (columns or (indented and (number == 0 or not lines[number - 1])))
        if begins:
            shown += [".. code-block:: text", ""]
        literal = begins or (literal and (indented or columns or not line))
        if literal:
            shown.append(f"    {line}" if columns else line)
        else:
            shown.append(line if line.lstrip().startswith((">>>", "...")) else _plain(line))
    lines[:] = shown


def _plain(line: str) -> str:
    parts = re.split(r"(`[^`]*`)", line)
    return "".join(
        part if part.startswith("`") else re.sub(r"([\\*|]|\w_(?=\W|$))", _backslash, part) for part in parts
    )


def _backslash(found: re.Match[str]) -> str:
    text = found[0]
    return f"{text[:-1]}\\{text[-1]}"
