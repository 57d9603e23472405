"""Colours for classes."""

from collections.abc import Sequence

import matplotlib as mpl
from matplotlib.colors import to_rgba

_TEN = (
    *("#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6"),
    *("#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd"),
)

Colour = tuple[float, float, float, float]


def palette(n: int) -> Sequence[Colour]:
    """`n` colours: up to ten that are distinct with any colour vision, up to twenty that most people can
    distinguish, and for more a rainbow, in which only neighbours look alike.

    References:
        Petroff, "Accessible color sequences for data visualization", arXiv:2107.02270, 2021, the sequence of ten.
    """
    if n <= len(_TEN):
        return [to_rgba(colour) for colour in _TEN[:n]]
    if n <= 20:
        return [to_rgba(colour) for colour in mpl.colormaps["tab20"](range(n))]
    return [to_rgba(colour) for colour in mpl.colormaps["turbo"]([0.05 + 0.9 * i / (n - 1) for i in range(n)])]
