import pytest
import torch

from autoencode.errors import ArgumentError, CapabilityError, DataError
from autoencode.tasks import spread
from autoencode.tasks.codes import codes_of
from autoencode.tasks.spread import Spread, fit_spread, spread_of
from support.statistics import assert_mean

SPREAD = Spread(torch.tensor([1.0, -2.0]), torch.tensor([[2.0, 0.0], [0.5, 0.3]]))
COVARIANCE = SPREAD.factor @ SPREAD.factor.T


def products(z, middle):
    return torch.einsum("ni,nj->nij", z - middle, z - middle)


def test_draws_have_the_centre_and_the_covariance():
    z = SPREAD.draw(20_000)
    assert_mean(z, SPREAD.loc)
    assert_mean(products(z, SPREAD.loc), COVARIANCE)
    assert_mean(products(SPREAD.draw(20_000, 0.5), SPREAD.loc), COVARIANCE / 4)
    torch.testing.assert_close(SPREAD.scale, COVARIANCE.diagonal().sqrt())
    with pytest.raises(ArgumentError, match="above 0"):
        SPREAD.draw(3, 0.0)


@pytest.mark.parametrize("share", [0.3, 0.8])
def test_near_a_code_the_share_is_the_spread_and_the_rest_the_code(share):
    z = torch.tensor([4.0, 0.0])
    near = SPREAD.around(z, share, 20_000)
    centre = SPREAD.loc + (1 - share**2) ** 0.5 * (z - SPREAD.loc)
    assert_mean(near, centre)
    assert_mean(products(near, centre), share**2 * COVARIANCE)


def test_none_is_the_code_itself_and_all_forgets_it():
    z = torch.tensor([4.0, 0.0])
    assert torch.equal(SPREAD.around(z, 0.0, 3), z.expand(3, 2))
    assert_mean(SPREAD.around(z, 1.0, 20_000), SPREAD.loc)
    for wrong in (-0.1, 1.1):
        with pytest.raises(ArgumentError, match="--spread goes from 0"):
            SPREAD.around(z, wrong, 3)


def test_codes_of_the_data_stay_where_codes_are():
    """What is near codes of the spread is distributed as they are, whatever the share."""
    near = torch.cat([SPREAD.around(z, 0.6, 1) for z in SPREAD.draw(4_000)])
    assert_mean(near, SPREAD.loc)
    assert_mean(products(near, SPREAD.loc), COVARIANCE)


def test_a_fit_finds_it_again_and_stands_few_codes():
    fitted = fit_spread(SPREAD.draw(50_000))
    torch.testing.assert_close(fitted.factor @ fitted.factor.T, COVARIANCE, atol=0.1, rtol=0.03)
    few = fit_spread(torch.randn(3, 20))
    assert few.draw(5).isfinite().all()
    assert fit_spread(torch.ones(4, 2)).draw(5).isfinite().all()


def test_of_a_run_and_of_one_class(digits_run):
    labels = digits_run.data.train.labels
    threes = spread_of(digits_run, "3")
    codes = codes_of(digits_run, digits_run.data.train[(labels == 3).nonzero().flatten()], 0)
    assert_mean((codes - threes.loc) / codes.std(0), 0.0)
    assert not torch.allclose(threes.loc, spread_of(digits_run).loc, atol=0.05)
    with pytest.raises(ArgumentError, match="no class 'cat'; there are: 0, 1, 2"):
        spread_of(digits_run, "cat")


def test_a_class_without_examples(digits_run, monkeypatch):
    monkeypatch.setitem(digits_run.folder.facts["data"], "classes", [*map(str, range(10)), "ghost"])
    with pytest.raises(DataError, match="class 'ghost' has 0 training examples"):
        spread_of(digits_run, "Ghost")


def test_codes_too_long_for_a_covariance_are_refused(digits_run, monkeypatch):
    monkeypatch.setattr(spread, "_LONGEST", 1)
    with pytest.raises(CapabilityError, match="codes of 2 numbers are too long for a covariance"):
        spread_of(digits_run)
