import math
import sys
from dataclasses import replace

import pytest
import torch

from autoencode.data import Subset
from autoencode.evaluation import (
    Estimate,
    active_units,
    cautions,
    encode_all,
    evaluate,
    log_likelihoods,
    restoration_psnr,
)
from autoencode.likelihoods import LogProbKind
from autoencode.recipes import recipes
from autoencode.views.report.rows import rows
from support.linear_gaussian import exact_model, linear_gaussian
from support.statistics import assert_within_standard_errors


@pytest.fixture
def oracle():
    """The exact linear-Gaussian model in float32, and 400 examples drawn from it."""
    truth = linear_gaussian()
    x = truth.marginal.sample((400,))
    return truth, exact_model(truth).eval(), Subset(x)


def test_the_numbers_of_the_exact_model_are_the_closed_form(oracle):
    truth, model, part = oracle
    log_p = truth.marginal.log_prob(part.x)
    measured = evaluate(model, part, importance_samples=7, importance_examples=400)
    assert measured.elbo is not None
    assert measured.log_likelihood is not None
    assert measured.elbo.n == 400
    # With the exact posterior the importance-weighted bound is log p(x) for every draw.
    assert measured.log_likelihood.value == pytest.approx(log_p.mean().item(), abs=1e-4)
    assert measured.log_likelihood.standard_error == pytest.approx(log_p.std().item() / 20, rel=1e-3)
    # The elbo uses the closed form of the KL, so a single draw is noisy and the mean is right.
    assert_within_standard_errors(measured.elbo.value, log_p.mean(), measured.elbo.standard_error)
    kl = 0.5 * (truth.posterior_mean(part.x) ** 2 + truth.posterior_scale**2 - 1) - truth.posterior_scale.log()
    assert measured.kl is not None
    assert measured.kl.value == pytest.approx(kl.sum(1).mean().item(), rel=1e-5)
    assert measured.kl_per_dimension == pytest.approx(kl.mean(0).tolist(), rel=1e-4)
    error = (truth.posterior_mean(part.x) @ truth.loadings.T + truth.loc - part.x).square().mean()
    assert measured.squared_error.value == pytest.approx(error.item(), rel=1e-5)
    assert measured.active_units == 3
    assert measured.measure is LogProbKind.DENSITY
    assert measured.elbo_bpd is None


def test_chunks_of_importance_samples_add_up(oracle):
    truth, model, part = oracle
    one = log_likelihoods(model, part.x[:3], 5_000)  # several chunks
    torch.testing.assert_close(one, truth.marginal.log_prob(part.x[:3]), atol=1e-4, rtol=0)


def test_more_importance_samples_never_make_it_worse(oracle):
    truth, model, part = oracle
    with torch.no_grad():
        model.posterior.head.bias[3:] += 1.0  # too wide a posterior
    values = [evaluate(model, part, importance_samples=k, importance_examples=400) for k in (1, 10, 100)]
    bounds = [v.log_likelihood.value for v in values if v.log_likelihood]
    assert bounds == sorted(bounds)
    assert bounds[-1] <= truth.marginal.log_prob(part.x).mean().item() + 0.05
    assert values[0].elbo is not None
    assert values[0].elbo.value < bounds[-1]


def test_repeats_and_leaves_the_generators_alone(oracle):
    _, model, part = oracle
    torch.manual_seed(2)
    expected = torch.rand(3)
    torch.manual_seed(2)
    first, second, other = evaluate(model, part, seed=1), evaluate(model, part, seed=1), evaluate(model, part, seed=2)
    assert torch.equal(torch.rand(3), expected)
    assert first.elbo == second.elbo != other.elbo


def test_binary_data_have_bits_per_dimension():
    model, _ = recipes["dense-vae"]((1, 4, 4), hidden=8)
    part = Subset(torch.randint(0, 2, (50, 1, 4, 4)).to(torch.uint8) * 255)
    measured = evaluate(model, part, importance_samples=3)
    assert measured.measure is LogProbKind.MASS
    assert measured.elbo is not None
    assert measured.elbo_bpd is not None
    assert measured.elbo_bpd.value == pytest.approx(-measured.elbo.value / 16 / math.log(2))
    assert measured.nll_per_value.value == pytest.approx(measured.nll.value / 16)
    assert not [caution for caution in cautions(measured) if "Bits per dimension" in caution]


def test_a_cross_entropy_is_called_one():
    model, _ = recipes["dense-vae"]((1, 4, 4), hidden=8)
    measured = evaluate(model, Subset(torch.rand(20, 1, 4, 4)), importance_samples=0)
    assert measured.measure is LogProbKind.NEITHER
    assert measured.log_likelihood is None
    assert measured.elbo_bpd is None
    assert any("cross-entropy" in caution for caution in cautions(measured))
    assert rows(measured)[0].name == "cross-entropy per value"


def test_a_plain_autoencoder_has_an_error_and_no_bounds():
    model, _ = recipes["conv-ae"]((1, 8, 8))
    measured = evaluate(model, Subset(torch.rand(20, 1, 8, 8)))
    assert (measured.elbo, measured.kl, measured.log_likelihood, measured.active_units) == (None, None, None, None)
    names = [row.name for row in rows(measured)]
    assert names == ["nll per value", "squared error", "PSNR", "nll (distortion)"]
    assert measured.as_dict()["elbo_bpd"] is None


def test_a_sparse_code_s_active_share_is_per_example_and_its_silent_units_over_all():
    model, _ = recipes["topk-ae"]((1, 8, 8), latent_dim=100, k=3)
    with torch.no_grad():
        model.posterior.head.bias[:40] = -100.0
    x = torch.rand(20, 1, 8, 8)
    measured = evaluate(model, Subset(x), batch_size=7)
    assert measured.active_fraction is not None
    assert measured.active_fraction.value == pytest.approx(0.03)
    assert measured.active_fraction.n == 20
    assert measured.units == 100
    assert measured.dead_units == 100 - int((model.encode(x).mean != 0).any(0).sum())
    shown = {row.name: row.value for row in rows(measured)}
    assert shown["dead units"] == f"{measured.dead_units} of 100"
    assert measured.as_dict()["active_fraction"]["value"] == pytest.approx(0.03)


def test_codes_come_in_order_with_their_labels():
    model, _ = recipes["dense-vae"]((6,), hidden=8)
    part = Subset(torch.rand(30, 6), torch.arange(30))
    codes = encode_all(model, part, batch_size=7)
    torch.testing.assert_close(codes.means[11], model.encode(part.x[11:12]).mean[0])
    assert codes.labels is part.labels
    assert codes.kl is not None
    assert codes.kl.shape == (30, 2)


def test_active_units_counts_what_varies():
    means = torch.stack([torch.randn(1000), 0.2 * torch.randn(1000), 0.05 * torch.randn(1000)], 1) + 7
    assert active_units(means) == 2


def test_an_estimate_reads_well():
    estimate = Estimate.of(torch.tensor([1.0, 2.0, 3.0]))
    assert (estimate.value, estimate.n) == (2.0, 3)
    assert estimate.standard_error == pytest.approx(1 / math.sqrt(3))
    assert str(Estimate(-269.134, 0.421, 10)) == "-269.13 ± 0.42"
    assert str(Estimate(0.32311, 0.00042, 10)) == "0.32311 ± 0.00042"
    assert str(Estimate(1234.5, 12.3, 10)) == "1234 ± 12"
    assert str(Estimate(1.5, math.nan, 1)) == "1.5"


def test_psnr_is_averaged_over_examples_and_only_for_bounded_values():
    model, _ = recipes["conv-ae"]((1, 8, 8))
    x = torch.rand(20, 1, 8, 8)
    measured = evaluate(model, Subset(x))
    with torch.no_grad():
        error = (model.decode(model.encode(x).mean).mean - x).square().flatten(1).mean(1)
    assert measured.psnr is not None
    assert measured.psnr.value == pytest.approx((-10 * error.log10()).mean().item(), rel=1e-4)
    vectors, _ = recipes["dense-vae"]((6,), hidden=8, likelihood="normal")
    assert evaluate(vectors, Subset(torch.randn(5, 6)), importance_samples=0).psnr is None


def test_a_restorer_is_measured_in_psnr_of_corrupted_inputs_and_not_in_nats():
    model, objective = recipes["restorer"]((3, 16, 16), corruption=("gaussian:0.1",), clean_fraction=0.0, widths=(4, 8))
    part = Subset(torch.full((30, 3, 16, 16), 0.5))
    psnr = restoration_psnr(model, part, objective.prepare, batch_size=7)
    assert psnr is not None
    corrupted, restored = psnr
    assert corrupted.value == pytest.approx(20, abs=0.2)  # −20 log₁₀ 0.1
    assert restored.value == pytest.approx(corrupted.value, abs=0.01)  # a fresh one changes nothing
    measured = replace(evaluate(model, part), corrupted_psnr=corrupted, restored_psnr=restored)
    assert [row.name for row in rows(measured)] == ["PSNR corrupted", "PSNR restored", "squared error", "PSNR"]
    assert not any("density" in caution for caution in cautions(measured))


def test_what_corrupts_nothing_or_masks_the_loss_has_no_such_psnr():
    part = Subset(torch.rand(5, 1, 8, 8))
    for name, options in (("conv-ae", {}), ("self-restorer", {"widths": (4, 8)})):
        model, objective = recipes[name]((1, 8, 8), **options)
        assert restoration_psnr(model, part, objective.prepare) is None


def test_fewer_examples_bound_the_log_likelihood_where_each_pixel_has_a_pass_of_its_own(monkeypatch):
    model, _ = recipes["pixel-vae"]((1, 8, 8), channels=(4, 8), hidden=8, layers=1)
    monkeypatch.setattr(sys.modules["autoencode.evaluation.evaluate"], "_PIXELS", 64 * 5 * 25)
    measured = evaluate(model, Subset((torch.rand(40, 1, 8, 8) * 255).round() / 255), importance_samples=5)
    assert measured.log_likelihood.n == 25
