"""`autoencode report`."""

from autoencode.cli.commands import Panel, command
from autoencode.cli.console import out
from autoencode.cli.options import DataOption, DeviceOption, LastOption, RunArgument, TrustOption, TrustPathsOption


@command("report", Panel.TRAIN, rank=3)
def report(
    run: RunArgument,
    last: LastOption = False,
    device: DeviceOption = "auto",
    trust: TrustOption = None,
    data: DataOption = None,
    trust_paths: TrustPathsOption = False,
) -> None:
    """Evaluate a model and write report.html, one self-contained page.

    \b
    autoencode report runs/fashion-mnist-fashion-vae
    """
    from autoencode import tasks
    from autoencode.cli.terminal_reporter import TerminalReporter

    opened = tasks.Run(run, last=last, device=device, data=data, trust=trust, trust_paths=trust_paths)
    with TerminalReporter() as reporter:
        page = tasks.report(opened, reporter=reporter)
    out.write_line("report   ", (str(page), "bold"))
