"""`autoencode reproduce`."""

from pathlib import Path
from typing import Annotated

import typer

from autoencode.cli.commands import Panel, command
from autoencode.cli.console import errors, out


def _names(incomplete: str) -> list[str]:
    from autoencode.tasks.reproduce.published_results import reproductions

    return [name for name in reproductions if name.startswith(incomplete)]


@command("reproduce", Panel.REFERENCE, rank=4)
def reproduce(
    name: Annotated[
        str,
        typer.Argument(help="Name of a published result; see: autoencode list reproductions.", autocompletion=_names),
    ],
    out_folder: Annotated[
        Path | None, typer.Option("--out", "-o", help="The run folder.", show_default="runs/reproduce/NAME-SEED")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the training.")] = 0,
    epochs: Annotated[int | None, typer.Option(min=1, help="Epochs, if other than planned.")] = None,
    minutes: Annotated[
        float | None, typer.Option(min=0, help="Shorten the training to about this many minutes.")
    ] = None,
    importance_samples: Annotated[
        int | None, typer.Option(min=1, help="Samples of z per test example.", show_default="the paper's")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Number of test examples to measure.", show_default="all")
    ] = None,
) -> None:
    """Train with the settings of a published result, and compare the two numbers.

    An interrupted training is resumed; a complete one is only measured again.

    \b
    autoencode reproduce vae-static
    autoencode reproduce iwae-5 --minutes 10 --importance-samples 500
    autoencode reproduce documents --minutes 30
    """
    from autoencode import tasks
    from autoencode.cli.training_progress import TrainingProgress
    from autoencode.tasks.reproduce.published_results import reproductions

    goal = reproductions[name]
    if goal.needs_gpu:
        errors.write_line("this takes many hours on a CPU; --minutes shortens the training", style="yellow")
    with TrainingProgress() as reporter:
        found = tasks.reproduce(
            name,
            out_folder,
            seed=seed,
            epochs=epochs,
            minutes=minutes,
            importance_samples=importance_samples,
            examples=limit,
            reporter=reporter,
        )
    samples = "" if found.draws is None else f" ({found.draws:,} samples)"
    out.write_line((name, "bold"), f": {found.quantity}{samples}")
    out.write_line(f"  obtained    {found.obtained}  ({found.obtained.n:,} {found.sampling_unit})")
    out.write_line(f"  published   {found.published:g}  ", (goal.source, "dim"))
    out.write_line(f"  difference  {found.difference}")
    out.write_line(f"  {found.epochs:g} epochs, {found.minutes:.1f} minutes on {found.hardware}, seed {found.seed}")
    if goal.differs:
        out.write_line(f"  differs from the paper: {goal.differs}", style="dim")
    if not found.complete:
        out.write_line("  trained for less than planned, so this does not count as a reproduction", style="yellow")
