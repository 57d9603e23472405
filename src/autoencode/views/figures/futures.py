"""Past frames, what came next, several predicted futures, and where those differ."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from PIL import Image
from torch import Tensor

from autoencode.views.figures.chart import PAPER
from autoencode.views.figures.labelled_grid import labelled_grid
from autoencode.views.figures.tiles import fitting_scale

_LEAST_SPREAD = 1 / 255
_PAST, _FUTURE = 4, 8
"""The most frames that are shown."""
_SIDE = 144
"""About how many pixels the longer side of a frame has."""


def futures(
    past: Float[Tensor, "past channels height width"],
    truth: Float[Tensor, "known channels height width"] | None,
    drawn: Float[Tensor, "n frames channels height width"],
) -> Image.Image:
    """A table: the past and the truth above, a row for each future below, and last where futures differ.

    Of a long past the last four frames are shown, and of long futures eight, evenly spaced.

    Args:
        past: in [0, 1], the oldest first.
        truth: what came next, as far as it is known; None where it is not.
        drawn: the futures.
    """
    n, frames, channels, *size = drawn.shape
    shown = [round(place) for place in torch.linspace(0, frames - 1, min(frames, _FUTURE)).tolist()]
    past = past[-_PAST:]
    known = [place for place in shown if truth is not None and place < len(truth)]
    rows = torch.ones(1 + n + (n > 1), len(past) + len(shown), channels, *size)
    rows[0, : len(past)] = past
    if truth is not None:
        rows[0, len(past) : len(past) + len(known)] = truth[known]
    rows[1 : n + 1, len(past) :] = drawn[:, shown]
    names = ["past, and what came next" if known else "past", *(f"future {number + 1}" for number in range(n))]
    if n > 1:
        spread = drawn.std(0, correction=0).mean(1, keepdim=True)
        largest = max(float(spread.max()), _LEAST_SPREAD)
        rows[-1, len(past) :] = (spread / largest)[shown]
        names.append(f"differ (white: {largest:.2g})")
    columns = rows.shape[1]
    empty = [len(past) + place for place in range(len(known), len(shown))]
    empty += [row * columns + place for row in range(1, len(rows)) for place in range(len(past))]
    ahead = [str(place - len(past) + 1) for place in range(len(past))] + [f"+{place + 1}" for place in shown]
    scale = fitting_scale(max(size), _SIDE)
    return labelled_grid(rows, names, ahead, apart=[len(past)], blank=empty, scale=scale)


def above_each_other(sheets: Sequence[Image.Image]) -> Image.Image:
    """Pictures in a column, on the background of such sheets.

    Args:
        sheets: at least one.
    """
    sheet = Image.new("RGB", (max(each.width for each in sheets), sum(each.height for each in sheets)), PAPER)
    top = 0
    for each in sheets:
        sheet.paste(each, (0, top))
        top += each.height
    return sheet
