"""`autoencode reproduce`."""

from pathlib import Path
from typing import Annotated

import typer

from autoencode.cli.console import errors, out


def _names(incomplete: str) -> list[str]:
    from autoencode.tasks.reproduce.published_results import reproductions

    return [name for name in reproductions if name.startswith(incomplete)]


def reproduce(
    name: Annotated[str, typer.Argument(help="See: autoencode list reproductions.", autocompletion=_names)],
    out_folder: Annotated[
        Path | None, typer.Option("--out", "-o", help="The run folder.", show_default="runs/reproduce/NAME-SEED")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the training.")] = 0,
    epochs: Annotated[int | None, typer.Option(min=1, help="Other than planned.")] = None,
    minutes: Annotated[float | None, typer.Option(min=0, help="Shorten the training to about so many.")] = None,
    importance_samples: Annotated[
        int | None, typer.Option(min=1, help="Draws for each test example.", show_default="the paper's")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Measure so many of the test split.", show_default="all")
    ] = None,
) -> None:
    """Train a published setting, and print what came out beside what was published.

    A training that was stopped goes on where it was; one that is complete is only measured again.

    \b
    autoencode reproduce vae-static
    autoencode reproduce iwae-5 --minutes 10 --importance-samples 500 --limit 1000
    autoencode reproduce documents                 the tutorials' dirty scans, in 30 minutes
    """
    from autoencode import tasks
    from autoencode.cli.terminal_reporter import TerminalReporter
    from autoencode.cli.training_progress import TrainingProgress
    from autoencode.tasks.reproduce.published_results import reproductions

    goal = reproductions[name]
    if goal.needs_gpu:
        errors.print("this one takes many hours on a processor; --minutes shortens it", style="yellow")
    with TrainingProgress() as callback, TerminalReporter() as reporter:
        found = tasks.reproduce(
            name,
            out_folder,
            seed=seed,
            epochs=epochs,
            minutes=minutes,
            importance_samples=importance_samples,
            examples=limit,
            callback=callback,
            reporter=reporter,
        )
    draws = "" if found.draws is None else f" ({found.draws:,} draws)"
    out.print(f"[bold]{name}[/]: {found.quantity}{draws}")
    out.print(f"  obtained    {found.obtained}  ({found.obtained.n:,} {found.sampling_unit})")
    out.print(f"  published   {found.published:g}  [dim]{goal.source}[/]")
    out.print(f"  difference  {found.difference}")
    out.print(f"  {found.epochs:g} epochs, {found.minutes:.1f} minutes on {found.hardware}, seed {found.seed}")
    if goal.differs:
        out.print(f"  differs from the paper: {goal.differs}", style="dim")
    if not found.complete:
        out.print("  shorter than planned, so this is no reproduction yet", style="yellow")
