"""`autoencode generate`."""

from pathlib import Path
from typing import Annotated

import typer

from autoencode.cli.commands import Panel, command
from autoencode.cli.console import print_lines, print_result
from autoencode.cli.options import (
    ExampleOptions,
    ForceOption,
    PriorOption,
    RunArgument,
    RunOptions,
    SharpenOption,
    class_names,
)

_ClassOption = Annotated[
    str | None,
    typer.Option(
        "--class", help="A class, by name or number.", show_default="some of each", autocompletion=class_names
    ),
]


@command("generate", Panel.USE, rank=3)
def generate(
    run: RunArgument,
    n: Annotated[int, typer.Option("-n", "--n-samples", min=1, help="Number of examples.")] = 64,
    out_folder: Annotated[
        Path | None, typer.Option("--out", "-o", help="Where to write.", show_default="RUN/samples")
    ] = None,
    of_class: _ClassOption = None,
    like: Annotated[
        str | None, typer.Option(help="Sample near this picture: a file, or an example of the data such as test:17.")
    ] = None,
    spread: Annotated[
        float,
        typer.Option(
            min=0, max=1, help="Distance from --like: 0 is its reconstruction, 1 a sample like any of the data."
        ),
    ] = 0.5,
    same_class: Annotated[
        bool, typer.Option("--same-class", help="Differ from --like as examples of one class do.")
    ] = False,
    cut_out: Annotated[
        bool, typer.Option("--cut-out", help="Write grey shapes in white on a transparent ground.")
    ] = False,
    connected: Annotated[
        str | None,
        typer.Option(
            help="Of maps: keep those where all D can be reached over F and S, as D:FS; of floor plans: rooms.",
            show_default="all",
        ),
    ] = None,
    temperature: Annotated[
        float, typer.Option(help="Multiplies the standard deviations: below 1 more typical, above 1 more unusual.")
    ] = 1.0,
    top_k: Annotated[
        int | None, typer.Option(min=1, help="Of text: draw from the so many likeliest words only.", show_default="all")
    ] = None,
    nucleus: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, help="Of text: draw from the likeliest words that make up this share.", show_default="0.9"
        ),
    ] = None,
    begin: Annotated[
        str | None, typer.Option(help="Of text: how every line begins.", show_default="any beginning")
    ] = None,
    sharpen: SharpenOption = False,
    prior: PriorOption = None,
    condition: Annotated[
        Path | None,
        typer.Option(help="Picture to condition on, such as an outline.", show_default="some of the test split"),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the samples.")] = 0,
    *,
    reading: ExampleOptions,
    options: RunOptions,
    force: ForceOption = False,
) -> None:
    """Generate new examples: from a prior, of one class, or near a picture.

    Of text, words are drawn one after the other, and --temperature is theirs as well.

    \b
    autoencode generate runs/fashion-mnist-fashion-vae -n 64
    autoencode generate runs/clothes --class sneaker --temperature 0.8
    autoencode generate runs/clothes --like shoe.png --spread 0.3
    autoencode generate runs/photos-pca-vae --sharpen
    autoencode generate runs/leaves --like leaf.png --same-class --cut-out
    autoencode generate runs/rooms --connected D:FSM
    autoencode generate runs/fashion-mnist-conv-ae --prior mixture
    autoencode generate runs/plans --condition outline.png --connected rooms
    autoencode generate runs/sentences-text-vae -n 20 --temperature 0.7
    autoencode generate runs/sentences-text-vae --begin "I would like"
    """
    from autoencode import tasks
    from autoencode.cli.terminal_reporter import TerminalReporter

    opened = options.open(run, reading)
    with TerminalReporter() as reporter:
        made, files = tasks.generate(
            opened,
            n,
            out_folder,
            seed=seed,
            prior=prior,
            of_class=of_class,
            condition=condition,
            like=like,
            spread=spread,
            connected=connected,
            same_class=same_class,
            cut_out=cut_out,
            temperature=temperature,
            top_k=top_k,
            nucleus=nucleus,
            begin=begin,
            sharpen=sharpen,
            reporter=reporter,
        )
    print_lines(opened, made)
    print_result(f"{n:,} generated", files[-1])
