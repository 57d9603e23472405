"""Passes a person's own files through a model and back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from autoencode.data import SkippedFile
from autoencode.data.images.scan import SHEET
from autoencode.distributions.token_sequences import tokens_back
from autoencode.errors import ArgumentError, DataError
from autoencode.latent.encoding import reconstruct_examples
from autoencode.runs.inputs import expand_folders, input_batches, inspect_inputs
from autoencode.runs.output_paths import no_results_message
from autoencode.runs.predictor import check_predicts_no_frames
from autoencode.runs.replacing import check_no_overwriting
from autoencode.runs.run import Run
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.reporter import Reporter, note_what_is_kept, resolve_reporter, track
from autoencode.views.figures import pairs, save_figure
from autoencode.views.outputs import ExampleFiles
from autoencode.views.volume_files import volume_paths, write_volumes_like

_SHOWN, _ROWS = 50, 2


@dataclass(frozen=True)
class Reconstructions:
    """What came of it.

    Args:
        count: how many examples there were.
        originals: the first 50 as the model saw them, (n, *data_shape); standardised columns in the data's units.
        reconstructions: of these, (n, *data_shape): the means of p(x|z) at the posterior means.
        root_mean_squared_error: over all observed values of all examples, in the units of the model: 0 to 1 for
            pictures, standard deviations for standardised columns. None for text.
        tokens_back: share of the words of all lines that come back in their place; None for other data.
        files: what was written.
        skipped: what could not be read, and why.
    """

    count: int
    originals: Tensor
    reconstructions: Tensor
    root_mean_squared_error: float | None
    files: tuple[Path, ...]
    skipped: tuple[SkippedFile, ...]
    tokens_back: float | None = None


@tuned_cpu()
def reconstruct(
    run: Run,
    files: Sequence[str | Path] = (),
    out: str | Path | None = None,
    *,
    of_class: str | int | None = None,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Reconstructions:
    """Encodes examples, decodes their codes, and writes what comes back.

    Pictures are rotated upright and fitted to the model's size, as in training. Each comes back as a PNG of its name,
    and `sheet.png` shows the first 50 above their reconstructions. Vectors are written to .npy,
    rows of tables to .csv in the units of the table, lines of text to .txt, and volumes also to files of
    their own kind, with places and spacing. However many there are, no more than two thousand are in memory at once.

    Args:
        run: the trained model.
        files: pictures, folders of pictures, arrays or tables; without any, the first 50 test examples.
        out: where to write; `reconstructions/` in the run folder by default.
        of_class: the class of the files, for a model conditioned on classes; test examples bring their own.
        reporter: receives the progress of the task "reconstructing", in examples, a warning for each file that is
            skipped, and what is kept where it ends early.
        cancel: ends the work early; pictures that are written are kept.

    Raises:
        DataError: nothing could be read.
        CapabilityError: the model predicts frames.
        ArgumentError: a result would overwrite one of the files; this is found before anything is done.
        CancelledError: `cancel` asked for it.
    """
    check_predicts_no_frames(run, "reconstructs none")
    folder = Path(out) if out else run.path / "reconstructions"
    inputs, skipped = inspect_inputs(run, files)
    _check_class(run, of_class, of_files=bool(files))
    names = [name for file in inputs for name in file.names]
    outputs = ExampleFiles(run.modality, folder, "reconstructions")
    number = sum(file.count for file in inputs)
    check_no_overwriting([*outputs.paths(names), *volume_paths(inputs, folder)], expand_folders(files)[0])
    reporter = resolve_reporter(reporter)
    batches = input_batches(run, inputs, skipped, reporter.warn) if files else _of_test(run)
    tally = _Accumulator()
    with (
        outputs.open() as write,
        note_what_is_kept(reporter, lambda: _kept(run, len(tally.names), folder)),
        track(reporter, "reconstructing", number or None, "examples", cancel=cancel) as progress,
    ):
        for some, x in batches:
            back = reconstruct_examples(run, x, _context(run, len(x), of_class))
            write(some, run.to_data_units(back))
            tally.names += some
            tally.add(x, back, run.model.likelihood.counted(x))
            progress.update(tally.count)
        for skip in skipped:
            reporter.warn(str(skip))
        if not tally.count:
            raise DataError(no_results_message(files, skipped, "read"))
    x, back = tally.shown
    if run.modality.drawable:
        if outputs.scale:
            reporter.note(outputs.scale)
        save_figure(folder / SHEET, pairs(run.modality.shown(x), run.modality.shown(back)))
    written = write_volumes_like(inputs, outputs.rows_path, folder) if len(tally.names) == number else []
    shown, files = (run.to_data_units(x), run.to_data_units(back)), (*written, *outputs.paths(tally.names))
    if not run.modality.has_distances:
        return Reconstructions(tally.count, *shown, None, files, tuple(skipped), tally.tokens_back / tally.count)
    error = (tally.squares / max(1, tally.values)) ** 0.5
    return Reconstructions(tally.count, *shown, error, files, tuple(skipped))


def _kept(run: Run, n: int, folder: Path) -> str:
    """Pictures are files of their own; an array is written whole or not at all."""
    return f"{n:,} reconstructions are in {folder}" if run.modality.drawable and n else ""


@dataclass
class _Accumulator:
    """What is kept of the examples: the first ones, and sums."""

    count: int = 0
    squares: float = 0.0
    values: int = 0
    tokens_back: float = 0.0
    names: list[Path] = field(default_factory=list[Path])
    first: list[tuple[Tensor, Tensor]] = field(default_factory=list[tuple[Tensor, Tensor]])

    def add(self, x: Tensor, back: Tensor, counted: Tensor | None) -> None:
        """Takes note of a batch, of whose values some may not have been observed."""
        rest = max(0, _SHOWN - self.count)
        self.first += [(x[:rest].clone(), back[:rest].clone())] if rest else []
        self.count += len(x)
        self.tokens_back += tokens_back(back, x).sum().item() if x.ndim == _ROWS else 0
        errors = (x - back).square() if counted is None else (x - back).square() * counted
        self.squares += float(errors.sum())
        self.values += errors.numel() if counted is None else int(counted.sum())

    @property
    def shown(self) -> tuple[Tensor, Tensor]:
        """The first examples and what came back."""
        return torch.cat([x for x, _ in self.first]), torch.cat([back for _, back in self.first])


def _check_class(run: Run, of_class: str | int | None, *, of_files: bool) -> None:
    if run.model.is_conditional and of_files and of_class is None:
        raise ArgumentError("this model needs the class of each example: say it with --class")


def _context(run: Run, n: int, of_class: str | int | None) -> Tensor | None:
    if of_class is not None:
        return run.contexts(n, of_class)
    return run.data.test[:n].conditioning() if run.model.is_conditional else None


def _of_test(run: Run) -> Iterator[tuple[list[Path], Tensor]]:
    x = run.data.test.inputs(slice(0, _SHOWN))
    yield [Path(f"test-{number:04d}.png") for number in range(1, len(x) + 1)], x
