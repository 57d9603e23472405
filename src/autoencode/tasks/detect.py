"""Finds unusual rows in tables."""

import csv
import io
from collections.abc import Collection, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float64
from sklearn.metrics import average_precision_score, roc_auc_score

from autoencode.data.resolve import resolve_path
from autoencode.data.tables.chunks import table_chunks
from autoencode.data.tables.columns import Cells, Frame, category_texts, import_pandas, is_frame, shown
from autoencode.detection.detectors import keep_detector
from autoencode.detection.explanation import Explanation, explain_rows
from autoencode.detection.table_detector import TableDetector
from autoencode.errors import ArgumentError, DataError
from autoencode.runs.folder import RunFolder
from autoencode.runs.replacing import SCORES_HEADING, check_output
from autoencode.runtime.reporter import Reporter, resolve_reporter, track
from autoencode.storage import atomic_open

_FIT_ROWS = 20_000
"""Of a longer table so many rows, chosen at random, are kept to fit to."""
_MOST_EXPLAINED = 10_000


@dataclass(frozen=True)
class DetectionQuality:
    """How well scores agree with labels, which were used for nothing else.

    Args:
        auroc: the chance that an outlier has a larger score than another row.
        aupr: average precision.
        precision: the share of the rows above the threshold that are outliers.
        recall: the share of the outliers that are above it.
        outlier: the label that was taken for outliers.
    """

    auroc: float
    aupr: float
    precision: float
    recall: float
    outlier: str


@dataclass(frozen=True)
class Detected:
    """What was found in a table.

    Args:
        path: the table of scores.
        n_rows: how many rows were scored.
        n_outliers: how many are above the threshold.
        threshold: in nats.
        worst: the most unusual rows, the worst first: number of the row from 1 on, score, and why.
        quality: against labels; None without any.
    """

    path: Path
    n_rows: int
    n_outliers: int
    threshold: float
    worst: tuple[tuple[int, float, str], ...]
    quality: DetectionQuality | None = None


def train_detector(
    source: str | Path | Frame,
    *,
    out: str | Path | None = None,
    label: str | None = None,
    seed: int = 0,
    steps: int = 150,
    command: str | None = None,
    reporter: Reporter | None = None,
) -> Path:
    """Learns what is ordinary in a table, without labels, and leaves the detector in a run folder.

    Args:
        source: a .csv, .tsv or .parquet file, or a pandas.DataFrame; outliers in it are expected.
        out: the run folder; by default a new one under `runs/`, named after the table.
        label: a column that is not learned from.
        seed: of all that is random.
        steps: of each training.
        command: what made this run, for its record.
        reporter: receives the progress of "reading" and "fitting", and notes.

    Returns:
        The run folder.

    Raises:
        DataError: no table, or one that nothing can be learned from.
        RunError: `out` is there already.
    """
    if out:
        RunFolder.check_free(Path(out))
    reporter = resolve_reporter(reporter)
    frame, n_rows = _sample(source, seed, reporter)
    frame = without_labels(frame, label)
    if n_rows > len(frame):
        reporter.note(f"{len(frame):,} of {n_rows:,} rows, chosen at random, are learned from; all are scored")
    detector = TableDetector.fit(frame, reporter=reporter, seed=seed, steps=steps)
    name = "table" if is_frame(source) else Path(str(source)).stem
    return keep_detector(
        detector.save,
        "outliers",
        Path(out) if out else None,
        data=name,
        arguments={"seed": seed, "steps": steps},
        command=command,
        reporter=reporter,
    )


def detect(
    run: str | Path,
    source: str | Path | Frame,
    out: str | Path | None = None,
    *,
    contamination: float | None = None,
    label: str | None = None,
    reporter: Reporter | None = None,
) -> Detected:
    """Scores the rows of a table, and says which cells make the outliers unusual.

    The result is a .csv with a line for each row, in their order: its number from 1 on, `outlier_score` in nats,
    `outlier` (1 or 0), the columns that contribute most, and what was expected of them. The last two are given for
    outliers, at most 10,000 of them. Memory does not depend on the length of the table.

    Args:
        run: the run folder of a detector.
        source: a .csv, .tsv or .parquet file, or a pandas.DataFrame, with the columns that the detector was fitted to.
        out: the table of scores; by default `scores.csv` in the run folder.
        contamination: the share of the detector's own table that is above the threshold, above 0 and up to 0.5; by
            default the share that is in its tail.
        label: a column of labels, by which the scores are evaluated and that changes nothing else.
        reporter: receives the progress of "scoring", and notes.

    Raises:
        ArgumentError: a share outside its range, labels that were learned from, or a file that autoencode did not write
            in the place of the result.
        DataError: columns that are not there, or cells that cannot be read.
        RunError: no detector.
    """
    if contamination is not None and not 0 < contamination <= 0.5:
        raise ArgumentError(f"--contamination takes a share above 0 and up to 0.5, not {contamination}")
    reporter = resolve_reporter(reporter)
    detector = TableDetector.load(Path(run))
    path = Path(out) if out else Path(run) / "scores.csv"
    check_output(path, [] if is_frame(source) else [resolve_path(source)])
    threshold, columns = detector.threshold(contamination), detector.encoder.columns
    check_label_is_new(label, columns.names)
    labels = None if label is None else _labels(source, label)
    scored = _Scored(detector, threshold)
    with atomic_open(path) as file, track(reporter, "scoring", None, "rows") as progress:
        file.write(f"{SCORES_HEADING},columns,why\n".encode())
        with closing(_chunks(source, columns.category_names)) as chunks:
            for frame in chunks:
                file.write(scored.add(frame).encode())
                progress.advance(len(frame))
        if not scored.n_rows:
            raise DataError("the table has no rows")
    if scored.unexplained:
        reporter.note(f"{scored.unexplained:,} outliers more are scored and not explained")
    quality = None if labels is None else detection_quality(labels, scored.all_scores(), threshold, str(label))
    return Detected(path, scored.n_rows, scored.n_outliers, threshold, scored.worst(), quality)


class _Scored:
    """Collects what is found, chunk by chunk."""

    def __init__(self, detector: TableDetector, threshold: float) -> None:
        self._detector, self._threshold = detector, threshold
        self.n_rows = self.n_outliers = self.unexplained = self._explained = 0
        self._worst: list[tuple[int, float, str]] = []
        self._scores: list[Float64[np.ndarray, " n"]] = []

    def add(self, frame: Frame) -> str:
        """The lines of some rows."""
        encoder = self._detector.encoder
        x = encoder(frame, self.n_rows + 1)
        scores = self._detector.score(x)
        self._scores.append(scores)
        outliers = scores > self._threshold
        places = np.flatnonzero(outliers)[: _MOST_EXPLAINED - self._explained]
        why = self._explain(x, frame, places)
        self._note_worst(scores, why)
        lines = io.StringIO()
        writer = csv.writer(lines, lineterminator="\n")
        for place, score in enumerate(scores):
            columns, sentence = why.get(place, ("", ""))
            writer.writerow([self.n_rows + place + 1, f"{score:.6g}", int(outliers[place]), columns, sentence])
        self.n_rows += len(scores)
        self.n_outliers += int(outliers.sum())
        self.unexplained += int(outliers.sum()) - len(places)
        self._explained += len(places)
        return lines.getvalue()

    def _explain(
        self, x: Float64[np.ndarray, "n width"], frame: Frame, places: np.ndarray
    ) -> dict[int, tuple[str, str]]:
        if not len(places):
            return {}
        found = explain_rows(self._detector.score, self._detector.encoder, x[places], frame.iloc[places])
        return {int(place): _columns_and_why(found, row) for row, place in enumerate(places)}

    def _note_worst(self, scores: Float64[np.ndarray, " n"], why: dict[int, tuple[str, str]]) -> None:
        top = np.argsort(-scores, kind="stable")[:10]
        found = [(self.n_rows + int(i) + 1, float(scores[i]), why.get(int(i), ("", ""))[1]) for i in top]
        self._worst = sorted([*self._worst, *found], key=lambda one: -one[1])[:10]

    def worst(self) -> tuple[tuple[int, float, str], ...]:
        """The most unusual rows."""
        return tuple(self._worst)

    def all_scores(self) -> Float64[np.ndarray, " n"]:
        """Of each row."""
        return np.concatenate(self._scores)


def detection_quality(
    labels: Sequence[str | None], scores: Float64[np.ndarray, " n"], threshold: float, column: str
) -> DetectionQuality:
    """How well scores agree with labels; what has none is left out.

    Args:
        labels: of two kinds, the rarer of which means an outlier.
        scores: as many.
        threshold: above it is what was found.
        column: of the labels, for messages.

    Raises:
        DataError: there are not two different labels.
    """
    known, outlier = np.array([text is not None for text in labels]), check_labels(labels, column)
    texts, scores = np.array([text or "" for text in labels])[known], scores[known]
    y, above = texts == outlier, scores > threshold
    hits = int((above & y).sum())
    return DetectionQuality(
        auroc=float(roc_auc_score(y, scores)),
        aupr=float(average_precision_score(y, scores)),
        precision=hits / max(int(above.sum()), 1),
        recall=hits / int(y.sum()),
        outlier=outlier,
    )


def check_labels(labels: Sequence[str | None], column: str) -> str:
    """Which of the labels means an outlier; None is no label.

    Args:
        labels: of all rows.
        column: their column, for the message.

    Raises:
        DataError: there are not two different labels.
    """
    return outlier_label(np.array([text for text in labels if text is not None]), column)


def outlier_label(texts: np.ndarray, column: str) -> str:
    """Which of two labels means an outlier: the rarer one; of two as frequent the later one, such as 1 of 0 and 1.

    Args:
        texts: the labels.
        column: their column, for the message.

    Raises:
        DataError: there are not two different labels.
    """
    values, counts = np.unique(texts, return_counts=True)
    if len(values) != 2:
        raise DataError(
            f"column '{column}' has {len(values)} different labels ({shown([str(value) for value in values])}): labels "
            "of outliers are two, such as 0 and 1"
        )
    return str(values[0] if counts[0] < counts[1] else values[1])


def _columns_and_why(found: Explanation, row: int) -> tuple[str, str]:
    return "; ".join(found.columns(row)), found.sentence(row)


def label_cells(frame: Frame, label: str) -> Any:
    """The cells of the column that holds the labels.

    Args:
        frame: a pandas.DataFrame.
        label: the name of the column.

    Raises:
        DataError: there is no such column.
    """
    if label not in [str(name) for name in frame.columns]:
        raise DataError(
            f"--label {label}: the table has no such column; it has {shown([str(name) for name in frame.columns])}"
        )
    return frame[label]


def label_texts(frame: Frame, label: str) -> list[str | None]:
    """The labels of rows as text, None where there is none; whole numbers without decimals, so that 1.0 is 1.

    Args:
        frame: a pandas.DataFrame.
        label: the name of the column.

    Raises:
        DataError: there is no such column.
    """
    return [None if text is None else _plain(text) for text in category_texts(label_cells(frame, label))]


def _plain(text: str) -> str:
    try:
        number = float(text)
    except ValueError:
        return text
    return f"{number:.0f}" if number.is_integer() else text


def check_label_is_new(label: str | None, columns: Collection[str]) -> None:
    """Raises where labels are a column that a detector has learned from, so that they would measure themselves.

    Args:
        label: the name of the column; None for no labels.
        columns: that the detector has learned from.

    Raises:
        ArgumentError: they are.
    """
    if label in columns:
        raise ArgumentError(
            f"the detector has learned from the column '{label}', which --label would measure it by: leave it out with "
            f"autoencode train TABLE --labels {label}"
        )


def without_labels(frame: Frame, label: str | None) -> Frame:
    """The other columns.

    Args:
        frame: a pandas.DataFrame.
        label: the name of a column, or None.

    Raises:
        DataError: there is no such column.
    """
    if label is None:
        return frame
    label_cells(frame, label)
    return frame.drop(columns=label)


def _chunks(source: str | Path | Frame, texts: Collection[str]) -> Generator[Frame]:
    if is_frame(source):
        yield source
    else:
        yield from table_chunks(resolve_path(source), texts=texts)


def _labels(source: str | Path | Frame, label: str) -> list[str | None]:
    """The labels of a whole table, checked before anything is scored."""
    with closing(_chunks(source, (label,))) as chunks:
        labels = [text for frame in chunks for text in label_texts(frame, label)]
    if labels:
        check_labels(labels, label)
    return labels


def _sample(
    source: str | Path | Frame, seed: int, reporter: Reporter, texts: Collection[str] = ()
) -> tuple[Frame, int]:
    """At most 20,000 rows, each as likely as any other, in their order; and how many there are.

    Columns that are numbers in one part of a file and text in another are text, and the file is read again for them.
    """
    rng, kept, keys, n_rows = np.random.default_rng(seed), None, np.empty(0), 0
    as_text, as_other = set[str](), set[str]()
    with track(reporter, "reading", None, "rows") as progress, closing(_chunks(source, texts)) as chunks:
        for frame in chunks:
            n_rows += len(frame)
            for name in frame.columns:
                _note_type(str(name), frame[name], as_text, as_other)
            keys = np.concatenate([keys, rng.random(len(frame))])
            kept = frame if kept is None else import_pandas().concat([kept, frame])
            if len(keys) > _FIT_ROWS:
                chosen = np.sort(np.argsort(keys)[:_FIT_ROWS])
                kept, keys = kept.iloc[chosen], keys[chosen]
            progress.advance(len(frame))
    if kept is None:
        raise DataError("the table has no rows")
    if (mixed := as_text & as_other) and not texts and not is_frame(source):
        return _sample(source, seed, reporter, mixed)
    return kept, n_rows


def _note_type(name: str, cells: Cells, as_text: set[str], as_other: set[str]) -> None:
    there = cells.dropna()
    if len(there):
        (as_text if isinstance(there.iloc[0], str) else as_other).add(name)
