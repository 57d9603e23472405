"""Places every code of a run in a plane, and writes the map."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor

from autoencode.data import Dataset, Part, in_order, places_apart
from autoencode.errors import ArgumentError, CapabilityError, DataError
from autoencode.evaluation.figures import save_figure
from autoencode.evaluation.map import MapContent, PageFacts, project, projections, still, write_page
from autoencode.tasks.codes import require_finite
from autoencode.tasks.run import Run

Parts = Literal["test", "validation", "train", "all"]

_MOST, _MOST_SLOW = 60_000, 10_000
_LONGEST_CODE = 10_000
_FINISHED = (".html", ".png")


@dataclass(frozen=True, eq=False)
class LatentMap:
    """Codes in a plane, in an order of chance, so that no class covers another.

    Args:
        positions: (n, 2).
        axes: what the two axes are.
        labels: the class of each, (n,), or None.
        classes: their names; empty without labels.
        parts: the part of the data that each example is from, (n,), a place in `part_names`.
        places: its place in that part, (n,).
        part_names: of the parts.
        method: by which codes of more than two numbers were placed.
    """

    positions: Tensor
    axes: tuple[str, str]
    labels: Tensor | None
    classes: tuple[str, ...]
    parts: Tensor
    places: Tensor
    part_names: tuple[str, ...]
    method: str


def latent_map(
    run: Run, part: Parts = "test", *, method: str = "pca", limit: int | None = None, seed: int = 0
) -> LatentMap:
    """Encodes a part of the data and places the mean of each code in a plane.

    Args:
        run: the trained model.
        part: which part of the data, or "all".
        method: for codes of more than two numbers: pca, tsne or umap.
        limit: at most so many examples, at even distances; by default 60,000, and 10,000 for tsne and umap, which take
            minutes for more.
        seed: of the order, and of tsne and umap.

    Raises:
        ArgumentError: a limit below 4 or above 60,000.
        CapabilityError: codes too long to be placed, or a library that is not installed.
        DataError: an empty part.
        UnknownNameError: no such method.
    """
    projections[method]  # an unknown one is told before anything takes time
    limit = _checked_limit(limit, method)
    names, chosen = _chosen(run.data, part, limit)
    codes = torch.cat([_means(run, some) for _, some in chosen])
    order = torch.randperm(len(codes), generator=torch.Generator().manual_seed(seed))
    where = project(codes, method, seed=seed)
    labels = [some.labels for _, some in chosen]
    known = None if any(each is None for each in labels) else torch.cat([each for each in labels if each is not None])
    return LatentMap(
        positions=where.points[order],
        axes=where.names,
        labels=None if known is None else known[order],
        classes=() if known is None else run.data.classes or (),
        parts=torch.cat([torch.full((len(some),), i) for i, (_, some) in enumerate(chosen)])[order],
        places=torch.cat([places for places, _ in chosen])[order],
        part_names=names,
        method=method if codes.shape[1] > 2 else "none",
    )


def write_map(
    run: Run,
    out: str | Path | None = None,
    part: Parts = "test",
    *,
    method: str = "pca",
    limit: int | None = None,
    decoded: bool = False,
    seed: int = 0,
) -> tuple[LatentMap, Path, PageFacts | None]:
    """Writes the map of a run: a page to look through, or a still picture.

    Args:
        run: the trained model.
        out: a path that ends in .html (one file) or .png; by default `map.html` in the run folder.
        part: which part of the data, or "all".
        method: for codes of more than two numbers: pca, tsne or umap.
        limit: at most so many examples.
        decoded: show what the model makes of each code in place of the example.
        seed: of the order, and of tsne and umap.

    Returns:
        The map, where it was written, and for a page how much is in it.

    Raises:
        ArgumentError: a path with another ending, and what `latent_map` raises.
    """
    path = Path(out) if out else run.path / "map.html"
    if path.suffix.lower() not in _FINISHED:
        raise ArgumentError(f"a map is written to a file that ends in .html or .png, not {path.name!r}")
    found = latent_map(run, part, method=method, limit=limit, seed=seed)
    content = _content(run, found, decoded)
    if path.suffix.lower() == ".png":
        save_figure(path, still(content))
        return found, path, None
    return found, path, write_page(path, content)


def _checked_limit(limit: int | None, method: str) -> int:
    if limit is not None and not 4 <= limit <= _MOST:
        raise ArgumentError(f"--limit takes 4 to {_MOST:,}, not {limit:,}")
    return limit or (_MOST if method == "pca" else _MOST_SLOW)


def _chosen(data: Dataset, part: Parts, limit: int) -> tuple[tuple[str, ...], list[tuple[Tensor, Part]]]:
    """The names of the parts, and of each the places that are shown and the examples there."""
    names = tuple(data.parts) if part == "all" else (part,)
    total = sum(len(data.parts[name]) for name in names)
    if total < 4:
        raise DataError(f"a map needs 4 examples or more, and the {part} part has {total}")
    ends, chosen = _ends([len(data.parts[name]) for name in names]), list[tuple[Tensor, Part]]()
    every = places_apart(total, limit)
    for start, end, name in zip([0, *ends], ends, names, strict=False):
        places = every[(every >= start) & (every < end)] - start
        chosen.append((places, data.parts[name][places]))
    shown = [(name, some) for name, some in zip(names, chosen, strict=True) if len(some[0])]
    return tuple(name for name, _ in shown), [some for _, some in shown]


def _ends(sizes: list[int]) -> list[int]:
    return torch.tensor(sizes).cumsum(0).tolist()


@torch.no_grad()
def _means(run: Run, part: Part) -> Tensor:
    """The mean of q(z|x) of every example, (n, numbers), on the processor."""
    if math.prod(run.model.latent_shape) > _LONGEST_CODE:
        raise CapabilityError(f"codes of {math.prod(run.model.latent_shape):,} numbers are too long for a map")
    batches = in_order(part, 500, device=run.device)
    codes = torch.cat([run.model.encode(batch.x, batch.context).mean.flatten(1).cpu() for batch in batches]).float()
    return require_finite(codes)


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
        look=_look(run, found, decoded) if run.is_pictures else None,
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
    told = "; the model was not told the classes" if found.labels is not None and not run.model.is_conditional else ""
    shown = ". Pictures are what the model makes of each code" if decoded and run.is_pictures else ""
    of = " and ".join(found.part_names)
    return f"The codes of {len(found.positions):,} examples of {run.data.name} ({of}), {placed}{told}{shown}."


def _names(data: Dataset, found: LatentMap) -> list[str]:
    """Of each point: its file, or its part and number."""
    whole = [getattr(data.split, name) for name in found.part_names]
    names = list[str]()
    for part, place in zip(found.parts.tolist(), found.places.tolist(), strict=True):
        own = f"{found.part_names[part]} {place + 1}"
        names.append(own if data.files is None else data.files[int(whole[part][place])])
    return names


def _look(run: Run, found: LatentMap, decoded: bool) -> Callable[[Tensor], Tensor]:
    """Rows of the map to their pictures: the examples, or what is decoded from their codes."""
    parts = [run.data.parts[name] for name in found.part_names]

    @torch.no_grad()
    def look(rows: Tensor) -> Tensor:
        pictures = torch.empty(len(rows), *run.model.data_shape)
        for i, part in enumerate(parts):
            mine = found.parts[rows] == i
            if bool(mine.any()):
                some = part[found.places[rows[mine]]]
                pictures[mine] = _decoded(run, replace(some, stochastic=False)) if decoded else some.units()
        return pictures

    return look


def _decoded(run: Run, part: Part) -> Tensor:
    batches = in_order(part, 500, device=run.device)
    return torch.cat([run.decode(run.model.encode(b.x, b.context).mean, b.context) for b in batches])
