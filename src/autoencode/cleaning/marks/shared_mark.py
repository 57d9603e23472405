"""A translucent mark that pictures share: its opacity and colour, found from the pictures alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from autoencode.cleaning.marks.agreement import Agreement, agreement, grown
from autoencode.cleaning.marks.integration import gradients, integrate

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.floating]
Mask = npt.NDArray[np.bool_]
Places = tuple[npt.NDArray[np.intp], ...]
"""Rows and columns of some pixels."""

_MOST_OPAQUE = 0.9
_TRANSLUCENT = 0.8
"""Opacity up to which a mark lets enough through; what 8 bits and JPEG lose grows to five times as much."""
_FAINTEST = 0.02
"""Opacity below which nothing is left of a mark that 8 bits could show."""
_REFINEMENTS, _REWEIGHTINGS = 4, 12
_MOST_VALUES = 2**25
_LEFT, _SURELY_LEFT, _USUAL = 0.88, 0.75, 1.5
"""A mark is one if the share of its edges that is left is below the first, and either below the second, too, or no more
than this multiple of the steps around: pictures that share something else, such as the eyes of portraits, keep more."""
_SHOWS = 0.5
"""A picture carries the mark if its edges are there with this share of their strength."""
_INSIDE = 0.35


@dataclass(frozen=True, eq=False)
class SharedMark:
    """A mark of one colour.

    Args:
        opacity: of each pixel, (height, width), from 0 to 0.9.
        colour: red, green and blue, white is 1.
        edges: pixels by which it was found.
    """

    opacity: Floats
    colour: Floats
    edges: Mask

    def removed(self, picture: Bytes, strength: float = 1.0) -> Bytes:
        """The picture without the mark: (marked − opacity · colour) / (1 − opacity).

        Args:
            picture: (height, width, 3).
            strength: 1 for all of it, 0.5 for half.
        """
        shown = self.opacity > 0
        x, opacity = picture[shown] / 255, self.opacity[shown][:, None]
        clean = ((x - opacity * self.colour) / (1 - opacity)).clip(0, 1)
        result = picture.copy()
        result[shown] = np.rint(255 * (x + strength * (clean - x))).astype(np.uint8)
        return result

    def shows_in(self, picture: Bytes) -> bool:
        """Whether a picture carries it: whether its own gradients go with those of the mark."""
        places = np.nonzero(self.edges)
        clean = _smoothed(self.removed(picture))
        agree = total = 0.0
        for own, of_mark in zip(_pixel_gradients(picture, places), self.steps(places), strict=True):
            expected = of_mark[:, None] * (self.colour - clean[places])
            agree, total = agree + float((own * expected).sum()), total + float(np.square(expected).sum())
        return agree > _SHOWS * total > 0

    def steps(self, places: Places) -> list[Floats]:
        """The gradients of the opacity at some pixels, across and down."""
        return [np.asarray(step[places], np.float64) for step in gradients(self.opacity)]


def find_shared_mark(pictures: Bytes, *, check: bool = True) -> SharedMark | None:
    """The mark that pictures share, or None.

    The median gradients of the pictures give its shape. Where a picture is dark, a white mark makes a larger step than
    where it is bright: from that opacity and colour follow, by robust regression of all steps on the brightness beneath
    them; and, pixel by pixel, a better shape. That is done four times.

    Args:
        pictures: (n, height, width, 3), eight or more that show different things.
        check: only a mark whose removal takes most of its edges away.

    References:
        Dekel, Rubinstein, Liu and Freeman, "On the effectiveness of visible watermarks", CVPR 2017, equations 1 to 3.
    """
    found = agreement(pictures)
    if found is None:
        return None
    near = grown(found.edges, 2)
    used = pictures[: max(6, _MOST_VALUES // max(1, 3 * int(near.sum())))]
    mark = _first(found, near, used)
    for _ in range(_REFINEMENTS):
        mark = _refined(mark, near, used)
        if mark is None:
            return None
    if np.median(mark.opacity[mark.opacity > 0]) > _TRANSLUCENT:
        return None
    return mark if not check or _is_translucent(mark, near, used) else None


def _first(found: Agreement, near: Mask, pictures: Bytes) -> SharedMark:
    """The shape by its gradients, as if everything beneath were of one brightness; an opacity of a half at most."""
    shape = np.stack(
        [
            integrate(np.where(near, found.across[..., c], 0.0), np.where(near, found.down[..., c], 0.0))
            for c in range(3)
        ],
        axis=-1,
    )
    shape -= np.median(shape[_outside(near)], axis=0)
    direction = (shape * np.linalg.norm(shape, axis=-1, keepdims=True))[near].sum(0)
    direction /= max(1e-12, float(np.linalg.norm(direction)))
    height = (shape @ direction).clip(0)
    peak = float(np.quantile(height[near], 0.9))
    beneath = np.median(pictures[:, _outside(near)].reshape(-1, 3), axis=0) / 255
    colour = np.where(direction > 0.2, 1.0, np.where(direction < -0.2, 0.0, beneath))
    opacity = min(0.5, peak / max(0.05, float(np.abs(direction @ (colour - beneath)))))
    return SharedMark(_bounded(opacity * height / max(peak, 1e-12), near), colour, found.edges)


def _outside(near: Mask) -> Mask:
    """Pixels far from the mark's edges, or all that are no edges where none is far."""
    far = ~grown(near, 6)
    return far if far.sum() > 50 else ~near if not near.all() else np.ones_like(near)


def _bounded(opacity: Floats, near: Mask) -> Floats:
    """Opacity within its bounds, and 0 where it only leaked from the edges."""
    peak = float(np.quantile(opacity[near], 0.95))
    leaked = (opacity < _FAINTEST) | (~near & (opacity < _INSIDE * peak))
    return np.where(leaked, 0.0, opacity.clip(0, _MOST_OPAQUE))


def _refined(mark: SharedMark, near: Mask, pictures: Bytes) -> SharedMark | None:
    """Colour and opacity by the brightness beneath, then the shape; None where there is no translucent mark."""
    places = np.nonzero(near)
    steps, beneath = _samples(mark, pictures, places)
    scale, colour = _fit(mark.steps(places), steps, beneath)
    if not 0.05 < scale < 20:
        return None
    opacity, by_axis = np.zeros(near.shape), []
    for own, under in zip(steps, beneath, strict=True):
        step = np.zeros(near.shape)
        step[places] = _shape_steps(own, colour - under)
        by_axis.append(step)
    opacity = integrate(*by_axis)
    opacity -= np.median(opacity[_outside(near)])
    if not opacity[near].max() > _FAINTEST:
        return None
    return replace(mark, opacity=_bounded(opacity, near), colour=colour)


def _samples(mark: SharedMark, pictures: Bytes, places: Places) -> tuple[list[Floats], list[Floats]]:
    """The steps of the pictures at some pixels, and the brightness beneath, across and down: (n, pixels, 3) each."""
    steps, beneath = ([], []), ([], [])
    for picture in pictures:
        clean = _smoothed(mark.removed(picture))
        pairs = zip(_pixel_gradients(picture, places), _pixel_means(clean, places), strict=True)
        for axis, (step, mean) in enumerate(pairs):
            steps[axis].append(step)
            beneath[axis].append(mean)
    return [np.stack(one) for one in steps], [np.stack(one) for one in beneath]


def _next(places: Places, shape: tuple[int, ...]) -> Iterator[Places]:
    """The pixels to the right and below, or the same at the edge."""
    rows, columns = places
    yield rows, np.minimum(columns + 1, shape[1] - 1)
    yield np.minimum(rows + 1, shape[0] - 1), columns


def _pixel_gradients(picture: Bytes, places: Places) -> list[Floats]:
    here = picture[places].astype(np.float32)
    return [(picture[there] - here) / np.float32(255) for there in _next(places, picture.shape)]


def _pixel_means(x: Floats, places: Places) -> list[Floats]:
    return [(x[places] + x[there]) / 2 for there in _next(places, x.shape)]


def _smoothed(picture: Bytes) -> Floats:
    """The mean of each pixel and the eight around it, white is 1."""
    padded = np.pad(picture.astype(np.float32), ((1, 1), (1, 1), (0, 0)), mode="edge")
    height, width = picture.shape[:2]
    total = np.zeros((height, width, 3), np.float32)
    for y in range(3):
        for x in range(3):
            total += padded[y : y + height, x : x + width]
    return total / np.float32(9 * 255)


def _fit(steps_of_opacity: list[Floats], steps: list[Floats], beneath: list[Floats]) -> tuple[float, Floats]:
    """By how much the opacity must be multiplied, and the colour: steps = Δopacity · scale · (colour − beneath).

    The sum of absolute errors is the least, by reweighted least squares, since pictures have edges of their own.
    """
    largest = max(float(np.abs(step).max(initial=0.0)) for step in steps_of_opacity)
    rows, targets = list[Floats](), list[Floats]()
    for of_opacity, own, under in zip(steps_of_opacity, steps, beneath, strict=True):
        large = np.abs(of_opacity) > 0.25 * largest
        step = np.broadcast_to(of_opacity[large], own[:, large].shape[:2]).reshape(-1)
        rows.append(np.concatenate([step[:, None], -step[:, None] * under[:, large].reshape(-1, 3)], axis=1))
        targets.append(own[:, large].reshape(-1, 3))
    design, target = _some(np.concatenate(rows), np.concatenate(targets))
    solution = np.zeros(4)
    weights = np.ones_like(target)
    for _ in range(_REWEIGHTINGS):
        normal, right = np.diag([1e-9] * 4), np.zeros(4)
        for c in range(3):
            columns, w = [c, 3], weights[:, c]
            part = np.stack([design[:, 0], design[:, 1 + c]], axis=1)
            normal[np.ix_(columns, columns)] += part.T @ (part * w[:, None])
            right[columns] += part.T @ (w * target[:, c])
        solution = np.linalg.solve(normal, right)
        predicted = design[:, :1] * solution[:3] + design[:, 1:] * solution[3]
        weights = 1 / np.maximum(np.abs(target - predicted), 0.01)
    scale = float(solution[3])
    return scale, (solution[:3] / scale).clip(0, 1) if scale > 0 else np.ones(3)


def _some(rows: Floats, targets: Floats, most: int = 60_000) -> tuple[Floats, Floats]:
    """Some of many rows, evenly."""
    every = max(1, len(rows) // most)
    return rows[::every].astype(np.float64), targets[::every].astype(np.float64)


def _shape_steps(steps: Floats, contrast: Floats) -> Floats:
    """By pixel: the weighted median over pictures and channels of steps / contrast, with the contrast as weight.

    It is the ratio with the least sum of absolute errors.

    Args:
        steps: (n, pixels, 3).
        contrast: of the mark's colour to what is beneath, (n, pixels, 3).
    """
    own = steps.transpose(0, 2, 1).reshape(-1, steps.shape[1])
    weight = np.abs(contrast).transpose(0, 2, 1).reshape(own.shape)
    sign = np.sign(contrast).transpose(0, 2, 1).reshape(own.shape)
    ratio = sign * own / np.maximum(weight, 0.02)
    order = ratio.argsort(axis=0)
    total = np.take_along_axis(weight, order, 0).cumsum(axis=0)
    middle = (total < total[-1:] / 2).sum(axis=0)
    return np.take_along_axis(np.take_along_axis(ratio, order, 0), middle[None], 0)[0].astype(np.float64)


def _is_translucent(mark: SharedMark, near: Mask, pictures: Bytes) -> bool:
    """Whether removing the mark leaves the pictures as they are around it."""
    edges, around = np.nonzero(mark.edges), np.nonzero(grown(near, 6) & ~near)
    clean = [mark.removed(picture) for picture in pictures]
    before, after, usual = _mean_step(pictures, edges), _mean_step(clean, edges), _mean_step(pictures, around)
    return after <= _LEFT * before and (after <= _SURELY_LEFT * before or after <= _USUAL * usual)


def _mean_step(pictures: Sequence[Bytes] | Bytes, places: Places) -> float:
    """The mean absolute step of pictures at some pixels; 0 where there are none."""
    if not len(places[0]):
        return 0.0
    return float(np.mean([np.abs(step).mean() for picture in pictures for step in _pixel_gradients(picture, places)]))
