"""Where text goes: results to standard output, everything else to standard error."""

import sys
from pathlib import Path

from rich.console import Console
from rich.markup import escape

_FILE_WIDTH = 200  # in a file or a pipe lines are not cut to the width of a terminal


def _width(stream: object) -> int | None:
    return None if stream is not None and getattr(stream, "isatty", bool)() else _FILE_WIDTH


out = Console(highlight=False, width=_width(sys.stdout))
errors = Console(stderr=True, highlight=False, width=_width(sys.stderr))


def print_result(what: str, path: Path) -> None:
    """The last line of a command: what was made, and where it is."""
    out.print(f"{escape(what)}; see  [bold]{escape(str(path))}[/]")
