import numpy as np
import pytest
import torch
from scipy import linalg

from autoencode.errors import ArgumentError, ShapeError
from autoencode.evaluation import frechet_distance
from autoencode.evaluation.frechet import frechet_estimate, gaussian_frechet_distance
from support.statistics import assert_within_standard_errors

pytestmark = pytest.mark.usefixtures("double")


def covariance(dims: int) -> torch.Tensor:
    root = torch.randn(dims, dims)
    return root @ root.T


def test_one_dimension():
    one, other = torch.tensor([[4.0]]), torch.tensor([[9.0]])
    assert gaussian_frechet_distance(torch.tensor([1.0]), one, torch.tensor([3.0]), other) == pytest.approx(
        4 + (2 - 3) ** 2
    )


def test_covariances_that_commute():
    a, b, turn = torch.rand(6) + 0.1, torch.rand(6) + 0.1, torch.linalg.qr(torch.randn(6, 6)).Q
    found = gaussian_frechet_distance(torch.zeros(6), turn * a @ turn.T, torch.zeros(6), turn * b @ turn.T)
    assert found == pytest.approx((a.sqrt() - b.sqrt()).square().sum().item())


def test_against_the_matrix_root_of_scipy():
    for _ in range(5):
        one, other, shift = covariance(8), covariance(8), torch.randn(8)
        root = linalg.sqrtm((one @ other).numpy())
        expected = shift @ shift + np.trace((one + other).numpy() - 2 * np.real(root))
        assert gaussian_frechet_distance(torch.zeros(8), one, shift, other) == pytest.approx(expected.item())


def test_singular_covariances():
    one = torch.diag(torch.tensor([1.0, 4.0, 0.0]))
    other = torch.diag(torch.tensor([0.0, 9.0, 0.0]))
    assert gaussian_frechet_distance(torch.zeros(3), one, torch.zeros(3), other) == pytest.approx(1 + 1)


def test_samples_against_numpy_and_themselves():
    x, y = torch.randn(300, 4) @ covariance(4), torch.randn(200, 4) + 1
    one, other = np.cov(x.T.numpy()), np.cov(y.T.numpy())
    mean = (x.mean(0) - y.mean(0)).numpy()
    expected = mean @ mean + np.trace(one + other - 2 * np.real(linalg.sqrtm(one @ other)))
    assert frechet_distance(x, y) == pytest.approx(expected)
    assert frechet_distance(x, x) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(x, x + torch.tensor([3.0, 0.0, 4.0, 0.0])) == pytest.approx(25)


def test_the_standard_error_is_that_of_repeated_draws():
    spread = torch.tensor([frechet_distance(torch.randn(400, 2), torch.randn(400, 2) + 1) for _ in range(200)]).std()
    found = [frechet_estimate(torch.randn(400, 2), torch.randn(400, 2) + 1, seed=i) for i in range(10)]
    errors = torch.tensor([each.standard_error for each in found])
    assert_within_standard_errors(errors.mean(), spread, 0.06 * spread)
    assert frechet_estimate(torch.eye(3), torch.eye(3) * 2, seed=1) == frechet_estimate(
        torch.eye(3), torch.eye(3) * 2, seed=1
    )


def test_what_cannot_be_compared():
    with pytest.raises(ShapeError, match="number of features, not 3 and 4"):
        frechet_distance(torch.randn(9, 3), torch.randn(9, 4))
    with pytest.raises(ArgumentError, match="two examples"):
        frechet_distance(torch.randn(1, 3), torch.randn(9, 3))
