"""Predicts the frames that come next, several futures of each input."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import torch
from torch import Tensor

from autoencode.data import SkippedFile
from autoencode.data.images.scan import SHEET
from autoencode.data.video.clip import ClipHeader
from autoencode.data.video.clip_writer import open_clip_writer
from autoencode.errors import ArgumentError, CancelledError, DataError
from autoencode.runs.frame_inputs import PastFrames, read_pasts
from autoencode.runs.output_paths import no_results_message, unique_names
from autoencode.runs.predictor import Predictor
from autoencode.runs.replacing import check_no_overwriting, check_replaceable
from autoencode.runs.run import Run
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter, note_what_is_kept, resolve_reporter, track
from autoencode.storage import atomic_open
from autoencode.views import figures
from autoencode.views.outputs import save_pictures

_LEAST_ERROR = 1e-10
_ALIKE = 1 / 255


@dataclass(frozen=True, eq=False)
class Prediction:
    """Several futures of one input, and where they are.

    Args:
        name: of the sequence.
        last: the name of the last known frame.
        drawn: the futures, (n, frames, channels, height, width).
        sheet: shows the past, the truth where it is known, the futures, and where they differ.
        psnr: of the mean of the futures against what came next, for each frame that is known, in dB.
        copied_psnr: of the last known frame in place of each.
    """

    name: Path
    last: str
    drawn: Tensor
    sheet: Path
    psnr: tuple[float, ...] = ()
    copied_psnr: tuple[float, ...] = ()

    @property
    def alike(self) -> bool:
        """Whether the futures differ by less than a step of 8 bits."""
        return len(self.drawn) > 1 and float(self.drawn.std(0).mean()) < _ALIKE


@dataclass(frozen=True, eq=False)
class Predictions:
    """What came of all inputs.

    Args:
        folder: where everything is.
        done: in the order of the inputs.
        skipped: inputs, sequences and files that were left out.
        interrupted: whether it was ended early.
    """

    folder: Path
    done: tuple[Prediction, ...]
    skipped: tuple[SkippedFile, ...]
    interrupted: bool = False


def predict(
    run: Run,
    items: Sequence[str | Path],
    out: str | Path | None = None,
    *,
    n: int = 3,
    n_frames: int | None = None,
    at: int | None = None,
    seed: int = 0,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Predictions:
    """Draws several futures of each input, and writes them.

        out/NAME/1/0001.png …   the frames of the first future; of a clip also 1.mp4
        out/NAME/sheet.png      the past, what came next where it is known, the futures, and where they differ

    Args:
        run: a trained model that predicts frames.
        items: folders of frames in order (each subfolder is a sequence), zip or tar files of them, clips, .npy or .npz
            files of clips, and windows of the run's data such as `test:17`.
        out: where to write; `futures/` in the run folder by default. Results of an earlier time are replaced.
        n: futures of each.
        n_frames: frames of each future; by default as many as the model predicts at a time. More are predicted from
            predicted ones.
        at: the number of the last known frame in each sequence, counted from 1, so that those after it are the truth;
            the last one where it is left out.
        seed: of the draws.
        reporter: receives the progress of the tasks "reading" and "predicting", and a warning for what is skipped.
        cancel: checked between inputs.

    Raises:
        ArgumentError: numbers below 1, or a result would overwrite what autoencode did not write.
        CapabilityError: the model predicts no frames.
        DataError: nothing could be predicted.
        StorageError: a result cannot be written; those before it stay.
    """
    folder, reporter = Path(out) if out else run.path / "futures", resolve_reporter(reporter)
    if n < 1 or (n_frames is not None and n_frames < 1) or (at is not None and at < 1):
        raise ArgumentError("futures (-n), --frames and --at are counted from 1")
    if folder.exists() and not folder.is_dir():
        raise ArgumentError(f"--out {folder} is a file: give a folder")
    predictor = Predictor(run)
    pasts, skipped, stopped, done = list[PastFrames](), list[SkippedFile](), False, list[Prediction]()
    try:
        for item in items:
            own, left_out, notes = read_pasts(predictor, item, at, n_frames=n_frames, reporter=reporter, cancel=cancel)
            pasts += own
            skipped += left_out
            for note in notes:
                reporter.note(note)
        for skip in skipped:
            reporter.warn(str(skip))
        with (
            note_what_is_kept(reporter, lambda: f"the futures of {len(done):,} inputs are kept in {folder}"),
            track(reporter, "predicting", len(pasts), "inputs", cancel=cancel) as progress,
        ):
            for name, past in zip(unique_names([past.name for past in pasts]), pasts, strict=True):
                progress.update(detail=str(name))
                done.append(_one(predictor, past, folder / name, items, n, n_frames, seed))
                progress.advance()
    except (KeyboardInterrupt, CancelledError):
        stopped = True
    if not done and not stopped:
        raise DataError(no_results_message([str(item) for item in items], skipped, "predicted"))
    return Predictions(folder, tuple(done), tuple(skipped), stopped)


def _one(
    predictor: Predictor,
    past: PastFrames,
    folder: Path,
    items: Sequence[str | Path],
    n: int,
    n_frames: int | None,
    seed: int,
) -> Prediction:
    """Draws and writes the futures of one input."""
    drawn = predictor.draw(past.past.flatten(0, 1)[None], n, n_frames=n_frames, seed=seed, reporter=Reporter())[:, 0]
    frames = drawn.shape[1]
    paths = [[folder / str(i + 1) / f"{t + 1:04d}.png" for t in range(frames)] for i in range(n)]
    clips = [folder / f"{i + 1}.mp4" for i in range(n)] if past.rate else []
    sheet = folder / SHEET
    outputs = [sheet, *clips, *(path for own in paths for path in own)]
    check_no_overwriting(outputs, [Path(item) for item in items])
    for path in outputs:
        check_replaceable(path)
    for own, future in zip(paths, drawn, strict=True):
        save_pictures(own, future, f"predicted after {past.last}")
    for path, future in zip(clips, drawn, strict=False):
        _save_clip(path, future, past.rate or Fraction(25))
    figures.save_figure(sheet, figures.futures(past.past, past.truth, drawn))
    if past.truth is None:
        return Prediction(past.name, past.last, drawn, sheet)
    truth = past.truth[:frames]
    copied = past.past[-1:].expand_as(truth)
    mean = drawn.mean(0)[: len(truth)]
    return Prediction(past.name, past.last, drawn, sheet, _psnr(mean, truth), _psnr(copied, truth))


def _psnr(found: Tensor, true: Tensor) -> tuple[float, ...]:
    errors = (found - true).double().square().flatten(1).mean(1).clamp_min(_LEAST_ERROR)
    return tuple((-10 * errors.log10()).tolist())


def _save_clip(path: Path, frames: Tensor, rate: Fraction) -> None:
    n, channels, height, width = frames.shape
    header = ClipHeader(height, width, n, rate, 1 / rate, grey=channels == 1)
    pixels = (frames * 255).round().to(torch.uint8).numpy()
    with atomic_open(path) as file, open_clip_writer(file, path.suffix, header) as writer:
        for frame in pixels:
            writer.add(frame, None)
