"""Options and completions that several commands about codes share."""

from collections.abc import Callable
from typing import Annotated

import typer

from autoencode.cli.console import out


def prior_names(incomplete: str) -> list[str]:
    """What `--prior` takes."""
    from autoencode.latent.choose_prior import prior_names as names

    return [name for name in names() if name.startswith(incomplete)]


def path_names(incomplete: str) -> list[str]:
    """Kinds of paths between two codes."""
    from autoencode.latent.paths import latent_paths

    return [name for name in latent_paths if name.startswith(incomplete)]


PriorOption = Annotated[
    str | None,
    typer.Option(
        help="own, ex-post, or a kind that is fitted where it was not: mixture (gmm), normal, flow, two-stage.",
        show_default="the likelier one",
        autocompletion=prior_names,
    ),
]
EXAMPLE = "A picture, or an example of the data such as test:17."


def print_note(line: str) -> None:
    """A line that explains a result."""
    out.print(line, style="dim", soft_wrap=True, markup=False)


def print_note_once() -> Callable[[str], None]:
    """The same, and each line no more than once."""
    said: set[str] = set()

    def once(line: str) -> None:
        if line not in said:
            said.add(line)
            print_note(line)

    return once
