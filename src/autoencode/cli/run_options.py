"""Arguments and options of the commands that open a run."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from autoencode.cli.completion import run_names


def class_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """The classes of the run that was typed before."""
    from autoencode.training import RunFolder

    try:
        classes = RunFolder(Path(str(ctx.params["run"]))).facts["data"]["classes"] or []
    except Exception:  # no run there yet: nothing to offer
        return []
    return [name for name in classes if name.lower().startswith(incomplete.lower())]


RunPath = Annotated[Path, typer.Argument(help="A run folder.", autocompletion=run_names)]
Part = Annotated[Literal["test", "validation", "train"], typer.Option(help="Which part of the data.")]
OfClass = Annotated[
    str | None,
    typer.Option(
        "--class", help="The class of the files, for a model that must be told it.", autocompletion=class_names
    ),
]
Last = Annotated[bool, typer.Option("--last", help="The last weights in place of the best.")]
Device = Annotated[str, typer.Option(help="cpu, cuda …")]
Trust = Annotated[
    str | None,
    typer.Option(
        help="The recipe of your own, module:function, that the run was trained by: opening it runs that code.",
        show_default=False,
    ),
]
