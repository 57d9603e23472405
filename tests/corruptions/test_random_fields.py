import pytest
import torch

from autoencode.corruptions.random_fields import value_noise
from support.statistics import assert_mean

pytestmark = pytest.mark.usefixtures("double")


@pytest.mark.parametrize("octaves", [1, 3])
@pytest.mark.parametrize("cells", [2.0, 7.0])
def test_it_has_mean_zero_and_a_deviation_of_about_one(cells: float, octaves: int) -> None:
    field = value_noise(torch.empty(4000, 1, 9, 13), cells, octaves)
    assert_mean(field, 0.0)
    assert field.std(0).min() > 0.5
    assert field.std(0).max() < 1.5


def test_it_is_smooth_and_rougher_with_more_octaves() -> None:
    def steps(cells: float, octaves: int) -> float:
        field = value_noise(torch.empty(50, 1, 64, 64), cells, octaves)
        return float((field[..., 1:] - field[..., :-1]).square().mean())

    assert steps(2.0, 1) < steps(4.0, 1) < steps(16.0, 1)
    assert steps(2.0, 1) < steps(2.0, 3)
    assert steps(4.0, 1) < 0.02


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (5, 300)])
def test_any_size_will_do(size: tuple[int, int]) -> None:
    field = value_noise(torch.empty(2, 3, *size), 24.0, 4)
    assert field.shape == (2, 1, *size)
    assert field.isfinite().all()


def test_cells_are_as_wide_as_high() -> None:
    field = value_noise(torch.empty(100, 1, 64, 256), 8.0)
    across, down = (field[..., 1:] - field[..., :-1]).std(), (field[..., 1:, :] - field[..., :-1, :]).std()
    assert across / down == pytest.approx(1, abs=0.15)
