"""`autoencode detect`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autoencode.cli.commands import Panel, command
from autoencode.cli.console import command_line, out, print_note, print_result
from autoencode.cli.options import ForceOption, find_run, run_names

if TYPE_CHECKING:
    from autoencode.tasks import Detected

_SHOWN = 5


@command("detect", Panel.USE, rank=8)
def detect(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="[RUN] TABLE",
            help="The run of a detector (its folder, its name under runs/, or last) and a table; or a table alone, "
            "from which a detector is trained first.",
            autocompletion=run_names,
            show_default=False,
        ),
    ],
    out_file: Annotated[
        Path | None, typer.Option("--out", "-o", help="The table of scores, .csv.", show_default="RUN/scores.csv")
    ] = None,
    contamination: Annotated[
        float | None,
        typer.Option(
            help="Share of the rows of the detector's own table that counts as outliers, up to 0.5.",
            show_default="the share in the tail of the scores",
        ),
    ] = None,
    label: Annotated[
        str | None,
        typer.Option(help="A column of labels, such as 0 and 1: it evaluates the scores and changes nothing else."),
    ] = None,
    *,
    force: ForceOption = False,
) -> None:
    """Find unusual rows in a table, and the cells that make them so.

    Writes a line for each row: its outlier score in nats (0.7 is the
    median, higher is more unusual), whether it is an outlier, and, for
    outliers, which columns make it one and what was expected of them.
    Nothing is learned from labels.

    \b
    autoencode detect table.csv -o scores.csv        train, then score
    autoencode train table.csv --recipe outliers
    autoencode detect last new.csv -o scores.csv
    autoencode detect last new.csv --contamination 0.01
    """
    from autoencode import tasks
    from autoencode.cli.terminal_reporter import TerminalReporter
    from autoencode.errors import ArgumentError

    if len(inputs) > 2:
        raise ArgumentError(f"detect takes a run and a table, or a table alone, not {len(inputs)} arguments")
    if contamination is not None and not 0 < contamination <= 0.5:
        raise ArgumentError(f"--contamination takes a share above 0 and up to 0.5, not {contamination}")
    tasks.check_output(out_file, inputs)
    *named, table = inputs
    with TerminalReporter() as reporter:
        run = find_run(named[0]) if named else tasks.train_detector(table, label=label, reporter=reporter)
        found = tasks.detect(run, table, out_file, contamination=contamination, label=label, reporter=reporter)
    _print(found, run, is_new=not named)


def _print(found: "Detected", run: Path, *, is_new: bool) -> None:
    out.write_line(
        f"{found.n_outliers:,} of {found.n_rows:,} rows are outliers ({100 * found.n_outliers / found.n_rows:.2g} %, "
        f"scores above {found.threshold:.2f} nats)"
    )
    for row, score, why in found.worst[:_SHOWN]:
        out.write_line(f"  row {row:<9,} {score:8.2f}  ", (why, "dim"))
    if found.quality is not None:
        q = found.quality
        out.write_line(
            f"against the labels ('{q.outlier}' is an outlier): AUROC {q.auroc:.3f}, average precision {q.aupr:.3f}; "
            f"precision {q.precision:.2f} and recall {q.recall:.2f} at the threshold"
        )
    print_result(f"{found.n_rows:,} scores", found.path)
    if is_new:
        print_note(f"score other rows by  {command_line('detect', run, 'TABLE')}")
