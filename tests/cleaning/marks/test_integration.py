"""An image from its gradients."""

import numpy as np
import pytest
from scipy.fft import dct

from autoencode.cleaning.marks.integration import (
    cosine_transform,
    gradients,
    integrate,
    inverse_cosine_transform,
)


@pytest.mark.parametrize("n", [1, 2, 5, 8, 9])
def test_the_cosine_transform_is_that_of_scipy(n: int) -> None:
    x = np.random.default_rng(0).normal(size=(3, n))
    assert np.allclose(cosine_transform(x), dct(x, axis=-1) / 2)
    assert np.allclose(inverse_cosine_transform(cosine_transform(x)), x)


@pytest.mark.parametrize("shape", [(1, 1), (1, 6), (7, 10), (8, 5)])
def test_an_image_comes_back_but_for_its_mean(shape: tuple[int, int]) -> None:
    x = np.random.default_rng(0).normal(size=shape)
    assert np.allclose(integrate(*gradients(x)), x - x.mean())


def test_gradients_that_are_of_no_image_are_met_by_least_squares() -> None:
    random = np.random.default_rng(0)
    across, down = random.normal(size=(2, 4, 5))
    across[:, -1], down[-1] = 0, 0
    found = integrate(across, down)
    design = [np.concatenate([part.ravel() for part in gradients(unit)]) for unit in np.eye(20).reshape(20, 4, 5)]
    expected = np.linalg.lstsq(np.stack(design, 1), np.concatenate([across.ravel(), down.ravel()]), rcond=None)[0]
    assert np.allclose(found.ravel(), expected - expected.mean())
