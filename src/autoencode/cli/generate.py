"""`autoencode generate`."""

from pathlib import Path
from typing import Annotated

import typer

from autoencode.cli.console import errors, print_result
from autoencode.cli.latent_options import PriorOption, print_note
from autoencode.cli.run_options import DeviceOption, LastOption, RunArgument, TrustOption, class_names

ConditionOption = Annotated[
    Path | None,
    typer.Option(help="Picture to condition on, such as an outline.", show_default="some of the test split"),
]


def generate(
    run: RunArgument,
    n: Annotated[int, typer.Option("-n", "--n-samples", min=1, help="How many.")] = 64,
    out_folder: Annotated[
        Path | None, typer.Option("--out", "-o", help="Where to write.", show_default="RUN/samples")
    ] = None,
    of_class: Annotated[
        str | None,
        typer.Option(
            "--class", help="Of one class, by name or number.", show_default="some of each", autocompletion=class_names
        ),
    ] = None,
    like: Annotated[
        str | None, typer.Option(help="Near this picture: a file, or an example of the data such as test:17.")
    ] = None,
    spread: Annotated[
        float, typer.Option(min=0, max=1, help="How far from it: 0 is its reconstruction, 1 anything in the data.")
    ] = 0.5,
    temperature: Annotated[
        float, typer.Option(help="Times the standard deviations: below 1 more usual examples, above 1 stranger ones.")
    ] = 1.0,
    prior: PriorOption = None,
    condition: ConditionOption = None,
    seed: Annotated[int, typer.Option(min=0, help="Another seed gives other examples.")] = 0,
    last: LastOption = False,
    device: DeviceOption = "auto",
    trust: TrustOption = None,
) -> None:
    """Draw new examples: from a prior, of one class, or near a picture.

    \b
    autoencode generate runs/fashion-mnist-fashion-vae -n 64
    autoencode generate runs/fashion-mnist-fashion-vae --class sneaker --temperature 0.8
    autoencode generate runs/fashion-mnist-fashion-vae --like shoe.png --spread 0.3
    autoencode generate runs/fashion-mnist-conv-ae --prior mixture
    autoencode generate runs/floor-plans-floor-plan-vae --condition outline.png
    """
    from autoencode import tasks

    opened = tasks.Run(run, trust=trust, last=last, device=device)
    with errors.status("drawing") as status:
        _, files = tasks.generate(
            opened,
            n,
            out_folder,
            seed=seed,
            prior=prior,
            of_class=of_class,
            condition=condition,
            like=like,
            spread=spread,
            temperature=temperature,
            on_status=status.update,
            on_note=print_note,
        )
    print_result(f"{n:,} drawn", files[-1])
