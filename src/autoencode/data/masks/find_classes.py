"""Finds the classes among the values that occur in masks."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from autoencode.data.masks.mask_classes import MaskClasses, MaskKind, Values
from autoencode.data.masks.objects import connected
from autoencode.data.masks.outlines import OBJECT_NAMES
from autoencode.errors import DataError

MOST_CLASSES = 32
_SOLID = 0.05
"""Share of a value's pixels amid pixels of the same value, from which it is a class: values between two classes lie
along edges."""
_FEW = 2
"""So many values along edges are classes of thin lines, and more of them are blurred edges."""
_NEAR, _RARE = 24, 1e-3
"""In files with loss: values so near to a commoner one are the same class; a class has this share of all pixels."""
_BLURRED = 0.2
"""Share of pixels between classes, above which masks are refused."""
_EXACT = 0.5
_TRIED = 20


class FoundClasses(NamedTuple):
    """What was found.

    Args:
        classes: the classes.
        notes: one line each on what they are, and on what was changed.
    """

    classes: MaskClasses
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Census:
    """How many pixels have each value, and how many of them lie amid their own; `single` counts objects."""

    counts: Counter[int]
    solid: Counter[int]
    single: bool

    @property
    def total(self) -> int:
        return self.counts.total()

    def share(self, values: Values) -> float:
        return sum(self.counts[value] for value in values.tolist()) / self.total


def find_classes(
    masks: Iterable[Values],
    what: str,
    kind: MaskKind = MaskKind.LABELS,
    colours: Sequence[int] = (),
    *,
    lossy: bool = False,
    objects: bool = False,
) -> FoundClasses:
    """Which values of masks are classes.

    A value is a class if it fills areas; values that occur along edges only, as blurring and JPEG leave them, belong to
    the nearest class. More than 32 values, each of which is one connected area in a mask, are the numbers of objects.

    Args:
        masks: the values of each mask, (height, width).
        what: where they are, for messages.
        kind: what the values are.
        colours: of the palette, as 0xRRGGBB.
        lossy: whether files may hold other values than those that were saved.
        objects: whether values are the numbers of objects, however few there are.

    Raises:
        DataError: no two classes, more than 32, or too many pixels between classes.
    """
    if objects:
        most = max((len(np.unique(mask[mask != 0])) for mask in masks), default=0)
        return _objects(most, what)
    census = _census(masks)
    if kind is MaskKind.COLOURS and all(_is_grey(value) for value in census.counts):
        census, kind = _as_labels(census), MaskKind.LABELS
    kept = _classes(census, kind, lossy=lossy)
    if len(kept) > MOST_CLASSES:
        if kind is MaskKind.LABELS and not lossy and census.single:
            return _objects(None, what)
        raise DataError(
            f"the masks in {what} have {len(kept):,} values, and there may be {MOST_CLASSES} classes: give each class "
            "one value, or say --target-is objects where each value is one object, or pictures where they are no masks"
        )
    if len(kept) < 2:
        only = "no pixel" if not kept else f"one value ({_shown(next(iter(kept)), kind)})"
        raise DataError(f"the masks in {what} have {only} in all: a mask needs two classes or more")
    return _found(census, kept, kind, colours, what, lossy=lossy)


def _objects(most: int | None, what: str) -> FoundClasses:
    if most == 0:
        raise DataError(f"the masks in {what} have one value (0) in all: objects have numbers above 0")
    up_to = "" if most is None else f" (up to {most:,} in one)"
    note = f"masks number their objects{up_to}: classes are background, object and outline, which separates objects"
    return FoundClasses(MaskClasses(OBJECT_NAMES, MaskKind.OBJECTS), (note,))


def _census(masks: Iterable[Values]) -> _Census:
    from scipy import ndimage

    counts, solid, areas, single = Counter[int](), Counter[int](), 0, 0
    for number, mask in enumerate(masks):
        values, n = np.unique(mask, return_counts=True)
        counts.update(dict(zip(values.tolist(), n.tolist(), strict=True)))
        amid = ndimage.minimum_filter(mask, 3) == ndimage.maximum_filter(mask, 3)
        values, n = np.unique(mask[amid], return_counts=True)
        solid.update(dict(zip(values.tolist(), n.tolist(), strict=True)))
        if number < _TRIED:
            for value in np.unique(mask[mask != 0]).tolist()[: 4 * MOST_CLASSES]:
                areas += connected(mask == value).count
                single += 1
    return _Census(counts, solid, areas <= 1.5 * single)


def _classes(census: _Census, kind: MaskKind, *, lossy: bool) -> dict[int, int]:
    """The values that are classes, with their numbers of pixels."""
    counts = census.counts
    if kind is MaskKind.PALETTE or (len(counts) <= _FEW and not lossy):
        return dict(counts)
    kept = {value: n for value, n in counts.items() if census.solid[value] >= _SOLID * n}
    rest = {value: n for value, n in counts.items() if value not in kept}
    if len(rest) <= _FEW and not lossy:
        return dict(counts)
    if lossy:
        kept = _merged({value: n for value, n in kept.items() if n >= _RARE * census.total}, kind)
    if len(kept) < 2:  # lines alone, with blurred edges
        kept |= dict(sorted(rest.items(), key=lambda item: -item[1])[: 2 - len(kept)])
    return kept


def _merged(kept: dict[int, int], kind: MaskKind) -> dict[int, int]:
    merged = dict[int, int]()
    for value, n in sorted(kept.items(), key=lambda item: -item[1]):
        own = MaskClasses(tuple(map(str, merged)), kind, tuple(merged))
        if not merged or own.distances(np.array([value]))[0] > _NEAR:
            merged[value] = n
    return merged


def _found(
    census: _Census, kept: dict[int, int], kind: MaskKind, colours: Sequence[int], what: str, *, lossy: bool
) -> FoundClasses:
    dark = [value for value in kept if value <= (_NEAR if lossy and kind is MaskKind.LABELS else 0)]
    background = min(dark) if dark else max(kept, key=lambda value: kept[value])
    values = (background, *sorted(value for value in kept if value != background))
    names = _names(values, kind)
    own = tuple(colours[value] for value in values if value < len(colours)) if kind is MaskKind.PALETTE else ()
    classes = MaskClasses(names, kind, values, own if len(own) == len(values) else ())
    listed = ", ".join(
        f"{name} ({_shown(value, kind)}, {100 * kept[value] / census.total:.2g} %)"
        for name, value in zip(names, values, strict=True)
    )
    return FoundClasses(
        classes, (f"{len(values)} classes in the masks: {listed}", *_snapped(census, classes, what, lossy=lossy))
    )


def _snapped(census: _Census, classes: MaskClasses, what: str, *, lossy: bool) -> Iterator[str]:
    """A line about values between classes.

    Raises:
        DataError: there are too many of them.
    """
    found = np.array(list(census.counts))
    distances = classes.distances(found)
    off, share = distances > _EXACT, census.share(found[distances > _EXACT])
    if not share:
        return
    if (census.share(found[distances > _NEAR]) if lossy else share) > _BLURRED:
        raise DataError(
            f"{100 * share:.2g} % of the pixels of the masks in {what} have values between classes "
            f"({', '.join(classes.names)}), so these look like pictures: give masks with one value for each class, or "
            "train with --recipe restorer where pictures are meant"
        )
    yield (
        f"{100 * share:.2g} % of their pixels have one of {int(off.sum()):,} values between these (blurred edges, "
        "JPEG); each gets the nearest class"
    )


def _names(values: Sequence[int], kind: MaskKind) -> tuple[str, ...]:
    if len(values) == 2:
        return ("background", "foreground")
    return ("background", *(_shown(value, kind) for value in values[1:]))


def _shown(value: int, kind: MaskKind) -> str:
    return f"#{value:06x}" if kind is MaskKind.COLOURS else str(value)


def _is_grey(value: int) -> bool:
    return value >> 16 == value >> 8 & 255 == value & 255


def _as_labels(census: _Census) -> _Census:
    counts, solid = (Counter({value & 255: n for value, n in one.items()}) for one in (census.counts, census.solid))
    return _Census(counts, solid, census.single)
