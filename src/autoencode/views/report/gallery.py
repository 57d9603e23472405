"""Figures in rows."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from PIL import Image

from autoencode.views.figures.rendering import Drawing
from autoencode.views.pages import image, tag, text
from autoencode.views.report.content import Figure
from autoencode.views.report.embedding import data_uri, size

_WIDE = 1.4
"""Figures that are wider than this times their height get a row of their own."""


def gallery(figures: Sequence[Figure]) -> str:
    """All figures: wide ones over the full width, others in pairs; a single one has its caption beside it."""
    rows = [tag("div", *(_figure(each) for each in row), class_=f"row {kind}") for kind, row in _rows(figures)]
    return "".join(rows)


def _rows(figures: Sequence[Figure]) -> Iterator[tuple[str, Sequence[Figure]]]:
    for wide, group in groupby(figures, _is_wide):
        run = list(group)
        for place in range(0, len(run), 1 if wide else 2):
            row = run[place : place + (1 if wide else 2)]
            yield ("wide" if wide else ("two", "alone")[len(row) == 1]), row


def _is_wide(figure: Figure) -> bool:
    width, height = size(figure.image)
    return width > _WIDE * height


def _figure(figure: Figure) -> str:
    words = tag("figcaption", tag("h3", text(figure.title)), tag("p", text(figure.caption)))
    return tag("figure", tag("div", _image(figure), class_="frame"), words)


def _image(figure: Figure) -> str:
    width, height = size(figure.image)
    return image(
        src=data_uri(figure.image), alt=figure.alt, width=str(width), height=str(height), class_=_kind(figure.image)
    )


def _kind(drawing: Drawing) -> str:
    return "picture" if isinstance(drawing, Image.Image) else "chart"
