"""`autoencode report`."""

from autoencode.cli.commands import Panel, command
from autoencode.cli.console import out
from autoencode.cli.options import RunArgument, RunOptions


@command("report", Panel.TRAIN, rank=3)
def report(
    run: RunArgument,
    *,
    options: RunOptions,
) -> None:
    """Evaluate a model and write report.html, one self-contained page.

    \b
    autoencode report runs/fashion-mnist-fashion-vae
    """
    from autoencode import tasks
    from autoencode.cli.terminal_reporter import TerminalReporter

    opened = options.open(run)
    with TerminalReporter() as reporter:
        page = tasks.report(opened, reporter=reporter)
    out.write_line("report   ", (str(page), "bold"))
