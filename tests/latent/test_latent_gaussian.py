import pytest
import torch

from autoencode.errors import ArgumentError, CapabilityError, DataError
from autoencode.latent import latent_gaussian
from autoencode.latent.encoding import sample_codes
from autoencode.latent.latent_gaussian import (
    LatentGaussian,
    fit_latent_gaussian,
    latent_gaussian_of,
    same_class_gaussian,
)
from support.statistics import assert_mean

SPREAD = LatentGaussian(torch.tensor([1.0, -2.0]), torch.tensor([[2.0, 0.0], [0.5, 0.3]]))
COVARIANCE = SPREAD.scale_tril @ SPREAD.scale_tril.T


def products(z, middle):
    return torch.einsum("ni,nj->nij", z - middle, z - middle)


def test_draws_have_the_centre_and_the_covariance():
    z = SPREAD.sample(20_000)
    assert_mean(z, SPREAD.loc)
    assert_mean(products(z, SPREAD.loc), COVARIANCE)
    assert_mean(products(SPREAD.sample(20_000, 0.5), SPREAD.loc), COVARIANCE / 4)
    torch.testing.assert_close(SPREAD.scale, COVARIANCE.diagonal().sqrt())
    with pytest.raises(ArgumentError, match="above 0"):
        SPREAD.sample(3, 0.0)


@pytest.mark.parametrize("share", [0.3, 0.8])
def test_near_a_code_the_share_is_the_spread_and_the_rest_the_code(share):
    z = torch.tensor([4.0, 0.0])
    near = SPREAD.sample_near(z, share, 20_000)
    centre = SPREAD.loc + (1 - share**2) ** 0.5 * (z - SPREAD.loc)
    assert_mean(near, centre)
    assert_mean(products(near, centre), share**2 * COVARIANCE)


def test_none_is_the_code_itself_and_all_forgets_it():
    z = torch.tensor([4.0, 0.0])
    assert torch.equal(SPREAD.sample_near(z, 0.0, 3), z.expand(3, 2))
    assert_mean(SPREAD.sample_near(z, 1.0, 20_000), SPREAD.loc)
    for wrong in (-0.1, 1.1):
        with pytest.raises(ArgumentError, match="--spread goes from 0"):
            SPREAD.sample_near(z, wrong, 3)


def test_codes_of_the_data_stay_where_codes_are():
    """What is near codes of the spread is distributed as they are, whatever the share."""
    near = torch.cat([SPREAD.sample_near(z, 0.6, 1) for z in SPREAD.sample(4_000)])
    assert_mean(near, SPREAD.loc)
    assert_mean(products(near, SPREAD.loc), COVARIANCE)


def test_a_fit_finds_it_again_and_stands_few_codes():
    fitted = fit_latent_gaussian(SPREAD.sample(50_000))
    torch.testing.assert_close(fitted.scale_tril @ fitted.scale_tril.T, COVARIANCE, atol=0.1, rtol=0.03)
    few = fit_latent_gaussian(torch.randn(3, 20))
    assert few.sample(5).isfinite().all()
    assert fit_latent_gaussian(torch.ones(4, 2)).sample(5).isfinite().all()


def test_of_a_run_and_of_one_class(digits_run):
    labels = digits_run.data.train.labels
    threes = latent_gaussian_of(digits_run, "3")
    codes = sample_codes(digits_run, digits_run.data.train[(labels == 3).nonzero().flatten()], 0)
    assert_mean((codes - threes.loc) / codes.std(0), 0.0)
    assert not torch.allclose(threes.loc, latent_gaussian_of(digits_run).loc, atol=0.05)
    with pytest.raises(ArgumentError, match="no class 'cat'; there are: 0, 1, 2"):
        latent_gaussian_of(digits_run, "cat")


def test_a_class_without_examples(digits_run, monkeypatch):
    record = digits_run.folder.record
    more = record.data.replace(classes=(*map(str, range(10)), "ghost"))
    monkeypatch.setattr(digits_run.folder, "record", record.replace(data=more))
    with pytest.raises(DataError, match="class 'ghost' has 0 training examples"):
        latent_gaussian_of(digits_run, "Ghost")


def test_codes_too_long_for_a_covariance_are_refused(digits_run, monkeypatch):
    monkeypatch.setattr(latent_gaussian, "MAX_COVARIANCE_SIZE", 1)
    with pytest.raises(CapabilityError, match="codes of 2 numbers are too long for a covariance"):
        latent_gaussian_of(digits_run)


def test_another_of_the_class_is_where_classes_of_that_model_have_it():
    """Against the normal that a joint one of two codes of a class gives, with B and W known."""
    between, within = torch.tensor([[4.0, 1.0], [1.0, 1.0]]), torch.tensor([[0.5, 0.0], [0.0, 2.0]])
    means = torch.randn(4_000, 2) @ torch.linalg.cholesky(between).T + 3
    labels = torch.arange(4_000).repeat(5)
    codes = means[labels] + torch.randn(20_000, 2) @ torch.linalg.cholesky(within).T
    z = torch.tensor([5.0, 1.0])
    found = same_class_gaussian(codes, labels, z)
    gain = between @ torch.linalg.inv(between + within)
    torch.testing.assert_close(found.loc, 3 + gain @ (z - 3), atol=0.1, rtol=0)
    wanted = within + between - gain @ between
    torch.testing.assert_close(found.scale_tril @ found.scale_tril.T, wanted, atol=0.15, rtol=0)


def test_classes_of_one_example_say_nothing_of_how_a_class_varies():
    with pytest.raises(DataError, match="a class with two training examples"):
        same_class_gaussian(torch.randn(3, 2), torch.arange(3), torch.zeros(2))
