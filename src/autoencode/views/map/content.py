"""The content of a map."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from jaxtyping import Float, Int
from torch import Tensor

LoadImages = Callable[[Tensor], Tensor]
"""From row numbers (k,) to pictures (k, channels, height, width) in [0, 1]."""


@dataclass(frozen=True, eq=False)
class MapContent:
    """Points, and the label, name and picture of each.

    Args:
        title: the name of the run.
        lead: one sentence: what is shown, and what the axes are.
        points: (n, 2).
        axes: what the two axes are, in a few words each.
        labels: the class of each point, 0, 1, … (-1: unknown), or None.
        classes: their names; by default the numbers.
        names: of each point: a file's name, or the number of the example.
        load_images: gives the pictures of points by row; None for vectors.
        equal: whether the axes have the same unit.
    """

    title: str
    lead: str
    points: Float[Tensor, "n 2"]
    axes: tuple[str, str]
    labels: Int[Tensor, " n"] | None
    classes: Sequence[str]
    names: Sequence[str]
    load_images: LoadImages | None
    equal: bool = True
