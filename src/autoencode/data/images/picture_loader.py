"""Reads picture files into arrays: each fitted to one size, or cut into patches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from autoencode.data.examples import SkippedFile
from autoencode.data.images.formats import Depth, Numbers, common_depth
from autoencode.data.images.patches import count_patches, cut_patches, split_regions, subsample_patches
from autoencode.data.images.picture import PictureHeader, UnreadableError, read_picture
from autoencode.data.images.picture_files import PictureFile
from autoencode.data.images.scan import printable
from autoencode.data.masks.mask_files import read_mask_values
from autoencode.data.memory import allocate
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter, resolve_reporter, track

_MOST_BYTES = 2**30


@dataclass(frozen=True, eq=False)
class LoadedPictures:
    """What was read.

    Args:
        stacks: the pictures, and their targets where they have some, (n, channels, height, width) each: uint8, or
            float32 with the numbers as they are in the files. Of masks, the class of each pixel in one channel.
        names: where each example came from.
        groups: which picture, or region of one, each patch was cut from, counted from 0; None for whole pictures.
        failed: files that could not be read after all.
        patches: how many patches there would be without a limit.
    """

    stacks: tuple[Numbers, ...]
    names: list[Path]
    groups: Tensor | None
    failed: list[SkippedFile]
    patches: int = 0


def load_resized(
    sources: Sequence[PictureFile],
    size: tuple[int, int],
    channels: int,
    what: str,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
    *,
    fit: str = "crop",
) -> LoadedPictures:
    """Reads every file once, fitted to `size`; those that fail leave no gap.

    Raises:
        DataError: they would fit neither into memory nor into a temporary file.
        CancelledError: `cancel` asked for it.
    """
    stacks = _allocate(sources, (len(sources), channels, *size), what)
    names, failed = list[Path](), list[SkippedFile]()
    for source, pictures in _pictures(sources, size, channels, failed, reporter, cancel, fit=fit):
        for stack, picture in zip(stacks, pictures, strict=True):
            stack[len(names)] = picture
        names.append(source.name)
    return LoadedPictures(tuple(stack[: len(names)] for stack in stacks), names, None, failed)


def load_patches(
    sources: Sequence[PictureFile],
    patch: int,
    channels: int,
    what: str,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
    *,
    by_region: bool = False,
) -> LoadedPictures:
    """Reads every file once at its full size and cuts it into patches, as many of each as a gigabyte holds.

    By region each region of a picture (`split_regions`) is a group of its own, and no patch is in two of them.

    Raises:
        DataError: they would fit neither into memory nor into a temporary file.
        CancelledError: `cancel` asked for it.
    """
    regions = [_regions(source.header, patch, by_region) for source in sources]
    counts = [count_patches(*_size(region), patch) for own in regions for region in own]
    most = _MOST_BYTES // (channels * patch * patch * _n_stacks(sources) * _dtype(sources).itemsize)
    kept = subsample_patches(counts, most)
    stacks = _allocate(sources, (sum(map(len, kept)), channels, patch, patch), what)
    names, groups, failed = list[Path](), list[int](), list[SkippedFile]()
    chosen = iter(kept)
    places = {
        source.name: [(region, next(chosen).tolist()) for region in own]
        for source, own in zip(sources, regions, strict=True)
    }
    for source, pictures in _pictures(sources, None, channels, failed, reporter, cancel):
        for region, own in places[source.name]:
            first = len(names)
            for stack, picture in zip(stacks, pictures, strict=True):
                patches = list(cut_patches(picture[:, *region], patch))
                stack[first : first + len(own)] = [patches[place] for place in own]
            names += [source.name] * len(own)
            groups += [groups[-1] + 1 if groups else 0] * len(own)
    return LoadedPictures(
        tuple(stack[: len(names)] for stack in stacks), names, torch.tensor(groups), failed, sum(counts)
    )


def _regions(header: PictureHeader, patch: int, by_region: bool) -> list[tuple[slice, slice]]:
    """The regions of a picture; one where it is not divided."""
    if by_region:
        return split_regions(header.height, header.width, patch)
    return [(slice(0, header.height), slice(0, header.width))]


def _size(region: tuple[slice, slice]) -> tuple[int, int]:
    rows, columns = region
    return rows.stop - rows.start, columns.stop - columns.start


def _pictures(
    sources: Sequence[PictureFile],
    size: tuple[int, int] | None,
    channels: int,
    failed: list[SkippedFile],
    reporter: Reporter | None,
    cancel: CancelToken | None,
    *,
    fit: str = "crop",
) -> Iterator[tuple[PictureFile, list[Numbers]]]:
    """The pictures of each source that can be read, at `size` or at their own, all of one depth."""
    colour, depth = "grey" if channels == 1 else "rgb", _depth(sources)
    with track(resolve_reporter(reporter), "reading", len(sources), "pictures", cancel=cancel) as progress:
        for source in sources:
            fitted = size or (source.header.height, source.header.width)
            try:
                own = [read_picture(file, fitted, colour, depth, source.page, fit=fit) for file in source.files]
                yield source, [*own, *_mask(source, fitted, fit)]
            except UnreadableError as error:
                failed.append(SkippedFile(printable(source.name), str(error)))
            progress.advance()


def _mask(source: PictureFile, size: tuple[int, int], fit: str) -> list[Numbers]:
    """The class of each pixel, (1, height, width), where there is a mask."""
    if source.mask is None or source.classes is None:
        return []
    return [source.classes.indices(read_mask_values(source.mask, source.classes.kind, size, fit))[None]]


def _allocate(sources: Sequence[PictureFile], shape: tuple[int, ...], what: str) -> list[Numbers]:
    n, dtype = len(sources[0].files) if sources else 1, _dtype(sources)
    masks = [allocate((shape[0], 1, *shape[2:]), np.uint8, what)] if sources and sources[0].mask else []
    return [*(allocate(shape, dtype, what) for _ in range(n)), *masks]


def _n_stacks(sources: Sequence[PictureFile]) -> int:
    """One for the pictures, and one for their targets, or for each class of their masks, where they have some."""
    first = sources[0] if sources else None
    return 1 if first is None else len(first.files) + (len(first.classes) if first.classes else 0)


def _depth(sources: Sequence[PictureFile]) -> Depth:
    return common_depth([source.header.depth for source in sources])


def _dtype(sources: Sequence[PictureFile]) -> np.dtype:
    return np.dtype(np.uint8 if _depth(sources) is Depth.BYTES else np.float32)
