"""Where text goes: results to standard output, everything else to standard error."""

from rich.console import Console

out = Console(highlight=False)
errors = Console(stderr=True, highlight=False)
