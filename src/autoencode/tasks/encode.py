"""Writes the codes of pictures and vectors into a table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.distributions import Distribution

from autoencode.data import SkippedFile
from autoencode.distributions import Degenerate, Quantised
from autoencode.errors import ArgumentError, CapabilityError, DataError
from autoencode.latent.encoding import check_has_code
from autoencode.runs.inputs import InputFile, expand_folders, input_batches, inspect_inputs
from autoencode.runs.output_paths import no_results_message
from autoencode.runs.replacing import check_no_overwriting
from autoencode.runs.run import Run
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.reporter import Reporter, resolve_reporter, track
from autoencode.views.code_table import CodeTable, check_code_file, write_codes


@dataclass(frozen=True, eq=False)
class EncodedFiles:
    """The codes of some examples.

    Args:
        names: of the examples: the file as it was given, with `:2` for the second example of an array; or `test:2`.
        codes: posterior means, (n, numbers); the numbers of the codewords, for quantised codes.
        std: standard deviations of the posterior, (n, numbers), where they were wanted.
        labels: the class of each example, for examples of the data that have one.
        skipped: what could not be read, and why.
    """

    names: list[str]
    codes: NDArray[np.float32] | NDArray[np.int64]
    std: NDArray[np.float32] | None
    labels: list[str] | None
    skipped: tuple[SkippedFile, ...] = ()


@tuned_cpu()
@torch.no_grad()
def encode(
    run: Run,
    files: Sequence[str | Path] = (),
    out: str | Path | None = None,
    *,
    std: bool = False,
    of_class: str | int | None = None,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> EncodedFiles:
    """Encodes examples, and writes a row for each: its file and its code.

    Pictures are rotated upright and fitted to the model's size, as in training.

    Args:
        run: the trained model.
        files: pictures, folders of pictures, or arrays; without any, the test examples, with their labels.
        out: ends in .csv, .npz, .parquet or .npy (the codes alone); nothing is written where it is left out.
        std: also the standard deviations of q(z|x).
        of_class: the class of the files, for a model conditioned on classes; test examples bring their own.
        reporter: receives the progress of the task "encoding", in examples, and a warning for each file that is
            skipped.
        cancel: ends the work early; nothing is written then.

    Raises:
        ArgumentError: `out` has another ending, is one of the files, or was not written by autoencode.
        CancelledError: `cancel` asked for it.
        CapabilityError: a restorer, which has no code, or codes without a standard deviation.
        DataError: nothing could be read.

    Example:
        >>> encode(getfixture("digits_run")).codes.shape
        (180, 2)
    """
    check_has_code(run)
    if out is not None:
        check_code_file(Path(out))
        check_no_overwriting([Path(out)], expand_folders(files)[0])
        if std and Path(out).suffix.lower() == ".npy":
            raise ArgumentError("--std makes two arrays, and .npy holds one: name --out in .csv, .npz or .parquet")
    reporter = resolve_reporter(reporter)
    found = (
        _encode_files(run, files, of_class, std, reporter, cancel)
        if files
        else _encode_test(run, std, reporter, cancel)
    )
    if out is not None:
        write_codes(Path(out), CodeTable(found.names, found.codes, found.std, found.labels))
    return found


def _encode_files(
    run: Run,
    files: Sequence[str | Path],
    of_class: str | int | None,
    std: bool,
    reporter: Reporter,
    cancel: CancelToken | None,
) -> EncodedFiles:
    if run.model.is_conditional and of_class is None:
        raise ArgumentError("this model needs the class of each example: say it with --class")
    inputs, skipped = inspect_inputs(run, files)
    rows = _Rows(std)
    with track(reporter, "encoding", sum(file.count for file in inputs), "examples", cancel=cancel) as progress:
        for names, x in input_batches(run, [named_input(file) for file in inputs], skipped, reporter.warn):
            context = run.contexts(len(x), of_class) if run.model.is_conditional else None
            rows.add(names, run.model.encode(x.to(run.device), None if context is None else context.to(run.device)))
            progress.advance(len(x))
    for skip in skipped:
        reporter.warn(str(skip))
    if not rows.names:
        raise DataError(no_results_message(files, skipped, "read"))
    return rows.encoded(None, tuple(skipped))


def named_input(file: InputFile) -> InputFile:
    """A file with a name for each of its examples by which a person finds it again: the path, with `:2` in an array."""
    numbers = [""] if file.count == 1 else [f":{number}" for number in range(1, file.count + 1)]
    return replace(file, names=tuple(Path(f"{file.path}{number}") for number in numbers))


def _encode_test(run: Run, std: bool, reporter: Reporter, cancel: CancelToken | None) -> EncodedFiles:
    rows, part, names = _Rows(std), run.data.test, run.data.names("test")
    with track(reporter, "encoding", len(part), "examples", cancel=cancel) as progress:
        for place, x, context in _batches(run):
            rows.add([Path(name) for name in names[place]], run.model.encode(x, context))
            progress.update(place.stop)
    if part.labels is None:
        return rows.encoded(None)
    known = run.classes
    return rows.encoded([known[label] if label >= 0 else "" for label in part.labels.tolist()])


def _batches(run: Run) -> Iterator[tuple[slice, Tensor, Tensor | None]]:
    part = run.data.test
    for start in range(0, len(part), run.batch_size):
        place = slice(start, min(start + run.batch_size, len(part)))
        context = part.conditioning(place) if run.model.is_conditional else None
        yield place, part.inputs(place).to(run.device), None if context is None else context.to(run.device)


class _Rows:
    """Codes as they come, batch by batch.

    Args:
        std: whether standard deviations are kept, too.
    """

    def __init__(self, std: bool) -> None:
        self._with_std = std
        self.names: list[str] = []
        self._codes: list[Tensor] = []
        self._std: list[Tensor] = []

    def add(self, names: Sequence[Path], q: Distribution) -> None:
        """Takes the codes of a batch."""
        self.names += map(str, names)
        self._codes.append((q.indices if isinstance(q, Quantised) else q.mean).flatten(1).cpu())
        if self._with_std:
            self._std.append(_std(q).flatten(1).cpu())

    def encoded(self, labels: list[str] | None, skipped: tuple[SkippedFile, ...] = ()) -> EncodedFiles:
        """All of them."""
        std = torch.cat(self._std).numpy() if self._std else None
        return EncodedFiles(self.names, torch.cat(self._codes).numpy(), std, labels, skipped)


def _std(q: Distribution) -> Tensor:
    try:
        if not isinstance(q, Degenerate | Quantised):
            return q.stddev
    except NotImplementedError:
        pass
    raise CapabilityError("the codes of this model have no standard deviation: leave --std out")
