"""The map as a picture."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from autoencode.views.figures.chart import INK, new_figure
from autoencode.views.figures.codes import add_legend, class_names, fit_axes, legend_rows, scatter
from autoencode.views.figures.palette import Colour, palette
from autoencode.views.figures.plane import Plane
from autoencode.views.map.content import MapContent

_CELLS = 16
_SHARE = 0.66
"""The size of a picture, as a share of its cell."""


def static_map(content: MapContent) -> Figure:
    """Dots coloured by class and, for pictures, one thumbnail per cell of a grid, framed in the colour of its class.

    Args:
        content: of the map. Points with a negative label are drawn as a class of their own.
    """
    labels = content.labels
    if labels is not None and bool((labels < 0).any()):
        labels = torch.where(labels < 0, labels.max() + 1, labels)
    names = class_names(labels, content.classes)
    colours = palette(len(names)) if names else []
    side = 8.0
    figure, (axes,) = new_figure(side, side + 0.2 * legend_rows(names))
    points = content.points.float()
    scatter(axes, Plane(points, content.axes), labels, colours)
    if content.equal:
        fit_axes(axes, points, None)
    if content.load_images is not None:
        _pictures(axes, content, points, labels, colours)
    add_legend(figure, axes, names, colours)
    return figure


def _pictures(
    axes: Axes, content: MapContent, points: Tensor, labels: Tensor | None, colours: Sequence[Colour]
) -> None:
    limits = (*axes.get_xlim(), *axes.get_ylim())
    rows, middles, cell = nearest_to_cell_centres(points, limits)
    if content.load_images is None or not len(rows):
        return
    pictures = content.load_images(rows).float().clamp(0, 1)
    pictures = pictures if pictures.shape[1] == 3 else pictures.mean(1, keepdim=True).expand(-1, 3, -1, -1)
    tall, wide = pictures.shape[-2:]
    half = [_SHARE / 2 * size * part / max(tall, wide) for size, part in zip(cell, (wide, tall), strict=True)]
    for row, (x, y), picture in zip(rows.tolist(), middles.tolist(), pictures, strict=True):
        extent = (x - half[0], x + half[0], y - half[1], y + half[1])
        drawn = axes.imshow(picture.permute(1, 2, 0).numpy(), extent=extent, zorder=3, aspect="auto")
        drawn.set_clip_on(True)
        colour = INK if labels is None else colours[int(labels[row])]
        axes.plot(
            [extent[0], extent[1], extent[1], extent[0], extent[0]],
            [extent[2], extent[2], extent[3], extent[3], extent[2]],
            color=colour,
            linewidth=1.6,
            zorder=4,
        )
    axes.set(xlim=limits[:2], ylim=limits[2:])
    axes.set_aspect("equal" if content.equal else "auto")


def nearest_to_cell_centres(
    points: Float[Tensor, "n 2"], limits: tuple[float, float, float, float]
) -> tuple[Tensor, Tensor, tuple[float, float]]:
    """The point nearest to the centre of each cell of a grid; empty cells have none.

    Args:
        points: anywhere.
        limits: of the grid: left, right, bottom, top.

    Returns:
        The rows of those points (k,), the middles of their cells (k, 2), and a cell's size.
    """
    low = torch.tensor([limits[0], limits[2]])
    size = (torch.tensor([limits[1], limits[3]]) - low) / _CELLS
    places = ((points - low) / size).floor().long()
    middles = low + (places + 0.5) * size
    inside = ((places >= 0) & (places < _CELLS)).all(1)
    off = ((points - middles) / size).square().sum(1)
    order = off.argsort()
    order = order[inside[order]]
    cells = places[order, 0] * _CELLS + places[order, 1]
    first = torch.full((_CELLS * _CELLS,), len(order)).scatter_reduce(0, cells, torch.arange(len(order)), "amin")
    rows = order[first[first < len(order)]]
    return rows, middles[rows], (size[0].item(), size[1].item())
