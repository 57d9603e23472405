"""Arguments and options of the commands that open a run."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from autoencode.cli.completion import run_names


def class_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """The classes of the run that was typed before."""
    from autoencode.runs.folder import RunFolder

    try:
        classes = RunFolder(Path(str(ctx.params["run"]))).metadata["data"]["classes"] or []
    except Exception:  # no run there yet: nothing to offer
        return []
    return [name for name in classes if name.lower().startswith(incomplete.lower())]


RunArgument = Annotated[Path, typer.Argument(help="A run folder.", autocompletion=run_names)]
SplitOption = Annotated[Literal["test", "validation", "train"], typer.Option(help="Which split of the data.")]
ClassOption = Annotated[
    str | None,
    typer.Option("--class", help="The class of the files, for a class-conditional model.", autocompletion=class_names),
]
LastOption = Annotated[bool, typer.Option("--last", help="Use the weights of the last epoch, not the best.")]
DeviceOption = Annotated[str, typer.Option(help="Where to compute: cpu, cuda, cuda:1 …")]
TrustOption = Annotated[
    str | None,
    typer.Option(
        help="The recipe of your own, module:function, that the run was trained by: opening it runs that code.",
        show_default=False,
    ),
]
