"""Finds pictures that are like another one, and pictures that are nearly the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from autoencode.data import SkippedFile, sequential_batches
from autoencode.errors import ArgumentError, DataError
from autoencode.latent.encoding import Item, check_has_code, encode_example
from autoencode.latent.neighbours import groups_within, nearest, typical_distance
from autoencode.runs.inputs import input_batches, inspect_inputs, read_examples
from autoencode.runs.output_paths import no_results_message
from autoencode.runs.replacing import check_output
from autoencode.runs.run import Run
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.reporter import Reporter, resolve_reporter, track
from autoencode.tasks.encode import named_input
from autoencode.views.figures import labelled_grid, save_figure

_SHOWN_GROUPS, _SHOWN_MEMBERS = 50, 12


@dataclass(frozen=True, eq=False)
class Similar:
    """Examples with near codes.

    Distances are Euclidean, between posterior means, in units of the median distance of two of the examples that were
    searched: 0 for equal codes, about 1 for two by chance.

    Args:
        groups: the names of examples that belong together. For a query one group: the query, then the nearest example,
            and so on. For duplicates the groups of near ones, the largest first.
        distances: of each from the first of its group.
        searched: how many examples were searched.
        sheet: where pictures are shown, a row for each group; None for vectors, or without any group.
        skipped: what could not be read, and why.
        lines: of text, in groups as `groups`; None for other data.
    """

    groups: list[list[str]]
    distances: list[list[float]]
    searched: int
    sheet: Path | None
    skipped: tuple[SkippedFile, ...] = ()
    lines: list[list[str]] | None = None


def similar(
    run: Run,
    query: Item,
    files: Sequence[str | Path] = (),
    out: str | Path | None = None,
    *,
    n: int = 12,
    of_class: str | int | None = None,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Similar:
    """Finds the examples whose codes are nearest to that of one.

    Args:
        run: the trained model.
        query: a file, or an example of the data such as `test:17`.
        files: where to search: pictures, folders of pictures, or arrays; without any, the data of the run.
        out: the sheet; `similar.png` in the run folder by default.
        n: how many.
        of_class: the class of all files, for a model conditioned on classes.
        reporter: receives the progress of the task "encoding", and a warning for each file that is skipped.
        cancel: ends it early.

    Raises:
        ArgumentError: `n` below 1, or `out` was not written by autoencode.
        CancelledError: `cancel` asked for it.
        CapabilityError: a restorer, which has no code.
        DataError: nothing could be read.
    """
    if n < 1:
        raise ArgumentError(f"-n must be 1 or more, not {n}")
    check_has_code(run)
    check_output(_sheet(run, out), [query, *files])
    reporter = resolve_reporter(reporter)
    one = encode_example(run, query, of_class, codewords=True)
    if one.note:
        reporter.note(one.note)
    pool = _encode_pool(run, files, of_class, reporter, cancel).without(_name(run, query))
    far, places = nearest(one.z.flatten(1), pool.codes, n)
    unit, chosen = pool.unit, places[0].tolist()
    names = [[str(query), *(pool.names[place] for place in chosen)]]
    sheet = None
    if run.modality.drawable:
        pictures = torch.cat([one.x, pool.read(chosen)])
        sheet = _write_sheet(run, [pictures], [[Path(name).name for name in names[0]]], _sheet(run, out))
    lines = [run.lines(torch.cat([one.x, pool.read(chosen)]))] if run.modality.reads_text else None
    return Similar(names, [[0.0, *(far[0] / unit).tolist()]], len(pool.names), sheet, pool.skipped, lines)


def duplicates(
    run: Run,
    files: Sequence[str | Path] = (),
    out: str | Path | None = None,
    *,
    within: float = 0.05,
    of_class: str | int | None = None,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Similar:
    """Finds groups of examples whose codes are nearly equal.

    A model with few latent dimensions gives unlike pictures near codes, too: look at the sheet before you delete.

    Args:
        run: the trained model.
        files: pictures, folders of pictures, or arrays; without any, the data of the run.
        out: the sheet; `similar.png` in the run folder by default.
        within: the largest distance of two near ones, where 1 is the median distance of two.
        of_class: the class of all files, for a model conditioned on classes.
        reporter: receives the progress of the task "encoding", and a warning for each file that is skipped.
        cancel: ends it early.

    Raises:
        ArgumentError: `within` is negative, or `out` was not written by autoencode.
        CancelledError: `cancel` asked for it.
        CapabilityError: a restorer, which has no code.
        DataError: nothing could be read.
    """
    if within < 0:
        raise ArgumentError(f"--duplicates takes a distance of 0 or more, such as 0.05, not {within}")
    check_has_code(run)
    check_output(_sheet(run, out), files)
    pool = _encode_pool(run, files, of_class, resolve_reporter(reporter), cancel)
    groups = groups_within(pool.codes, within * pool.unit)
    names = [[pool.names[place] for place in group] for group in groups]
    far = [((pool.codes[group] - pool.codes[group[0]]).norm(dim=1) / pool.unit).tolist() for group in groups]
    sheet = None
    if run.modality.drawable and groups:
        shown = [group[:_SHOWN_MEMBERS] for group in groups[:_SHOWN_GROUPS]]
        captions = [[Path(pool.names[place]).name for place in group] for group in shown]
        sheet = _write_sheet(run, [pool.read(group) for group in shown], captions, _sheet(run, out))
    lines = [run.lines(pool.read(group)) for group in groups] if run.modality.reads_text else None
    return Similar(names, far, len(pool.names), sheet, pool.skipped, lines)


@dataclass(frozen=True, eq=False)
class _Pool:
    """What is searched.

    Args:
        names: of the examples.
        codes: of each, (n, numbers).
        read: gives the examples at some places again, (m, *data_shape), so that not all have to be kept.
        skipped: what could not be read.
    """

    names: list[str]
    codes: Tensor
    read: Callable[[list[int]], Tensor]
    skipped: tuple[SkippedFile, ...] = ()

    @property
    def unit(self) -> float:
        """The distance that counts as 1."""
        typical = typical_distance(self.codes)
        return typical if typical > 0 else 1.0

    def without(self, name: str) -> "_Pool":
        """All but the examples of one name."""
        kept = [place for place, other in enumerate(self.names) if other != name]
        if len(kept) in (0, len(self.names)):
            return self
        read = self.read
        return _Pool(
            [self.names[i] for i in kept], self.codes[kept], lambda i: read([kept[j] for j in i]), self.skipped
        )


def _sheet(run: Run, out: str | Path | None) -> Path:
    return Path(out) if out else run.path / "similar.png"


def _name(run: Run, query: Item) -> str:
    """What the query is called among what is searched."""
    part, _, number = str(query).partition(":")
    if part in ("train", "validation", "test") and number.isdecimal() and not Path(query).exists():
        return run.data.names(part)[int(number) - 1]
    return str(query)


@tuned_cpu()
@torch.no_grad()
def _encode_pool(
    run: Run,
    files: Sequence[str | Path],
    of_class: str | int | None,
    reporter: Reporter,
    cancel: CancelToken | None,
) -> _Pool:
    if files:
        return _encode_files(run, files, of_class, reporter, cancel)
    data = run.data
    parts = list(data.subsets.values())
    together = [(part, row) for part in parts for row in range(len(part))]
    names, codes = [name for part in data.subsets for name in data.names(part)], list[Tensor]()
    with track(reporter, "encoding", len(names), "examples", cancel=cancel) as progress:
        for part in filter(len, parts):
            for batch in sequential_batches(part, run.batch_size, device=run.device):
                codes.append(run.model.encode(batch.x, batch.context).mean.flatten(1).cpu())
                progress.advance(len(batch))
    return _Pool(
        names,
        torch.cat(codes),
        lambda places: torch.cat([part.inputs([row]) for part, row in map(together.__getitem__, places)]),
    )


def _encode_files(
    run: Run,
    files: Sequence[str | Path],
    of_class: str | int | None,
    reporter: Reporter,
    cancel: CancelToken | None,
) -> _Pool:
    names, codes = list[str](), list[Tensor]()
    inputs, skipped = inspect_inputs(run, files)
    named = [named_input(file) for file in inputs]
    where = {str(name): (file.path, row) for file in named for row, name in enumerate(file.names)}
    with track(reporter, "encoding", len(where), "examples", cancel=cancel) as progress:
        for some, x in input_batches(run, named, skipped, reporter.warn):
            names += map(str, some)
            context = run.contexts(len(x), of_class) if run.model.is_conditional else None
            q = run.model.encode(x.to(run.device), None if context is None else context.to(run.device))
            codes.append(q.mean.flatten(1).cpu())
            progress.advance(len(x))
    for skip in skipped:
        reporter.warn(str(skip))
    if not names:
        raise DataError(no_results_message(files, skipped, "read"))

    def read(places: list[int]) -> Tensor:
        chosen = [where[names[place]] for place in places]
        return torch.cat([read_examples(run, path)[0][row : row + 1] for path, row in chosen])

    return _Pool(names, torch.cat(codes), read, tuple(skipped))


def _write_sheet(run: Run, rows: Sequence[Tensor], names: Sequence[Sequence[str]], path: Path) -> Path:
    """A row of pictures for each group; names of a single row stand above its pictures."""
    longest = max(map(len, rows))
    padded = torch.stack([torch.cat([row, row[:1].expand(longest - len(row), *row.shape[1:])]) for row in rows])
    blank = [row * longest + column for row, own in enumerate(rows) for column in range(len(own), longest)]
    pictures = run.modality.shown(padded.flatten(0, 1)).unflatten(0, (len(rows), longest))
    single = len(rows) == 1
    sheet = labelled_grid(
        pictures,
        row_names=() if single else [own[0] for own in names],
        column_names=names[0] if single else (),
        blank=blank,
    )
    save_figure(path, sheet)
    return path
