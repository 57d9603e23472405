"""Learns good pictures, and finds defects in others."""

import csv
import heapq
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, UInt8
from PIL import Image
from torch import Tensor

from autoencode.data import SkippedFile
from autoencode.data.images.full_picture import read_full_picture, read_full_picture_header
from autoencode.data.images.picture import UnreadableError
from autoencode.data.images.scan import SHEET, printable
from autoencode.detection.anomaly_map import picture_score, to_channels
from autoencode.detection.detectors import keep_detector
from autoencode.detection.picture_detector import PictureDetector
from autoencode.errors import ArgumentError, CancelledError, DataError, ShapeError
from autoencode.evaluation.localisation import Localisation, LocalisationMeter
from autoencode.runs.folder import RunFolder
from autoencode.runs.output_paths import no_results_message, unique_names
from autoencode.runs.replacing import ANOMALIES_HEADING, check_outputs
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter, note_what_is_kept, resolve_reporter, track
from autoencode.storage import atomic_write
from autoencode.tasks.inspection_layout import Inspected, good_pictures, inspected_pictures
from autoencode.views.figures import HeatMapPair, heat_map, heat_map_sheet, save_figure

_MOST_VALUES, _SHOWN = 2**27, 24
FALSE_ALARMS = 0.01
"""The share of good pictures above the threshold, where none is given."""


@dataclass(frozen=True)
class Anomaly:
    """What was found in a picture.

    Args:
        name: its path inside the folder that was given.
        score: the mean log-odds of a defect over its 160 most unusual pixels, in nats.
        p_value: the share of good pictures whose score is as high.
        is_anomaly: whether the score is above the threshold.
        pixels: how many pixels are above it.
    """

    name: Path
    score: float
    p_value: float
    is_anomaly: bool
    pixels: int


@dataclass(frozen=True)
class Anomalies:
    """What was found in all pictures.

    Args:
        path: the folder of the results.
        found: the most unusual picture first.
        threshold: from which score on a picture is an anomaly, in nats.
        rule: what the threshold means, in a sentence.
        skipped: what could not be read, and why.
        quality: against the folders and masks of known defects; None without any.
        interrupted: whether it was stopped before the end.
    """

    path: Path
    found: tuple[Anomaly, ...]
    threshold: float
    rule: str
    skipped: tuple[SkippedFile, ...] = ()
    quality: Localisation | None = None
    interrupted: bool = False

    @property
    def n_anomalies(self) -> int:
        """How many pictures are above the threshold."""
        return sum(one.is_anomaly for one in self.found)


def train_anomaly_detector(
    source: str | Path,
    *,
    out: str | Path | None = None,
    seed: int = 0,
    steps: int = 500,
    command: str | None = None,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Path:
    """Learns what good pictures look like, from good ones alone, and leaves the detector in a run folder.

    Args:
        source: a folder of good pictures, of any sizes; or one with good ones in `train/good` or `good`.
        out: the run folder; by default a new one under `runs/`, named after the folder.
        seed: of all that is random.
        steps: of the training, about 85 ms each on one core.
        command: what made this run, for its record.
        reporter: receives the progress of "training", notes, and a warning where the pictures are few.
        cancel: checked after each step.

    Returns:
        The run folder.

    Raises:
        ArgumentError: `steps` below 1.
        CancelledError: `cancel` was set.
        DataError: no good pictures, or too few.
        RunError: `out` is there already.
    """
    if steps < 1:
        raise ArgumentError(f"steps should be 1 or more, not {steps}")
    if out:
        RunFolder.check_free(Path(out))
    reporter = resolve_reporter(reporter)
    pictures = _read_good(Path(source), seed, reporter)
    detector = PictureDetector.fit(pictures, steps=steps, seed=seed, reporter=reporter, cancel=cancel)
    reporter.note(_rule(detector, FALSE_ALARMS))
    return keep_detector(
        detector.save,
        "anomaly",
        Path(out) if out else None,
        data=Path(source).resolve().name,
        arguments={"seed": seed, "steps": steps},
        command=command,
        reporter=reporter,
    )


def detect_anomalies(
    run: str | Path,
    files: Sequence[str | Path],
    out: str | Path | None = None,
    *,
    false_alarms: float = FALSE_ALARMS,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Anomalies:
    """Scores pictures, and shows where they are unlike the good ones.

    For each picture `heat/` gets the picture under a heat map, and `mask/` a picture that is white where it is
    unusual. `scores.csv` has a line for each, the most unusual first: file, anomaly_score, anomaly (1 or 0), p_value,
    pixels (how many are in the mask). `sheet.png` shows the 24 most unusual. A score depends on the picture alone, and
    memory on the largest picture. Ctrl-C or `cancel` ends the work early, and what was found until then is kept.

    Where pictures lie in folders of which one is `good`, or there is a `ground_truth` with masks, the scores are
    evaluated by them, which changes nothing else.

    Args:
        run: the run folder of a detector of pictures.
        files: pictures and folders of pictures; of a folder with `test` in it those in `test`.
        out: where to write; `found/` in the run folder by default.
        false_alarms: the share of good pictures that is above the threshold, up to 0.5.
        reporter: receives the progress of "inspecting", in pictures, and a warning for each file that is skipped.
        cancel: checked between pieces of pictures.

    Raises:
        ArgumentError: a share outside its range, or a result would replace what autoencode did not write.
        DataError: nothing could be read.
        RunError: no detector of pictures.
    """
    detector, folder, reporter = (
        PictureDetector.load(Path(run)),
        Path(out or Path(run) / "found"),
        resolve_reporter(reporter),
    )
    threshold = detector.alarms.threshold(false_alarms)
    jobs, skipped = _plan(files, folder)
    for skip in skipped:
        reporter.warn(str(skip))
    if not jobs:
        raise DataError(no_results_message(files, skipped, "inspected"))
    inspection = _Inspection(detector, threshold, reporter)
    stopped = False
    try:
        with (
            note_what_is_kept(reporter, lambda: f"{len(inspection.found):,} of {len(jobs):,} pictures are inspected"),
            track(reporter, "inspecting", len(jobs), "pictures", cancel=cancel) as progress,
        ):
            for job in jobs:
                inspection.inspect(job, cancel)
                progress.advance()
    except (KeyboardInterrupt, CancelledError):
        stopped = True
    if not inspection.found and not stopped:
        raise DataError(no_results_message(files, inspection.skipped, "inspected"))
    found = tuple(sorted(inspection.found, key=lambda one: (-one.score, str(one.name))))
    if found:
        atomic_write(folder / "scores.csv", _table(found))
        save_figure(folder / SHEET, heat_map_sheet(inspection.worst()))
    inspection.note_colours()
    return Anomalies(
        folder,
        found,
        threshold,
        _rule(detector, false_alarms),
        (*skipped, *inspection.skipped),
        inspection.quality(),
        stopped,
    )


@dataclass(frozen=True)
class _Job:
    """A picture, and the names of what is made of it."""

    picture: Inspected
    heat: Path
    mask: Path


class _Inspection:
    """Inspects pictures one by one, and keeps what is small."""

    def __init__(self, detector: PictureDetector, threshold: float, reporter: Reporter) -> None:
        self._detector, self._threshold, self._reporter = detector, threshold, reporter
        self.found, self.skipped = list[Anomaly](), list[SkippedFile]()
        self._meter, self._known = LocalisationMeter(threshold), 0
        self._shown: list[tuple[float, int, HeatMapPair]] = []
        self._other_colours = 0

    def inspect(self, job: _Job, cancel: CancelToken | None) -> None:
        """One picture; a file that cannot be read is left out with a warning."""
        try:
            colour = read_full_picture(job.picture.source).colour
        except UnreadableError as error:
            self._skip(job, str(error))
            return
        x = self._in_channels(colour)
        found = self._detector.map(x, cancel=cancel)
        score = picture_score(found)
        p_value, mask = float(self._detector.alarms.p_values([score])[0]), (found > self._threshold).numpy()
        is_anomaly = score > self._threshold
        one = Anomaly(job.picture.name, score, p_value, is_anomaly, int(mask.sum()))
        heat = heat_map(colour, found.numpy(), self._threshold)
        save_figure(job.heat, heat)
        save_figure(job.mask, Image.fromarray(mask.astype(np.uint8) * 255))
        self._show(one, colour, heat)
        self.found.append(one)
        self._measure(job.picture, score, found.numpy())

    def _skip(self, job: _Job, reason: str) -> None:
        skip = SkippedFile(printable(job.picture.source), reason)
        self.skipped.append(skip)
        self._reporter.warn(str(skip))

    def _in_channels(self, colour: UInt8[np.ndarray, "_channels height width"]) -> UInt8[Tensor, "_ height width"]:
        channels = self._detector.map.channels
        is_grey = len(colour) == 1 or bool((colour == colour[:1]).all())
        self._other_colours += is_grey != (channels == 1)
        return to_channels(colour[:1] if is_grey else colour, channels)

    def note_colours(self) -> None:
        """Says where pictures are grey and the detector's are not, or the other way round."""
        if not self._other_colours:
            return
        grey = self._detector.map.channels == 1
        what = (
            "are in colour, and the detector was trained on grey ones: defects of colour alone are not seen"
            if grey
            else "are grey, and the detector was trained on colour: scores may be higher for that"
        )
        self._reporter.warn(f"{self._other_colours:,} of {len(self.found):,} pictures {what}")

    def _show(self, one: Anomaly, colour: UInt8[np.ndarray, "c h w"], heat: Image.Image) -> None:
        if len(self._shown) == _SHOWN and one.score <= self._shown[0][0]:
            return
        caption = f"{'anomaly, ' if one.is_anomaly else ''}score {one.score:.2f}, p = {one.p_value:.2g}"
        pair = HeatMapPair.of(colour, heat, printable(one.name), caption, is_anomaly=one.is_anomaly)
        heapq.heappush(self._shown, (one.score, -len(self.found), pair))
        if len(self._shown) > _SHOWN:
            heapq.heappop(self._shown)

    def worst(self) -> list[HeatMapPair]:
        """What the sheet shows."""
        return [pair for *_, pair in sorted(self._shown, key=lambda entry: entry[:2], reverse=True)]

    def _measure(self, picture: Inspected, score: float, found: Float[np.ndarray, "h w"]) -> None:
        if picture.is_defect is None:
            return
        mask = None if picture.mask is None else self._read_mask(picture.mask)
        try:
            self._meter.add(score, found, is_defect=picture.is_defect, mask=mask)
        except ShapeError as error:
            self._reporter.warn(f"{printable(picture.source)}: {error}; its pixels are not counted")
            self._meter.add(score, found, is_defect=picture.is_defect)
        self._known += 1

    def _read_mask(self, path: Path) -> Bool[np.ndarray, "h w"] | None:
        try:
            return read_full_picture(path).colour.max(0) > 0
        except UnreadableError as error:
            self._reporter.warn(f"{printable(path)}: {error}; it is not counted")
            return None

    def quality(self) -> Localisation | None:
        """Against what is known."""
        return self._meter.result() if self._known else None


def _plan(files: Sequence[str | Path], folder: Path) -> tuple[list[_Job], list[SkippedFile]]:
    """What is inspected, and where results go; nothing that autoencode did not write is replaced."""
    found, skipped = inspected_pictures(files, folder)
    readable = list[Inspected]()
    for one in found:
        try:
            read_full_picture_header(one.source)
            readable.append(one)
        except UnreadableError as error:
            skipped.append(SkippedFile(printable(one.source), str(error)))
    names = unique_names([one.name.with_suffix(".png") for one in readable])
    jobs = [
        _Job(one, folder / "heat" / name, folder / "mask" / name) for one, name in zip(readable, names, strict=True)
    ]
    outputs = (path for job in jobs for path in (job.heat, job.mask))
    check_outputs((folder / "scores.csv", folder / SHEET, *outputs), [one.source for one in readable])
    return jobs, skipped


def _table(found: Sequence[Anomaly]) -> str:
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow([*ANOMALIES_HEADING.split(","), "p_value", "pixels"])
    for one in found:
        row = (printable(one.name), f"{one.score:.6g}", int(one.is_anomaly), f"{one.p_value:.3g}", one.pixels)
        writer.writerow(row)
    return lines.getvalue()


def _rule(detector: PictureDetector, rate: float) -> str:
    """What the threshold means."""
    alarms = detector.alarms
    what = "pieces of good pictures" if alarms.pieces > 1 else "good pictures"
    how = "" if alarms.counts(rate) else ", estimated by the tail of their scores"
    return (
        f"scores above {alarms.threshold(rate):.2f} are anomalies: a false alarm in about 1 of {round(1 / rate):,} "
        f"good pictures, by {len(alarms.held_out):,} {what} that were held out{how}"
    )


def _read_good(folder: Path, seed: int, reporter: Reporter) -> list[UInt8[Tensor, "channels _h _w"]]:
    """Good pictures, all grey or all in colour."""
    files, skipped = good_pictures(folder)
    for skip in skipped:
        reporter.warn(str(skip))
    pictures, n_values, left_out = list[np.ndarray](), 0, 0
    with track(reporter, "reading", len(files), "pictures") as progress:
        for place in np.random.default_rng(seed).permutation(len(files)):
            progress.advance()
            if n_values > _MOST_VALUES:
                left_out += 1
                continue
            picture = _read_one(files[int(place)], reporter)
            if picture is not None:
                pictures.append(picture)
                n_values += picture.size
    if not pictures:
        raise DataError(f"none of the {len(files)} pictures in {folder} could be read")
    if left_out:
        reporter.note(
            f"{left_out:,} of {len(files):,} pictures, chosen at random, are left out: the others fill the memory"
        )
    channels = max(len(picture) for picture in pictures)
    n_grey = sum(len(picture) < channels for picture in pictures)
    if n_grey:
        reporter.warn(f"{n_grey:,} of {len(pictures):,} pictures are grey and the others in colour")
    return [to_channels(picture, channels) for picture in pictures]


def _read_one(path: Path, reporter: Reporter) -> UInt8[np.ndarray, "channels height width"] | None:
    """A picture, one channel where three are alike."""
    try:
        colour = read_full_picture(path).colour
    except UnreadableError as error:
        reporter.warn(str(SkippedFile(printable(path), str(error))))
        return None
    if len(colour) == 3 and bool((colour == colour[:1]).all()):
        colour = colour[:1]
    return colour
