"""Finds unusual stretches in series."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from jaxtyping import Float64

from autoencode.data.resolve import resolve_path
from autoencode.data.tables.columns import Frame, NumberColumn, import_pandas, shown
from autoencode.data.tables.series import read_series
from autoencode.data.tables.survey import survey
from autoencode.detection.detectors import keep_detector
from autoencode.detection.row_encoder import RowEncoder
from autoencode.detection.segments import Segment, segments
from autoencode.detection.series_detector import SeriesDetector
from autoencode.detection.series_score import StepScores
from autoencode.detection.table_detector import check_numbers
from autoencode.errors import ArgumentError, DataError
from autoencode.runs.folder import RunFolder
from autoencode.runs.replacing import SCORES_HEADING, check_output
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter, resolve_reporter, track
from autoencode.storage import atomic_write
from autoencode.tasks.detect import (
    DetectionQuality,
    check_label_is_new,
    check_labels,
    detection_quality,
    label_texts,
    without_labels,
)

_SHOWN, _LEAST = 3, 0.1


@dataclass(frozen=True)
class UnusualSegment:
    """Rows one after the other that are unusual.

    Args:
        first: the number of its first row, from 1 on.
        last: of its last row.
        score: the highest score of its rows, in nats.
        columns: those that contribute most to it.
    """

    first: int
    last: int
    score: float
    columns: tuple[str, ...]


@dataclass(frozen=True)
class DetectedInSeries:
    """What was found in series.

    Args:
        path: the table of scores.
        n_rows: how many steps were scored, of all series.
        n_outliers: how many are above the threshold.
        threshold: in nats.
        segments: the unusual stretches, the worst first.
        quality: of the steps against labels; None without any.
    """

    path: Path
    n_rows: int
    n_outliers: int
    threshold: float
    segments: tuple[UnusualSegment, ...]
    quality: DetectionQuality | None = None


def train_series_detector(
    source: str | Path | Frame | npt.NDArray[np.generic],
    *,
    out: str | Path | None = None,
    label: str | None = None,
    seed: int = 0,
    steps: int = 400,
    command: str | None = None,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Path:
    """Learns what is ordinary in series, without labels, and leaves the detector in a run folder.

    Args:
        source: see `autoencode.data.tables.series.read_series`; anomalies in it are expected.
        out: the run folder; by default a new one under `runs/`, named after the file.
        label: a column that is not learned from.
        seed: of all that is random.
        steps: of the training, about 25 ms each on one core.
        command: what made this run, for its record.
        reporter: receives the progress of "training", and notes.
        cancel: checked after each step.

    Returns:
        The run folder.

    Raises:
        ArgumentError: `steps` below 1.
        CancelledError: `cancel` was set.
        DataError: no series, or one that nothing can be learned from.
        RunError: `out` is there already.
    """
    if steps < 1:
        raise ArgumentError(f"steps should be 1 or more, not {steps}")
    if out:
        RunFolder.check_free(Path(out))
    reporter = resolve_reporter(reporter)
    frames = [without_labels(frame, label) for frame in read_series(source)]
    whole = import_pandas().concat(frames, ignore_index=True)
    check_numbers(whole)
    columns = _columns_of(whole, reporter)
    encoder = RowEncoder.of_names(columns)
    series, begin = list[Float64[np.ndarray, "steps width"]](), 1
    for frame in frames:
        series.append(encoder(frame, begin))
        begin += len(frame)
    detector = SeriesDetector.fit(series, columns, steps=steps, seed=seed, reporter=reporter, cancel=cancel)
    named = Path(str(source)).stem if isinstance(source, str | Path) else "series"
    return keep_detector(
        detector.save,
        "series",
        Path(out) if out else None,
        data=named,
        arguments={"seed": seed, "steps": steps},
        command=command,
        reporter=reporter,
    )


def detect_in_series(
    run: str | Path,
    source: str | Path | Frame | npt.NDArray[np.generic],
    out: str | Path | None = None,
    *,
    contamination: float | None = None,
    label: str | None = None,
    reporter: Reporter | None = None,
) -> DetectedInSeries:
    """Scores the steps of series, and names the stretches that are unusual.

    The result is a .csv with a line for each step, in their order, those of several series one after the other: its
    number from 1 on, `outlier_score` in nats, `outlier` (1 or 0), the number of the segment that it belongs to, and the
    columns that contribute most. The last two are given for steps of a segment.

    Args:
        run: the run folder of a detector of series.
        source: see `autoencode.data.tables.series.read_series`, with the columns that the detector was fitted to.
        out: the table of scores; by default `scores.csv` in the run folder.
        contamination: the share of the steps that the detector was fitted to above the threshold, above 0 and up to
            0.5; by default the share in their tail.
        label: a column of labels, by which the scores are evaluated and that changes nothing else.
        reporter: receives the progress of "scoring".

    Raises:
        ArgumentError: a share outside its range, labels that were learned from, or a file that autoencode did not write
            in the place of the result.
        DataError: columns that are not there, or cells that cannot be read.
        RunError: no detector.
    """
    if contamination is not None and not 0 < contamination <= 0.5:
        raise ArgumentError(f"--contamination takes a share above 0 and up to 0.5, not {contamination}")
    reporter = resolve_reporter(reporter)
    detector = SeriesDetector.load(Path(run))
    path = Path(out) if out else Path(run) / "scores.csv"
    check_output(path, [resolve_path(source)] if isinstance(source, str | Path) else [])
    check_label_is_new(label, detector.columns)
    frames, threshold = read_series(source, () if label is None else (label,)), detector.threshold(contamination)
    labels = [] if label is None else [text for frame in frames for text in label_texts(frame, label)]
    if labels:
        check_labels(labels, str(label))
    written, n_rows = _Written(detector.columns, threshold), 0
    encoder = RowEncoder.of_names(detector.columns)
    with track(reporter, "scoring", sum(map(len, frames)), "steps") as progress:
        for frame in frames:
            written.add(detector.score(encoder(frame, n_rows + 1)), n_rows)
            n_rows += len(frame)
            progress.advance(len(frame))
    if not n_rows:
        raise DataError("the series has no rows")
    atomic_write(path, written.lines.getvalue())
    scores = np.concatenate(written.scores)
    return DetectedInSeries(
        path=path,
        n_rows=n_rows,
        n_outliers=int((scores > threshold).sum()),
        threshold=threshold,
        segments=tuple(sorted(written.segments, key=lambda one: -one.score)),
        quality=None if label is None else detection_quality(labels, scores, threshold, label),
    )


class _Written:
    """The lines of the table, and the segments, of one series after the other."""

    def __init__(self, columns: Sequence[str], threshold: float) -> None:
        self._columns, self._threshold = columns, threshold
        self.lines = io.StringIO(f"{SCORES_HEADING},segment,columns\n")
        self.lines.seek(0, io.SEEK_END)
        self._writer = csv.writer(self.lines, lineterminator="\n")
        self.scores, self.segments = list[Float64[np.ndarray, " steps"]](), list[UnusualSegment]()

    def add(self, found: StepScores, begin: int) -> None:
        """A series whose first step is row `begin` + 1."""
        belongs = dict[int, tuple[int, str]]()
        for segment in segments(found.scores, self._threshold):
            self.segments.append(self._named(segment, found, begin))
            for step in range(segment.first, segment.last + 1):
                belongs[step] = len(self.segments), "; ".join(self._names(found, step))
        for step, score in enumerate(found.scores):
            number, columns = belongs.get(step, ("", ""))
            above = int(score > self._threshold)
            self._writer.writerow([begin + step + 1, f"{score:.6g}", above, number, columns])
        self.scores.append(found.scores)

    def _named(self, segment: Segment, found: StepScores, begin: int) -> UnusualSegment:
        names = self._names(found, segment.peak)
        return UnusualSegment(begin + segment.first + 1, begin + segment.last + 1, segment.score, names)

    def _names(self, found: StepScores, step: int) -> tuple[str, ...]:
        own = found.numbers[step]
        order = np.argsort(-own, kind="stable")[:_SHOWN]
        chosen = [i for place, i in enumerate(order) if not place or own[i] >= _LEAST * found.scores[step]]
        return tuple(self._columns[int(i)] for i in chosen)


def _columns_of(frame: Frame, reporter: Reporter) -> list[str]:
    """The columns of numbers; the others are named."""
    found = survey(frame)
    numbers = [column.name for column in found.columns.columns if isinstance(column, NumberColumn)]
    left_out = [name for names in found.left_out.values() for name in names]
    others = [*left_out, *(name for name in found.columns.names if name not in numbers)]
    if not numbers:
        raise DataError(f"a series has no column of numbers; it has {shown(others)}: give one or more")
    reporter.note(f"read as a series: {len(frame):,} steps of {shown(numbers)}")
    if others:
        reporter.note(f"columns left out: {shown(others)}")
    return numbers
