import itertools
import math

import pytest
import torch

from autoencode.data import Batch
from autoencode.distributions.quantised import codeword_counts, perplexity
from autoencode.errors import ArgumentError, CapabilityError
from autoencode.evaluation import log_likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import CodebookUsage, Commitment, Elbo, forward_pass
from autoencode.recipes import recipes

pytestmark = pytest.mark.usefixtures("double")

NAMES = ["vq-vae", "residual-vq-vae", "fsq-vae"]
SMALL = {
    "vq-vae": {"n_codes": 3, "positions": 3},
    "residual-vq-vae": {"n_codes": 2, "n_stages": 2, "positions": 2},
    "fsq-vae": {"levels": (3, 2), "positions": 2},
}


def made(name: str, *, empirical_prior: bool = True, steps: int = 20) -> Autoencoder:
    """A model of so few codes that all can be listed, which has learned a little."""
    model, objective = recipes[name]((6,), channels=(8,), empirical_prior=empirical_prior, **SMALL[name])
    x = torch.bernoulli(torch.full((64, 6), 0.5))
    for _ in range(steps):
        objective(model, Batch(x))
    return model.eval()


def log_likelihood(model: Autoencoder, x: torch.Tensor) -> torch.Tensor:
    """log p(x) by adding up p(x|z) p(z) over all codes."""
    codes = model.prior.codes
    every = itertools.product(range(codes.n_codes), repeat=model.prior.n_indices)
    indices = torch.tensor(list(every)).unflatten(1, (codes.n_stages, -1))
    p = model.prior_for()
    log_prior = p.log_prob_of_indices(indices)
    assert log_prior.exp().sum().item() == pytest.approx(1, rel=1e-10)
    return (model.decode(p.look_up(indices)[:, None]).log_prob(x) + log_prior[:, None]).logsumexp(0)


@pytest.mark.parametrize("empirical_prior", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_the_elbo_is_below_log_p_of_x_and_is_the_term_of_its_code(name: str, empirical_prior: bool) -> None:
    model, x = made(name, empirical_prior=empirical_prior), torch.bernoulli(torch.full((40, 6), 0.5))
    with torch.no_grad():
        exact = log_likelihood(model, x)
        terms = Elbo()(model, Batch(x)).terms
        elbo = -terms["nll"] - terms["kl"]
        assert (elbo < exact).all()
        # One code's term of the sum over all: it cannot be smaller than the smallest of them, nor is it the sum.
        q, p = model.encode(x), model.prior_for()
        own = model.decode(q.code).log_prob(x) + p.log_prob_of_indices(q.indices)
        assert torch.allclose(elbo, own, rtol=1e-12)
        assert torch.allclose(log_likelihoods(model, x, 7), elbo, rtol=1e-12)


def test_the_uniform_rate_does_not_depend_on_the_example() -> None:
    model = made("residual-vq-vae", empirical_prior=False)
    rate = Elbo()(model, Batch(torch.rand(5, 6))).terms["kl"]
    assert torch.allclose(rate, torch.full((5,), 2 * 2 * math.log(2)))


@pytest.mark.parametrize("name", ["vq-vae", "residual-vq-vae"])
def test_commitment_is_the_squared_distance_from_each_sum(name: str) -> None:
    model, batch = made(name), Batch(torch.rand(5, 6))
    fwd = forward_pass(model, batch)
    output = Commitment(0.5).evaluate(fwd, None)
    by_hand = sum((fwd.q.unquantised - total).square().flatten(1).sum(1) for total in fwd.q.sums)
    assert torch.allclose(output.terms["commitment"], by_hand, rtol=1e-12)
    assert torch.allclose(output.loss, 0.5 * by_hand.mean(), rtol=1e-12)


def test_commitment_moves_the_encoder_only() -> None:
    model = made("vq-vae")
    Commitment()(model, Batch(torch.rand(5, 6))).loss.backward()
    assert all((weight.grad != 0).any() for weight in model.encoder.parameters())
    assert all(weight.grad is None for weight in model.decoder.parameters())


def test_code_use_is_the_batch_perplexity_and_costs_nothing() -> None:
    model, batch = made("residual-vq-vae"), Batch(torch.rand(50, 6))
    output = CodebookUsage()(model, batch)
    q = model.encode(batch.x)
    assert output.loss == 0
    expected = perplexity(codeword_counts(q.indices, q.n_codes)).mean()
    assert torch.allclose(output.terms["perplexity"], expected.double().expand(50))


@pytest.mark.parametrize("objective", [Commitment(), CodebookUsage()])
def test_other_codes_are_refused(objective: Commitment | CodebookUsage) -> None:
    model = recipes["dense-vae"]((6,))[0]
    with pytest.raises(CapabilityError, match="give the model a VectorQuantisedPosterior"):
        objective(model, Batch(torch.rand(5, 6)))


def test_a_negative_weight_is_an_error() -> None:
    with pytest.raises(ArgumentError, match="0 or more, not -1"):
        Commitment(-1.0)


def test_evaluation_adapts_nothing() -> None:
    model, objective = recipes["vq-vae"]((6,), channels=(8,), n_codes=4)
    state = {name: value.clone() for name, value in model.state_dict().items()}
    objective(model.eval(), Batch(torch.rand(5, 6)))
    assert all(torch.equal(value, state[name]) for name, value in model.state_dict().items())
    objective(model.train(), Batch(torch.rand(5, 6)))
    assert not torch.equal(model.posterior.codes.stages[0].codewords, state["posterior.codes.books.0.codewords"])
