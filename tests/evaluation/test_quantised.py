import math

import pytest
import torch

from autoencode.data import Batch, Subset
from autoencode.distributions.quantised import codeword_counts, perplexity
from autoencode.evaluation import encode_all, evaluate
from autoencode.recipes import recipes
from autoencode.views.report.rows import rows


@pytest.mark.parametrize("name", ["vq-vae", "residual-vq-vae", "fsq-vae"])
@pytest.mark.parametrize("shape", [(1, 7, 5), (6,)])
def test_codes_of_positions_are_measured(name: str, shape: tuple[int, ...]) -> None:
    model, objective = recipes[name](shape, channels=(8,), positions=3)
    x = torch.rand(70, *shape)
    objective(model, Batch(x))
    measured = evaluate(model, Subset(x), importance_samples=3, importance_examples=70, batch_size=32)
    assert measured.elbo is not None
    assert measured.log_likelihood is not None
    assert measured.log_likelihood.value == pytest.approx(measured.elbo.value, rel=1e-5)
    q = model.encode(x)
    counts = codeword_counts(q.indices, q.n_codes)
    assert measured.codeword_perplexity == pytest.approx(perplexity(counts).mean().item())
    assert measured.codewords_used == (counts > 0).sum()
    assert measured.codewords == counts.numel()
    shown = {row.name: row.value for row in rows(measured)}
    assert shown["codewords in use"] == f"{measured.codewords_used} of {measured.codewords}"
    assert "active units" not in shown


def test_chunks_are_counted_together() -> None:
    model, _ = recipes["fsq-vae"]((6,), channels=(8,), positions=3)
    codes = encode_all(model.eval(), Subset(torch.rand(50, 6)), batch_size=16)
    assert codes.counts is not None
    assert codes.counts.shape == (1, 1000)
    assert codes.counts.sum() == 150


def test_the_uniform_rate_is_reported_as_it_is() -> None:
    model, _ = recipes["fsq-vae"]((6,), empirical_prior=False, levels=(3, 3), positions=5)
    measured = evaluate(model, Subset(torch.rand(20, 6)), importance_samples=0)
    assert measured.kl is not None
    assert measured.kl.value == pytest.approx(5 * math.log(9), rel=1e-6)
    assert measured.kl.standard_error == pytest.approx(0, abs=1e-6)
