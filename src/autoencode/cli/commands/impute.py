"""`autoencode impute`."""

from pathlib import Path
from typing import Annotated

import typer

from autoencode.cli.commands import Panel, command
from autoencode.cli.console import out, print_note, print_result
from autoencode.cli.options import ForceOption, RunArgument, RunOptions

_SHOWN = 8


@command("impute", Panel.USE, rank=9)
def impute(
    run: RunArgument,
    table: Annotated[Path, typer.Argument(help="A .csv, .tsv or .parquet file.", show_default=False)],
    out_file: Annotated[
        Path | None, typer.Option("--out", "-o", help="The filled table, .csv.", show_default="RUN/imputed.csv")
    ] = None,
    samples: Annotated[
        int | None,
        typer.Option(help="Write so many tables, whose cells are drawn.", show_default="one of the best guesses"),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 0,
    *,
    options: RunOptions,
    force: ForceOption = False,
) -> None:
    """Fill the missing cells of a table from the cells that are there.

    The model is one that was trained on such a table, which may have missing
    cells itself. Cells that are there stay as they are. What is computed of
    the tables of --samples shows how uncertain the filled cells are.

    \b
    autoencode train people.csv -r deep-vae -o runs/people
    autoencode impute runs/people people.csv -o full.csv
    autoencode impute runs/people people.csv -o full.csv --samples 5
    """
    from autoencode import tasks
    from autoencode.cli.terminal_reporter import TerminalReporter

    opened = options.open(run)
    with TerminalReporter() as reporter:
        done = tasks.impute(opened, table, out_file, samples=samples, seed=seed, reporter=reporter)
    if done.left_out:
        print_note(f"columns that the model does not know keep their missing cells: {_listed(done.left_out)}")
    cells = sum(done.filled.values())
    if not cells:
        print_note("no cell of the model's columns is missing")
    where = f": {_listed([f'{name} {count:,}' for name, count in done.filled.items()])}" if cells else ""
    print_result(f"{done.n_rows:,} rows, {cells:,} cells filled{where}", done.paths[0])
    for path in done.paths[1:]:
        out.write_line("         ", str(path))


def _listed(names: list[str] | tuple[str, ...]) -> str:
    return ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
