"""Places every code of a run in a plane, and writes the map."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor

from autoencode.data import Dataset, Subset, evenly_spaced_indices, sequential_batches
from autoencode.errors import ArgumentError, CapabilityError, DataError
from autoencode.latent.encoding import require_finite
from autoencode.runs.run import Run
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.reporter import Reporter, resolve_reporter, track
from autoencode.views.figures import save_figure
from autoencode.views.map import MapContent, MapStats, project, projections, static_map, write_map_page

SplitName = Literal["test", "validation", "train", "all"]

_MAX_POINTS, _MAX_POINTS_SLOW = 60_000, 10_000
_MAX_LATENT_SIZE = 10_000
_SUFFIXES = (".html", ".png")


@dataclass(frozen=True, eq=False)
class LatentMap:
    """Codes in a plane, in an order of chance, so that no class covers another.

    Args:
        positions: (n, 2).
        axes: what the two axes are.
        labels: the class of each, (n,), or None.
        classes: their names; empty without labels.
        parts: the part of the data that each example is from, (n,), a place in `part_names`.
        indices: its place in that part, (n,).
        part_names: of the parts.
        method: by which codes of more than two numbers were placed.
    """

    positions: Tensor
    axes: tuple[str, str]
    labels: Tensor | None
    classes: tuple[str, ...]
    parts: Tensor
    indices: Tensor
    part_names: tuple[str, ...]
    method: str


@tuned_cpu()
def latent_map(
    run: Run,
    part: SplitName = "test",
    *,
    method: str = "pca",
    limit: int | None = None,
    seed: int = 0,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> LatentMap:
    """Encodes a part of the data and places the mean of each code in a plane.

    Args:
        run: the trained model.
        part: which part of the data, or "all".
        method: for codes of more than two numbers: pca, tsne or umap.
        limit: at most so many examples, at even distances; by default 60,000, and 10,000 for tsne and umap, which take
            minutes for more.
        seed: of the order, and of tsne and umap.
        reporter: receives the progress of encoding and placing.
        cancel: ends it early, but for t-SNE and UMAP, which run to their ends.

    Raises:
        ArgumentError: a limit below 4 or above 60,000.
        CancelledError: `cancel` asked for it.
        CapabilityError: codes too long to be placed, or a library that is not installed.
        DataError: an empty part.
        UnknownNameError: no such method.
    """
    projections[method]  # an unknown name is an error before anything takes time
    limit = _checked_limit(limit, method)
    names, chosen = _select_examples(run.data, part, limit)
    reporter = resolve_reporter(reporter)
    codes = torch.cat([_posterior_means(run, some, reporter, cancel) for _, some in chosen])
    order = torch.randperm(len(codes), generator=torch.Generator().manual_seed(seed))
    with track(reporter, f"placing {len(codes):,} codes by {method}", cancel=cancel):
        where = project(codes, method, seed=seed)
    labels = [some.labels for _, some in chosen]
    known = None if any(each is None for each in labels) else torch.cat([each for each in labels if each is not None])
    return LatentMap(
        positions=where.points[order],
        axes=where.names,
        labels=None if known is None else known[order],
        classes=() if known is None else run.data.classes or (),
        parts=torch.cat([torch.full((len(some),), i) for i, (_, some) in enumerate(chosen)])[order],
        indices=torch.cat([places for places, _ in chosen])[order],
        part_names=names,
        method=method if codes.shape[1] > 2 else "none",
    )


@tuned_cpu()
def write_map(
    run: Run,
    out: str | Path | None = None,
    part: SplitName = "test",
    *,
    method: str = "pca",
    limit: int | None = None,
    decoded: bool = False,
    seed: int = 0,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> tuple[LatentMap, Path, MapStats | None]:
    """Writes the map of a run: a page to look through, or a still picture.

    Args:
        run: the trained model.
        out: a path that ends in .html (one file) or .png; by default `map.html` in the run folder.
        part: which part of the data, or "all".
        method: for codes of more than two numbers: pca, tsne or umap.
        limit: at most so many examples.
        decoded: show what the model makes of each code in place of the example.
        seed: of the order, and of tsne and umap.
        reporter: receives the progress of encoding and placing.
        cancel: ends it early, but for t-SNE and UMAP, which run to their ends.

    Returns:
        The map, where it was written, and for a page how much is in it.

    Raises:
        ArgumentError: a path with another ending, and what `latent_map` raises.
    """
    path = Path(out) if out else run.path / "map.html"
    if path.suffix.lower() not in _SUFFIXES:
        raise ArgumentError(f"a map is written to a file that ends in .html or .png, not {path.name!r}")
    found = latent_map(run, part, method=method, limit=limit, seed=seed, reporter=reporter, cancel=cancel)
    with track(resolve_reporter(reporter), "writing the map", cancel=cancel):
        return found, path, _write(path, _content(run, found, decoded))


def _write(path: Path, content: MapContent) -> MapStats | None:
    if path.suffix.lower() == ".png":
        save_figure(path, static_map(content))
        return None
    return write_map_page(path, content)


def _checked_limit(limit: int | None, method: str) -> int:
    if limit is not None and not 4 <= limit <= _MAX_POINTS:
        raise ArgumentError(f"--limit takes 4 to {_MAX_POINTS:,}, not {limit:,}")
    return limit or (_MAX_POINTS if method == "pca" else _MAX_POINTS_SLOW)


def _select_examples(data: Dataset, part: SplitName, limit: int) -> tuple[tuple[str, ...], list[tuple[Tensor, Subset]]]:
    """The names of the parts, and of each the places that are shown and the examples there."""
    names = tuple(data.subsets) if part == "all" else (part,)
    total = sum(len(data.subsets[name]) for name in names)
    if total < 4:
        raise DataError(f"a map needs 4 examples or more, and the {part} part has {total}")
    ends, chosen = _cumulative_sizes([len(data.subsets[name]) for name in names]), list[tuple[Tensor, Subset]]()
    every = evenly_spaced_indices(total, limit)
    for start, end, name in zip([0, *ends], ends, names, strict=False):
        places = every[(every >= start) & (every < end)] - start
        chosen.append((places, data.subsets[name][places]))
    shown = [(name, some) for name, some in zip(names, chosen, strict=True) if len(some[0])]
    return tuple(name for name, _ in shown), [some for _, some in shown]


def _cumulative_sizes(sizes: list[int]) -> list[int]:
    return torch.tensor(sizes).cumsum(0).tolist()


@torch.no_grad()
def _posterior_means(run: Run, part: Subset, reporter: Reporter, cancel: CancelToken | None) -> Tensor:
    """The mean of q(z|x) of every example, (n, numbers), on the processor."""
    if math.prod(run.model.latent_shape) > _MAX_LATENT_SIZE:
        raise CapabilityError(f"codes of {math.prod(run.model.latent_shape):,} numbers are too long for a map")
    codes: list[Tensor] = []
    with track(reporter, "encoding", len(part), "examples", cancel=cancel) as progress:
        for batch in sequential_batches(part, 500, device=run.device):
            codes.append(run.model.encode(batch.x, batch.context).mean.flatten(1).cpu())
            progress.advance(len(batch))
    return require_finite(torch.cat(codes).float())


def _content(run: Run, found: LatentMap, decoded: bool) -> MapContent:
    classes = found.classes
    if found.labels is not None and not classes:
        classes = tuple(str(i) for i in range(int(found.labels.max()) + 1))
    return MapContent(
        title=run.name,
        lead=_lead(run, found, decoded),
        points=found.positions,
        axes=found.axes,
        labels=found.labels,
        classes=classes,
        names=_names(run.data, found),
        load_images=_thumbnail_fn(run, found, decoded) if run.modality.drawable else None,
        equal=math.prod(run.model.latent_shape) > 1,
    )


def _lead(run: Run, found: LatentMap, decoded: bool) -> str:
    numbers = math.prod(run.model.latent_shape)
    placed = {
        "none": "placed by the code itself",
        "pca": f"the {numbers} numbers of each seen along the two directions in which codes vary most",
        "tsne": f"the {numbers} numbers of each placed by t-SNE: neighbours are neighbours, far distances mean little",
        "umap": f"the {numbers} numbers of each placed by UMAP: neighbours are neighbours, far distances mean little",
    }[found.method]
    unseen = (
        "; the model was not given the classes" if found.labels is not None and not run.model.is_conditional else ""
    )
    shown = ". Pictures are what the model makes of each code" if decoded and run.modality.drawable else ""
    of = " and ".join(found.part_names)
    return f"The codes of {len(found.positions):,} examples of {run.data.name} ({of}), {placed}{unseen}{shown}."


def _names(data: Dataset, found: LatentMap) -> list[str]:
    """Of each point: its file, or its part and number."""
    whole = [getattr(data.split, name) for name in found.part_names]
    names = list[str]()
    for part, place in zip(found.parts.tolist(), found.indices.tolist(), strict=True):
        own = f"{found.part_names[part]} {place + 1}"
        names.append(own if data.files is None else data.files[int(whole[part][place])])
    return names


def _thumbnail_fn(run: Run, found: LatentMap, decoded: bool) -> Callable[[Tensor], Tensor]:
    """Rows of the map to their pictures: the examples, or what is decoded from their codes."""
    parts = [run.data.subsets[name] for name in found.part_names]

    @torch.no_grad()
    def look(rows: Tensor) -> Tensor:
        examples = torch.empty(len(rows), *run.model.data_shape)
        for i, part in enumerate(parts):
            mine = found.parts[rows] == i
            if bool(mine.any()):
                some = part[found.indices[rows[mine]]]
                examples[mine] = _decoded(run, replace(some, stochastic=False)) if decoded else some.inputs()
        return run.modality.shown(examples)

    return look


def _decoded(run: Run, part: Subset) -> Tensor:
    batches = sequential_batches(part, 500, device=run.device)
    return torch.cat([run.decode(run.model.encode(b.x, b.context).mean, b.context) for b in batches])
