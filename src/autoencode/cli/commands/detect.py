"""`autoencode detect`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from autoencode.cli.commands import Panel, command
from autoencode.cli.console import command_line, out, print_note, print_result
from autoencode.cli.options import ForceOption, ShardOptions, find_run, run_names

if TYPE_CHECKING:
    from autoencode.runtime.reporter import Reporter
    from autoencode.tasks import Anomalies, Detected, DetectedInSeries, DetectionQuality

_SHOWN = 5


@command("detect", Panel.USE, rank=8)
def detect(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="[RUN] TABLE|SERIES|PICTURES…",
            help="The run of a detector (its folder, its name under runs/, or last), and a table, a series, or "
            "pictures and folders of them; or a table alone, from which a detector is trained first.",
            autocompletion=run_names,
            show_default=False,
        ),
    ],
    out_path: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="The table of scores, .csv; for pictures a folder.",
            show_default="RUN/scores.csv, or RUN/found",
        ),
    ] = None,
    contamination: Annotated[
        float | None,
        typer.Option(
            help="Share of the rows that the detector was trained on that counts as outliers, up to 0.5.",
            show_default="the share in the tail of the scores",
        ),
    ] = None,
    label: Annotated[
        str | None,
        typer.Option(help="A column of labels, such as 0 and 1: it evaluates the scores and changes nothing else."),
    ] = None,
    false_alarms: Annotated[
        float | None,
        typer.Option(
            help="Share of good pictures that may be called anomalies, up to 0.5.",
            show_default="0.01, one in a hundred",
        ),
    ] = None,
    *,
    shards: ShardOptions,
    force: ForceOption = False,
) -> None:
    """Find unusual rows in a table or a series, or defects in pictures.

    Of a table each row gets an outlier score in nats (0.7 is the median,
    higher is more unusual), and outliers the columns that make them so
    and what was expected of them. Nothing is learned from labels.

    Of a series, a table whose rows follow each other in time, each row is
    scored by those before and after it, and stretches are named.

    Of pictures each gets a score, a heat map and a mask; sheet.png shows
    the most unusual, scores.csv has them all, the worst first. The
    detector is trained on good pictures alone.

    \b
    autoencode detect table.csv -o scores.csv        train, then score
    autoencode train table.csv --recipe outliers
    autoencode detect last new.csv -o scores.csv
    autoencode detect last new.csv --contamination 0.01
    autoencode train machine.csv --recipe series
    autoencode detect last today.csv -o scores.csv
    autoencode train good/ --recipe anomaly
    autoencode detect last photos/ -o found/
    autoencode detect last 'table-{0000..0127}.parquet' -o scores/ --part 3/16
    """
    from autoencode import tasks
    from autoencode.cli.terminal_reporter import TerminalReporter
    from autoencode.tasks.detect_anomalies import FALSE_ALARMS

    if shards.are_meant(inputs[1:]):
        _detect_in_shards(inputs, out_path, contamination, label, false_alarms, shards)
        return
    with TerminalReporter() as reporter:
        found = anomalies = stretches = None
        kind = _kind(inputs)
        if kind == "anomaly":
            _refuse("pictures", contamination=contamination, label=label)
            run = find_run(inputs[0])
            share = FALSE_ALARMS if false_alarms is None else false_alarms
            anomalies = tasks.detect_anomalies(run, inputs[1:], out_path, false_alarms=share, reporter=reporter)
        elif kind == "series":
            _refuse("a series", false_alarms=false_alarms)
            run, series = find_run(inputs[0]), _only(inputs[1:])
            stretches = tasks.detect_in_series(
                run, series, out_path, contamination=contamination, label=label, reporter=reporter
            )
        else:
            _refuse("a table", false_alarms=false_alarms)
            run, found = _detect_rows(inputs, out_path, contamination, label, reporter)
    if anomalies is not None:
        _print_anomalies(anomalies)
    if stretches is not None:
        _print_stretches(stretches)
    if found is not None:
        _print(found, run, is_new=len(inputs) == 1)


def _detect_in_shards(
    inputs: list[str],
    path: Path | None,
    contamination: float | None,
    label: str | None,
    false_alarms: float | None,
    shards: ShardOptions,
) -> None:
    from autoencode import tasks
    from autoencode.errors import ArgumentError

    if len(inputs) < 2:
        raise ArgumentError(f"shards are scored by a trained detector: name its run before {inputs[0]}")
    kind, run = _kind(inputs), find_run(inputs[0])
    if kind == "series":
        raise ArgumentError(
            "the rows of a series follow each other through all files: leave --part and --processes out"
        )
    _refuse("shards", label=label)
    given = {"false_alarms": false_alarms} if kind == "anomaly" else {"contamination": contamination}
    _refuse(
        "this detector", **({"contamination": contamination} if kind == "anomaly" else {"false_alarms": false_alarms})
    )
    chosen = {name: value for name, value in given.items() if value is not None}
    shards.work(tasks.DetectShards(run, path or run / "scores", {}, chosen), inputs[1:])


def _kind(inputs: list[str]) -> str | None:
    """The kind of the detector, if the first of several inputs is the run of one.

    Raises:
        ArgumentError: pictures without a detector.
    """
    from autoencode.errors import ArgumentError
    from autoencode.runs.folder import RunFolder

    if len(inputs) > 1:
        return RunFolder(find_run(inputs[0])).record.recipe
    if Path(inputs[0]).is_dir():
        raise ArgumentError(
            f"detect takes the run of a detector before {inputs[0]}: train one on good pictures with "
            f"{command_line('train', 'GOOD', '--recipe', 'anomaly')}"
        )
    return None


def _only(series: list[str]) -> str:
    from autoencode.errors import ArgumentError

    if len(series) > 1:
        raise ArgumentError(f"detect takes a run and one series, not {len(series)}")
    return series[0]


def _refuse(what: str, **options: Any) -> None:
    from autoencode.errors import ArgumentError

    for name, value in options.items():
        if value is not None:
            raise ArgumentError(f"--{name.replace('_', '-')} has no meaning for {what}: leave it out")


def _detect_rows(
    inputs: list[str], path: Path | None, contamination: float | None, label: str | None, reporter: "Reporter"
) -> tuple[Path, "Detected"]:
    from autoencode import tasks
    from autoencode.errors import ArgumentError

    if len(inputs) > 2:
        raise ArgumentError(f"detect takes a run and a table, or a table alone, not {len(inputs)} arguments")
    if contamination is not None and not 0 < contamination <= 0.5:
        raise ArgumentError(f"--contamination takes a share above 0 and up to 0.5, not {contamination}")
    tasks.check_output(path, inputs)
    *named, table = inputs
    run = find_run(named[0]) if named else tasks.train_detector(table, label=label, reporter=reporter)
    return run, tasks.detect(run, table, path, contamination=contamination, label=label, reporter=reporter)


def _print_anomalies(found: "Anomalies") -> None:
    out.write_line(f"{found.n_anomalies:,} of {len(found.found):,} pictures are anomalies")
    out.write_line(found.rule, style="dim")
    for one in found.found[:_SHOWN]:
        out.write_line(f"  {one.score:8.2f}  p = {one.p_value:<8.2g} ", (str(one.name), "dim"))
    q = found.quality
    if q is not None:
        figures = {
            "image AUROC": q.image_auroc,
            "pixel AUROC": q.pixel_auroc,
            "AUPRO at 0.3": q.aupro,
            "F1 of the masks": q.f1,
        }
        known = ", ".join(f"{name} {value:.3f}" for name, value in figures.items() if value is not None)
        out.write_line(f"against the folders and masks: {known or 'all alike, nothing to compare'}")
    print_result(f"{len(found.found):,} pictures", found.path)
    print_note(f"look at  {found.path / 'sheet.png'}")


def _print(found: "Detected", run: Path, *, is_new: bool) -> None:
    out.write_line(
        f"{found.n_outliers:,} of {found.n_rows:,} rows are outliers ({100 * found.n_outliers / found.n_rows:.2g} %, "
        f"scores above {found.threshold:.2f} nats)"
    )
    for row, score, why in found.worst[:_SHOWN]:
        out.write_line(f"  row {row:<9,} {score:8.2f}  ", (why, "dim"))
    _print_quality(found.quality)
    print_result(f"{found.n_rows:,} scores", found.path)
    if is_new:
        print_note(f"score other rows by  {command_line('detect', run, 'TABLE')}")


def _print_stretches(found: "DetectedInSeries") -> None:
    share = 100 * found.n_outliers / found.n_rows
    out.write_line(
        f"{len(found.segments):,} stretches are unusual, {found.n_outliers:,} of {found.n_rows:,} rows ({share:.2g} %, "
        f"scores above {found.threshold:.2f} nats)"
    )
    for one in found.segments[:_SHOWN]:
        rows = f"rows {one.first:,} to {one.last:,}" if one.last > one.first else f"row {one.first:,}"
        out.write_line(f"  {rows:<27}{one.score:8.2f}  ", (", ".join(one.columns), "dim"))
    _print_quality(found.quality)
    print_result(f"{found.n_rows:,} scores", found.path)


def _print_quality(q: "DetectionQuality | None") -> None:
    if q is not None:
        out.write_line(
            f"against the labels ('{q.outlier}' is an outlier): AUROC {q.auroc:.3f}, average precision {q.aupr:.3f}; "
            f"precision {q.precision:.2f} and recall {q.recall:.2f} at the threshold"
        )
