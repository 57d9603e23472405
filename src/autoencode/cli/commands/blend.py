"""`autoencode blend`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from autoencode.cli.commands import Panel, command
from autoencode.cli.console import print_result
from autoencode.cli.options import (
    ClassOption,
    ExampleOptions,
    ForceOption,
    RunArgument,
    RunOptions,
    SharpenOption,
    path_names,
)
from autoencode.errors import ArgumentError

if TYPE_CHECKING:
    from autoencode.tasks import Blend

_WeightOption = Annotated[
    float | None,
    typer.Option(
        min=0, max=1, help="Weight of B in the average of the codes.", show_default="0.5 if the model has no levels"
    ),
]


@command("blend", Panel.USE, rank=5)
def blend(
    run: RunArgument,
    pictures: Annotated[
        list[str],
        typer.Argument(metavar="A B", help="Two pictures, or examples of the data such as test:17; with --grid, more."),
    ],
    out_path: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="A .png for a sheet, or a folder.", show_default="RUN/blends"),
    ] = None,
    coarse: Annotated[
        Literal["A", "B"] | None,
        typer.Option(help="Which picture gives the top levels, if the model has levels.", show_default="A"),
    ] = None,
    fine: Annotated[
        Literal["A", "B"] | None,
        typer.Option(help="Which picture gives the levels below.", show_default="the other one"),
    ] = None,
    levels: Annotated[
        int | None, typer.Option(min=0, help="How many levels count as top levels.", show_default="half of them")
    ] = None,
    weight: _WeightOption = None,
    path: Annotated[
        str, typer.Option(help="linear or spherical: the path on which the average lies.", autocompletion=path_names)
    ] = "linear",
    from_b: Annotated[
        list[str] | None,
        typer.Option("--from-b", help="An attribute that comes from B; can be given several times."),
    ] = None,
    sharpen: SharpenOption = False,
    grid: Annotated[bool, typer.Option("--grid", help="A table that blends every picture with every other.")] = False,
    of_class: ClassOption = None,
    *,
    reading: ExampleOptions,
    options: RunOptions,
    force: ForceOption = False,
) -> None:
    """Blend two pictures: the coarse levels of A with the fine levels of B, or the average of their codes.

    A model with several levels of latents (ladder-vae) takes the top levels of the code from one picture and the levels
    below from the other. A model that learned attributes (attribute-vae) takes those of --from-b from B and all else
    from A. For any other model the two codes are averaged.

    \b
    autoencode blend runs/mnist-ladder-vae a.png b.png --coarse A --fine B
    autoencode blend runs/photos-pca-vae a.png b.png --weight 0.3 -o ab.png
    autoencode blend runs/faces a.png b.png --from-b mouth --from-b eyes
    autoencode blend runs/mnist-ladder-vae test:1 test:2 test:3 --grid -o t.png
    """
    from autoencode import tasks
    from autoencode.cli.terminal_reporter import TerminalReporter

    if not grid and len(pictures) != 2:
        raise ArgumentError(f"blend takes two pictures, not {len(pictures)}; add --grid for a table of more")
    top = _top(coarse, fine)
    opened = options.open(run, reading)
    tasks.check_output(out_path, pictures, may_be_folder=True)
    reporter = TerminalReporter()
    made = tasks.blend(
        opened,
        pictures,
        levels=levels,
        weight=weight,
        path=path,
        attributes=from_b or (),
        of_class=of_class,
        sharpen=sharpen,
        reporter=reporter,
    )
    if not made.by_levels and (coarse or fine):
        reporter.note(
            "the codes are averaged: --coarse and --fine have an effect only for models with levels, such as ladder-vae"
        )
    swapped = made.by_levels and top == "B"
    files = tasks.save_blend(opened, made, out_path, pair=None if grid else (1, 0) if swapped else (0, 1))
    print_result(_how(made), files[-1])


def _how(made: "Blend") -> str:
    if made.attributes:
        return f"{', '.join(made.attributes)} of B, all else of A"
    return f"top {made.levels} levels of one picture, the rest of the other" if made.by_levels else "codes averaged"


def _top(coarse: str | None, fine: str | None) -> str:
    """Which picture gives the top levels."""
    top = coarse or ("A" if fine != "A" else "B")
    if fine == top:
        raise ArgumentError(
            f"--coarse {fine} and --fine {fine} name the same picture; name the other one in one of them"
        )
    return top
