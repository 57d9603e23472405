"""`autoencode inspect`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from autoencode.cli.commands import Panel, command
from autoencode.cli.console import command_line, out, print_verdict, styled
from autoencode.cli.options import RunOptions, find_run, run_names

if TYPE_CHECKING:
    from autoencode.tasks import Contents

_SHOWN = 20


@command("inspect", Panel.TRAIN, rank=3)
def inspect(
    run: Annotated[
        Path,
        typer.Argument(
            metavar="RUN|FILE",
            help="A run: its folder, its name under runs/, or last; or an .aec file.",
            parser=find_run,
            autocompletion=run_names,
            show_default=False,
        ),
    ],
    *,
    options: RunOptions,
) -> None:
    """Say what a run is and how good it is, or what a compressed file holds.

    Of a run: its verdict, recipe, data, code and files. Of a compressed file:
    the files in it, the model that it needs, and its size.

    \b
    autoencode inspect runs/fashion-mnist-fashion-vae
    autoencode inspect photos.aec
    """
    if run.is_file():
        _inspect_compressed(run)
    else:
        _inspect_run(run, options)


def _inspect_run(run: Path, options: RunOptions) -> None:
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
    _print_facts(facts)
    if "report" not in facts:
        out.write_line("next     ", command_line("report", opened.path), style="dim")


def _inspect_compressed(file: Path) -> None:
    from autoencode import tasks

    found = tasks.read_contents(file)
    total = sum(archived.size for archived in found.files)
    coded = sum(archived.count is not None for archived in found.files)
    _print_facts(
        {
            "files": f"{len(found.files):,}, of which the model coded {coded:,}"
            + ("" if found.complete else ", stopped"),
            "size": f"{found.size:,} bytes, {found.size / max(1, total):.1%} of {total:,}",
            "coded": _payload(found),
            "model": f"{_model_name(found)} ({found.model[:12]})",
        }
    )
    for line in found.comparison.lines if found.comparison else ():
        out.write_line(line)
    for archived in found.files[:_SHOWN]:
        coded_as = f"{archived.count:,} examples" if found.profile is None else "a picture"
        what = "stored as it is" if archived.count is None else coded_as
        out.write_line(f"{archived.name}  {archived.size:,} bytes, {what}", style="dim")
    if len(found.files) > _SHOWN:
        out.write_line(f"… and {len(found.files) - _SHOWN:,} more", style="dim")


def _payload(contents: "Contents") -> str:
    """What the model coded, and with the model where that is in the file."""
    coded = f"{contents.payload:,} bytes"
    return f"{coded}, {contents.payload + contents.model_size:,} with the model" if contents.model_size else coded


def _model_name(contents: "Contents") -> str:
    if contents.profile is not None:
        return f"ready-made, --{contents.profile}"
    return f"{contents.run}, {'in the file' if contents.has_model else 'not in the file'}"


def _print_facts(facts: dict[str, str]) -> None:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for name, fact in facts.items():
        table.add_row(styled((name, "bold")), styled(fact))
    out.print(table)
