"""`autoencode blend`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from autoencode.cli.console import print_result
from autoencode.cli.latent_options import path_names, print_note
from autoencode.cli.run_options import ClassOption, DeviceOption, LastOption, RunArgument, TrustOption
from autoencode.errors import ArgumentError


def blend(
    run: RunArgument,
    pictures: Annotated[
        list[str],
        typer.Argument(metavar="A B", help="Two pictures, or examples of the data such as test:17; more with --grid."),
    ],
    out_path: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="A .png for a sheet, or a folder.", show_default="RUN/blends"),
    ] = None,
    coarse: Annotated[
        Literal["A", "B"] | None, typer.Option(help="Whose top levels, where the model has levels.", show_default="A")
    ] = None,
    fine: Annotated[
        Literal["A", "B"] | None, typer.Option(help="Whose levels below them.", show_default="the other's")
    ] = None,
    levels: Annotated[
        int | None, typer.Option(min=0, help="How many top levels are the coarse ones.", show_default="half of them")
    ] = None,
    weight: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Of B, where codes are averaged.", show_default="0.5 without levels"),
    ] = None,
    path: Annotated[
        str, typer.Option(help="linear or spherical: where the code between lies.", autocompletion=path_names)
    ] = "linear",
    grid: Annotated[bool, typer.Option("--grid", help="A table of every picture with every other.")] = False,
    of_class: ClassOption = None,
    last: LastOption = False,
    device: DeviceOption = "auto",
    trust: TrustOption = None,
) -> None:
    """Put two pictures into one: the coarse of A and the fine of B, or the code between them.

    A model with levels (ladder-vae) takes its top levels from one picture and asks for the rest by the other. Any other
    takes the code between the two.

    \b
    autoencode blend runs/fashion-mnist-ladder-vae a.png b.png --coarse A --fine B
    autoencode blend runs/photos-conv-vae a.png b.png --weight 0.3 -o ab.png
    autoencode blend runs/fashion-mnist-ladder-vae test:1 test:2 test:3 test:4 --grid -o table.png
    """
    from autoencode import tasks

    if not grid and len(pictures) != 2:
        raise ArgumentError(f"a blend is of two pictures, and {len(pictures)} came: say --grid for a table")
    rows = coarse or ("A" if fine != "A" else "B")
    if fine == rows:
        raise ArgumentError(f"--coarse and --fine are both {fine}: that is the picture itself")
    opened = tasks.Run(run, trust=trust, last=last, device=device)
    made = tasks.blend(opened, pictures, levels=levels, weight=weight, path=path, of_class=of_class, on_note=print_note)
    if not made.by_levels and (coarse or fine):
        print_note("codes are averaged: --coarse and --fine are for models with levels, such as ladder-vae")
    swapped = made.by_levels and rows == "B"
    files = tasks.save_blend(opened, made, out_path, pair=None if grid else (1, 0) if swapped else (0, 1))
    how = f"{made.levels} top levels of the one, the rest of the other" if made.by_levels else "codes averaged"
    print_result(how, files[-1])
