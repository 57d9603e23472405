import numpy as np
import pytest

from autoencode.detection.outlier_score import OutlierScore


@pytest.fixture(scope="session")
def table():
    """Two hundred rows of five correlated columns; rows 0 to 3 are far away."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 2)) @ rng.normal(size=(2, 5)) + 0.2 * rng.normal(size=(200, 5))
    x[:4] += 6
    return x


@pytest.fixture(scope="session")
def score(table):
    return OutlierScore.fit(table, np.arange(5), n_models=9, steps=40)
