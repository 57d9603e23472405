import pytest
import torch

from autoencode.errors import ArgumentError
from autoencode.evaluation import Quantile, aggregate_std, continuity, median_distance
from autoencode.evaluation.continuity import sensitivities

pytestmark = pytest.mark.usefixtures("double")


def test_an_isometry_has_a_sensitivity_of_one_everywhere():
    loadings = torch.linalg.qr(torch.randn(12, 3)).Q
    found = sensitivities(lambda z: z @ loadings.T, torch.randn(50, 3), torch.ones(3), step=0.1)
    assert torch.allclose(found, torch.ones(50))


def test_a_linear_decoder_has_the_stretch_of_the_direction():
    matrix, code_std = torch.randn(7, 2), torch.tensor([2.0, 0.5])
    codes = torch.randn(40, 2)
    seen = []
    found = sensitivities(lambda z: seen.append(z) or z @ matrix.T, codes, code_std, step=0.3)
    moved = next(z - codes for z in seen if not torch.equal(z, codes))
    assert torch.allclose((moved / code_std).norm(dim=1), torch.full((40,), 0.3))
    assert torch.allclose(found, (moved @ matrix.T).norm(dim=1) / 0.3)


def test_steps_are_in_deviations_of_the_codes_so_their_unit_does_not_matter():
    codes, matrix = torch.randn(300, 4) * torch.tensor([1.0, 2.0, 3.0, 4.0]), torch.randn(9, 4)
    one = continuity(lambda z: (z @ matrix.T).sigmoid(), codes, aggregate_std(codes))
    other = continuity(lambda z: (z / 100 @ matrix.T).sigmoid(), 100 * codes, aggregate_std(100 * codes))
    assert one.median.value == pytest.approx(other.median.value)
    assert one.high.value == pytest.approx(other.high.value)


def test_a_jump_shows_in_the_high_percentile_and_not_in_the_median():
    codes = torch.linspace(-1, 1, 2001)[:, None]
    found = continuity(lambda z: z + (z > 0.9).double(), codes, torch.ones(1), step=0.1)
    assert found.median.value == pytest.approx(1)
    assert found.high.value == pytest.approx(11)


def test_codes_of_several_axes():
    found = sensitivities(lambda z: z.flatten(1), torch.randn(20, 2, 3, 4), torch.ones(2, 3, 4), step=0.5)
    assert torch.allclose(found, torch.ones(20))


def test_a_step_is_positive():
    with pytest.raises(ArgumentError, match="positive"):
        sensitivities(lambda z: z, torch.zeros(3, 2), torch.ones(2), step=0.0)


def test_the_usual_distance_is_never_that_of_an_example_to_itself():
    two = torch.tensor([[0.0, 0.0], [3.0, 4.0]])
    assert {median_distance(two, seed=seed) for seed in range(9)} == {5.0}


def test_the_interval_of_a_quantile_holds_the_true_one_19_times_in_20():
    draws = torch.rand(800, 200)
    for share in (0.5, 0.95):
        found = [Quantile.of(row, share) for row in draws]
        held = sum(q.interval[0] <= share <= q.interval[1] for q in found) / len(found)
        assert 0.925 <= held <= 0.99  # at least 95 % but for chance; the binomial is discrete
        assert all(q.interval[0] <= q.value <= q.interval[1] for q in found)
