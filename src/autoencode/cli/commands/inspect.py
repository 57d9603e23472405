"""`autoencode inspect`."""

from rich.table import Table

from autoencode.cli.commands import Panel, command
from autoencode.cli.console import command_line, out, print_verdict, styled
from autoencode.cli.options import RunArgument, RunOptions


@command("inspect", Panel.TRAIN, rank=3)
def inspect(run: RunArgument, *, options: RunOptions) -> None:
    """Say what a run is and how good it is: its verdict, recipe, data, code and files.

    \b
    autoencode inspect runs/fashion-mnist-fashion-vae
    """
    from autoencode import tasks
    from autoencode.cli.terminal_reporter import TerminalReporter
    from autoencode.runs.record import Status

    opened = options.open(run)
    if opened.folder.record.status in (Status.COMPLETE, Status.STOPPED_EARLY):
        with TerminalReporter() as reporter:
            print_verdict(tasks.verdict(opened, reporter=reporter))
    facts = {name: fact for name, fact in opened.facts.items() if name != "verdict"}
    facts |= {"command": opened.folder.record.command, "folder": str(opened.path)}
    if opened.folder.report_file.is_file():
        facts["report"] = str(opened.folder.report_file)
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for name, fact in facts.items():
        table.add_row(styled((name, "bold")), styled(fact))
    out.print(table)
    if "report" not in facts:
        out.write_line("next     ", command_line("report", opened.path), style="dim")
