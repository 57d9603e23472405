"""`autoencode augment`."""

from pathlib import Path
from typing import Annotated

import typer

from autoencode.cli.commands import Panel, command
from autoencode.cli.console import print_result
from autoencode.cli.options import ForceOption, RunArgument, RunOptions


@command("augment", Panel.USE, rank=9)
def augment(
    run: RunArgument,
    per_class: Annotated[int, typer.Option(min=1, help="Number of examples of each class.")] = 100,
    out_folder: Annotated[
        Path | None, typer.Option("--out", "-o", help="Where to write.", show_default="RUN/augmented")
    ] = None,
    temperature: Annotated[
        float, typer.Option(help="Multiplies the standard deviations: below 1 more typical, above 1 more unusual.")
    ] = 1.0,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the samples.")] = 0,
    *,
    options: RunOptions,
    force: ForceOption = False,
) -> None:
    """Generate as many examples of each class, to add to few labelled ones.

    \b
    autoencode augment runs/flowers --per-class 200 -o more/
    autoencode augment runs/flowers -o more/ --temperature 0.8
    """
    from autoencode import tasks
    from autoencode.cli.terminal_reporter import TerminalReporter

    opened = options.open(run)
    with TerminalReporter() as reporter:
        files = tasks.augment(opened, per_class, out_folder, temperature=temperature, seed=seed, reporter=reporter)
    folder = next(iter(files.values()))[-1].parent.parent
    print_result(f"{per_class:,} of each of {len(files):,} classes generated", folder)
