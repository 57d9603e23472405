"""Text on the terminal: results on standard output, everything else on standard error.

Names of runs, files, classes and data come from other people, so text is never read as markup here, and characters that
would move the cursor or change the terminal are shown as escapes. Style is given beside the text, never inside it.
"""

import shlex
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.status import Status
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from torch import Tensor

    from autoencode.runs.run import Run
    from autoencode.runs.verdict import Verdict
    from autoencode.views.report import Row

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it."""
_FILE_WIDTH = 200  # in a file or a pipe lines are not cut to the width of a terminal
_UNSHOWN = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))  # controls, bidirectional marks, lone surrogates, line separators
_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"  # letters of several languages need them

Part = str | tuple[str, str]
"""Text, or text and its style."""


def visible(text: str) -> str:
    """Text as one line that a terminal shows as it is: control characters become escapes such as `\\x1b`."""
    return text if text.isprintable() else "".join(map(_visible_character, text))


def _visible_character(character: str) -> str:
    hidden = unicodedata.category(character) in _UNSHOWN and character not in _JOINERS
    return ascii(character)[1:-1] if hidden else character


def styled(*parts: Part) -> Text:
    """Parts of a line one after the other, each as plain text."""
    pairs = [(part, "") if isinstance(part, str) else part for part in parts]
    return Text.assemble(*((visible(text), style) for text, style in pairs))


def command_line(*words: str | Path) -> str:
    """An `autoencode` command to copy, with quotes where the shell needs them."""
    return " ".join(["autoencode", *(_quoted(str(word)) for word in words)])


def _quoted(word: str) -> str:
    if visible(word) == word:
        return shlex.quote(word)
    escaped = word.replace("\\", "\\\\").replace("'", "\\'")
    return f"$'{visible(escaped)}'"  # the shell's own way to write control characters


class _PlainStatus(Status):
    """A spinner beside a text that is no markup."""

    def update(self, status: RenderableType | None = None, **options: Any) -> None:
        """Shows another text."""
        super().update(styled(status) if isinstance(status, str) else status, **options)


class Terminal(Console):
    """A console that takes every string as plain text, also in tables, titles and status lines."""

    def __init__(self, stream: object, *, stderr: bool) -> None:
        is_terminal = stream is None or getattr(stream, "isatty", bool)()
        width = None if is_terminal else _FILE_WIDTH
        super().__init__(stderr=stderr, highlight=False, markup=False, emoji=False, width=width)

    def render_str(self, text: str, **options: Any) -> Text:
        """Text that is shown as it is."""
        plain: dict[str, Any] = {**options, "markup": False, "emoji": False}
        return super().render_str(visible(text), **plain)

    def status(self, status: RenderableType, **options: Any) -> Status:
        """A spinner for as long as something takes."""
        return _PlainStatus(styled(status) if isinstance(status, str) else status, console=self, **options)

    def write_line(self, *parts: Part, style: str = "") -> None:
        """Prints one line, however long, so that paths and commands can be copied."""
        self.print(styled(*parts), style=style, soft_wrap=True)


out = Terminal(sys.stdout, stderr=False)
errors = Terminal(sys.stderr, stderr=True)


def print_measurements(title: str, headings: Sequence[str], rows: "Sequence[Row]") -> None:
    """Prints a table of numbers, with what each of them means if the terminal is wide enough for it.

    Args:
        title: above the table.
        headings: of the columns for values and for units.
        rows: name, value, unit and meaning.
    """
    complete = _measurement_table(title, [*headings, "meaning"], rows)
    fits = Measurement.get(out, out.options.update(width=_FILE_WIDTH), complete).maximum <= out.width
    out.print(complete if fits else _measurement_table(title, headings, rows))


def _measurement_table(title: str, headings: Sequence[str], rows: "Sequence[Row]") -> Table:
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0))
    table.add_column("", no_wrap=True)
    for heading in headings:
        words = heading in ("unit", "meaning")
        style = "dim" if heading == "meaning" else ""
        table.add_column(heading, justify="left" if words else "right", no_wrap=True, header_style="dim", style=style)
    for row in rows:
        table.add_row(*[styled((row.name, "bold")), row.value, row.unit, row.meaning][: len(table.columns)])
    return table


_GRADE_STYLES = {"good": "bold green", "fair": "bold yellow", "poor": "bold red"}


def print_verdict(verdict: "Verdict") -> None:
    """Prints the sentence on a model, its grade in colour."""
    grade, colon, rest = verdict.sentence.partition(":")
    out.write_line((grade + colon, _GRADE_STYLES.get(verdict.grade, "bold")), rest)


def print_result(what: str, path: Path) -> None:
    """The last line of a command: what was made, and where it is."""
    out.write_line(f"{what}; see  ", (str(path), "bold"))


_LINES = 20


def print_lines(run: "Run", x: "Tensor") -> None:
    """Prints the first lines of text; nothing for a model of other data."""
    for line in run.modality.lines(x[:_LINES]) or ():
        out.write_line(line)


def print_pairs(run: "Run", originals: "Tensor", reconstructions: "Tensor") -> None:
    """Prints the first lines of text, each above what became of it."""
    for before, after in zip(run.lines(originals[:_LINES]), run.lines(reconstructions[:_LINES]), strict=True):
        out.write_line(before)
        out.write_line(after, style="dim")


def print_note(text: str) -> None:
    """A line that explains a result."""
    out.write_line(text, style="dim")
