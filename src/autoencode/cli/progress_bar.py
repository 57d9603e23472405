"""The progress bar of all long operations."""

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


def progress_bar(*further: ProgressColumn, width: int, seconds: int) -> Progress:
    """Task, bar, share and remaining time on standard error, if that is a terminal; removed when the operation ends.

    Args:
        further: columns behind the others.
        width: of the bar, in characters.
        seconds: over which the speed is averaged.
    """
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=width),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        TextColumn("left"),
        *further,
        console=errors,
        transient=True,
        disable=not errors.is_terminal,
        speed_estimate_period=seconds,
    )
