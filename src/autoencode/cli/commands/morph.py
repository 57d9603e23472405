"""`autoencode morph`."""

from pathlib import Path
from typing import Annotated

import typer

from autoencode.cli.commands import Panel, command
from autoencode.cli.console import print_lines, print_result
from autoencode.cli.options import (
    EXAMPLE,
    ClassOption,
    ExampleOptions,
    ForceOption,
    PriorOption,
    RunArgument,
    RunOptions,
    path_names,
)

_IN_A_STRIP = 10
"""Examples between two that fit beside each other."""
_OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        help="An animation (.gif, .mp4, .webm), a strip (.png), or a folder for the frames.",
        show_default="RUN/morphs/A-B.gif",
    ),
]

_PathOption = Annotated[
    list[str] | None,
    typer.Option(
        help="linear, spherical or density; given several times, a strip shows each.",
        show_default="linear",
        autocompletion=path_names,
    ),
]


@command("morph", Panel.USE, rank=4)
def morph(
    run: RunArgument,
    a: Annotated[str, typer.Argument(metavar="A", help=EXAMPLE)],
    b: Annotated[str, typer.Argument(metavar="B", help="Another one.")],
    out_path: _OutOption = None,
    path: _PathOption = None,
    frames: Annotated[
        int | None,
        typer.Option(min=2, help="Number of pictures from A to B.", show_default="32; 10 in a strip or of text"),
    ] = None,
    size: Annotated[int, typer.Option(min=1, help="Small animations are enlarged to this many pixels.")] = 256,
    prior: PriorOption = None,
    density_weight: Annotated[
        float, typer.Option(min=0, help="How strongly a density path follows the density; 0 gives a straight line.")
    ] = 16.0,
    of_class: ClassOption = None,
    *,
    reading: ExampleOptions,
    options: RunOptions,
    force: ForceOption = False,
) -> None:
    """Interpolate between two pictures in the latent space, as an animation or a strip; or between two sentences.

    A linear path is a straight line, a spherical one keeps the norm of the codes, and a density path bends towards
    likely codes: likely under the prior (--prior), or under a mixture that is fitted to the codes on first use.

    \b
    autoencode morph runs/photos-pca-vae a.png b.png -o ab.gif
    autoencode morph runs/photos-pca-vae a.png b.png -o ab.mp4 --path spherical
    autoencode morph runs/clothes test:1 test:3 --path density -o ab.png
    autoencode morph runs/sentences-text-vae "I am tired." "Who is she?"
    """
    from autoencode import tasks
    from autoencode.cli.terminal_reporter import TerminalReporter

    opened = options.open(run, reading)
    tasks.check_output(out_path, [a, b], may_be_folder=True)
    tasks.check_suffix(opened, out_path)
    strip = out_path is not None and out_path.suffix.lower() == ".png"
    n = frames or min(opened.modality.n_between, _IN_A_STRIP if strip else opened.modality.n_between)
    with TerminalReporter() as reporter:
        paths = [
            tasks.morph(
                opened,
                a,
                b,
                frames=n,
                path=kind,
                prior=prior,
                density_weight=density_weight,
                of_class=of_class,
                reporter=reporter,
            )
            for kind in path or [None]
        ]
        written = tasks.save_morph(opened, paths, out_path, size)
    for one in paths:
        print_lines(opened, one.examples)
    print_result(f"{n} frames", written)
