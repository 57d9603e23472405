from itertools import pairwise

import numpy as np
import pytest
import torch

from autoencode.corruptions.geometry import (
    distance_to_polyline,
    pixel_coverage,
    pixel_grid,
    quadratic_bezier,
    random_point,
)
from support.statistics import assert_uniform

pytestmark = pytest.mark.usefixtures("double")


def column(*numbers: float) -> torch.Tensor:
    return torch.tensor(numbers).reshape(-1, 1, 1, 1)


def test_the_plane_is_in_units_of_the_shorter_side() -> None:
    at = pixel_grid(torch.empty(1, 1, 20, 50))
    assert (at.width, at.height, at.pixel) == (2.5, 1.0, 0.05)
    assert at.x.shape == (1, 1, 1, 50)
    assert at.y.shape == (1, 1, 20, 1)
    assert at.x[0, 0, 0, 0] == pytest.approx(0.025)
    assert at.y[0, 0, -1, 0] == pytest.approx(0.975)


def test_distances_are_those_to_the_nearest_of_many_points_of_the_line() -> None:
    at = pixel_grid(torch.empty(2, 1, 12, 18))
    points = [
        (column(0.1, 1.2), column(0.2, 0.9)),
        (column(0.9, 0.3), column(0.7, 0.9)),
        (column(0.8, 0.3), column(0.1, 0.1)),
    ]
    found = distance_to_polyline(points, at)
    x, y = np.meshgrid(at.x.flatten().numpy(), at.y.flatten().numpy())
    for picture in range(2):
        corners = np.array([[float(p[0][picture]), float(p[1][picture])] for p in points])
        dense = np.concatenate([np.linspace(a, b, 4000) for a, b in pairwise(corners)])
        wanted = np.sqrt((x[..., None] - dense[:, 0]) ** 2 + (y[..., None] - dense[:, 1]) ** 2).min(-1)
        assert np.allclose(found[picture, 0].numpy(), wanted, atol=3e-4)


def test_a_line_of_no_length_is_a_point() -> None:
    at = pixel_grid(torch.empty(1, 1, 5, 5))
    point = (column(0.3), column(0.6))
    wanted = ((at.x - 0.3) ** 2 + (at.y - 0.6) ** 2).sqrt()
    assert torch.allclose(distance_to_polyline([point, point], at), wanted)


def test_a_bow_bends_by_its_share_and_keeps_its_ends() -> None:
    points = quadratic_bezier((column(0.0), column(0.0)), (column(2.0), column(0.0)), column(0.1), pieces=4)
    assert len(points) == 5
    assert (float(points[0][0]), float(points[0][1])) == (0, 0)
    assert (float(points[-1][0]), float(points[-1][1])) == (2, 0)
    assert float(points[2][0]) == pytest.approx(1.0)
    assert abs(float(points[2][1])) == pytest.approx(0.2)


def test_points_are_anywhere_on_the_picture() -> None:
    x = torch.empty(4000, 1, 10, 30)
    px, py = random_point(x, pixel_grid(x))
    assert_uniform(px.flatten() / 3)
    assert_uniform(py.flatten())


def test_the_edge_of_what_is_within_is_as_soft_as_a_pixel() -> None:
    at = pixel_grid(torch.empty(1, 1, 10, 10))
    cover = pixel_coverage(torch.tensor([0.0, 0.25, 0.3, 0.35, 0.6]), torch.tensor(0.3), at)
    assert torch.allclose(cover, torch.tensor([1.0, 1.0, 0.5, 0.0, 0.0]), atol=1e-9)
