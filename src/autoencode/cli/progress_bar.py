"""The bar of all long work."""

from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from autoencode.cli.console import errors


def progress_bar(*further: ProgressColumn, width: int, seconds: int, disable: bool = False) -> Progress:
    """What is done, how much of it and how long it still takes; gone when it ends, and never in the output itself.

    Args:
        further: columns behind the others.
        width: of the bar, in characters.
        seconds: over which the speed is averaged.
        disable: show nothing.
    """
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=width),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        TextColumn("left"),
        *further,
        console=errors,
        transient=True,
        disable=disable,
        speed_estimate_period=seconds,
    )
