"""`autoencode morph`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from autoencode.cli.console import errors, print_result
from autoencode.cli.latent_options import EXAMPLE, PriorOption, path_names, print_note_once
from autoencode.cli.run_options import ClassOption, DeviceOption, LastOption, RunArgument, TrustOption


def morph(
    run: RunArgument,
    a: Annotated[str, typer.Argument(metavar="A", help=EXAMPLE)],
    b: Annotated[str, typer.Argument(metavar="B", help="Another.")],
    out_path: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help=".gif, .mp4 or .webm moves; .png is a strip; a folder gets every frame.",
            show_default="RUN/morphs/A-B.gif",
        ),
    ] = None,
    path: Annotated[
        list[str] | None,
        typer.Option(
            help="linear, spherical or density; several times for a strip of several.",
            show_default="linear",
            autocompletion=path_names,
        ),
    ] = None,
    frames: Annotated[
        int | None, typer.Option(min=2, help="Pictures from A to B.", show_default="32; 10 in a strip")
    ] = None,
    size: Annotated[int, typer.Option(min=1, help="Small moving pictures are enlarged to so many pixels.")] = 256,
    prior: PriorOption = None,
    density_weight: Annotated[
        float, typer.Option(min=0, help="How strongly a density path bends; 0 is straight.")
    ] = 16.0,
    of_class: ClassOption = None,
    last: LastOption = False,
    device: DeviceOption = "auto",
    trust: TrustOption = None,
) -> None:
    """Turn one picture into another, through the space of codes.

    A linear path is a straight line; a spherical one keeps the length of codes; one that follows the density bends to
    where codes are likely, by the prior (--prior) or by a mixture that is fitted to the codes at the first time.

    \b
    autoencode morph runs/photos-conv-vae a.png b.png -o ab.gif
    autoencode morph runs/photos-conv-vae a.png b.png -o ab.mp4 --path spherical --frames 90
    autoencode morph runs/fashion-mnist-fashion-vae test:1 test:3 -o ab.png --path linear --path density
    """
    from autoencode import tasks

    opened = tasks.Run(run, trust=trust, last=last, device=device)
    tasks.check_suffix(opened, out_path)
    strip = out_path is not None and out_path.suffix.lower() == ".png"
    on_note = print_note_once()
    n = frames or (10 if strip else 32)
    with errors.status("walking") as status:
        told: dict[str, Any] = {
            "prior": prior,
            "density_weight": density_weight,
            "of_class": of_class,
            "on_status": status.update,
            "on_note": on_note,
        }
        ways = [tasks.morph(opened, a, b, frames=n, path=way, **told) for way in path or [None]]
        written = tasks.save_morph(opened, ways, out_path, size)
    print_result(f"{n} frames", written)
