"""Past frames, what came next, several predicted futures, and where those differ."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from PIL import Image
from torch import Tensor

from autoencode.views.figures.chart import PAPER
from autoencode.views.figures.labelled_grid import labelled_grid

_LEAST_SPREAD = 1 / 255


def futures(
    past: Float[Tensor, "past channels height width"],
    truth: Float[Tensor, "known channels height width"] | None,
    drawn: Float[Tensor, "n frames channels height width"],
) -> Image.Image:
    """A table: the past and the truth above, a row for each future below, and last where futures differ.

    Args:
        past: in [0, 1], the oldest first.
        truth: what came next, as far as it is known; None where it is not.
        drawn: the futures.
    """
    n, frames, channels, *size = drawn.shape
    blank = torch.ones(1, len(past), channels, *size)
    known = torch.ones(0, channels, *size) if truth is None else truth[:frames]
    rest = torch.ones(frames - len(known), channels, *size)
    spread = drawn.std(0, correction=0).mean(1, keepdim=True).expand(-1, channels, -1, -1)
    largest = max(float(spread.max()), _LEAST_SPREAD)
    differ = [(spread / largest)[None]] if n > 1 else []
    futures_and_spread = torch.cat([drawn, *differ])
    rows = torch.cat(
        [
            torch.cat([past, known, rest])[None],
            torch.cat([blank.expand(len(futures_and_spread), -1, -1, -1, -1), futures_and_spread], 1),
        ]
    )
    columns = rows.shape[1]
    empty = [len(past) + place for place in range(len(known), frames)]
    empty += [row * columns + place for row in range(1, len(rows)) for place in range(len(past))]
    names = ["past, and what came next" if len(known) else "past", *(f"future {number + 1}" for number in range(n))]
    names += [f"differ (white: {largest:.2g})"] if n > 1 else []
    ahead = [*(str(place - len(past) + 1) for place in range(len(past))), *(f"+{place + 1}" for place in range(frames))]
    return labelled_grid(rows, names, ahead, apart=[len(past)], blank=empty)


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
