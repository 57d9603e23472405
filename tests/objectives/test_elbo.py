import pytest
import torch
from torch import Tensor
from torch.distributions import Categorical, Distribution, Independent, MixtureSameFamily, Normal

from autoencode.data.batch import Batch
from autoencode.distributions import kl
from autoencode.errors import ArgumentError, CapabilityError
from autoencode.likelihoods import BernoulliLikelihood, FixedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, ForwardPass, Iwae, Objective, Reconstruction, Warmup, forward_pass
from autoencode.priors import Prior
from autoencode.recipes import dense_vae
from support.linear_gaussian import linear_gaussian, linear_model
from support.statistics import assert_below, assert_mean, assert_within_standard_errors, standard_error

pytestmark = pytest.mark.usefixtures("double")


@pytest.fixture
def model(double: None) -> Autoencoder:
    return linear_model(NormalLikelihood((6,), FixedScale(0.5)), 3)


@pytest.fixture
def x(double: None) -> Tensor:
    return linear_gaussian().marginal.sample((5,))


def loss_at(objective: Objective, fwd: ForwardPass, step: int | None = None) -> float:
    return objective.evaluate(fwd, step).loss.item()


@pytest.mark.parametrize("beta", [0.0, 0.39, 1.0, 4.0])
def test_the_loss_is_nll_plus_beta_kl(model: Autoencoder, x: Tensor, beta: float) -> None:
    fwd = forward_pass(model, Batch(x), 2)
    output = Elbo(beta, n_samples=2).evaluate(fwd, None)
    nll, rate = -fwd.log_likelihood().mean(0), kl(fwd.q, fwd.p_z, fwd.z)
    assert torch.equal(output.terms["nll"], nll)
    assert torch.equal(output.terms["kl"], rate)
    assert torch.allclose(output.loss, nll.mean() + beta * rate.mean(), rtol=1e-12)


def test_the_terms_are_unweighted(model: Autoencoder, x: Tensor) -> None:
    fwd = forward_pass(model, Batch(x))
    one, other = Elbo(1.0).evaluate(fwd, None).terms, Elbo(7.0).evaluate(fwd, None).terms
    assert all(torch.equal(one[name], other[name]) for name in ("nll", "kl"))


def test_a_schedule_weighs_the_kl_by_the_step(model: Autoencoder, x: Tensor) -> None:
    fwd = forward_pass(model, Batch(x))
    warm = Elbo(Warmup(100, final=4.0))
    for step, beta in ((0, 0.0), (25, 1.0), (100, 4.0), (None, 4.0)):
        assert loss_at(warm, fwd, step) == pytest.approx(loss_at(Elbo(beta), fwd), rel=1e-14)


def test_calling_an_objective_passes_the_step_on(model: Autoencoder, x: Tensor) -> None:
    output = Elbo(Warmup(100))(model, Batch(x), 0)
    assert output.loss == output.terms["nll"].mean()
    output = Elbo(Warmup(100))(model, Batch(x))
    assert torch.allclose(output.loss, (output.terms["nll"] + output.terms["kl"]).mean())


def test_the_batch_is_averaged(model: Autoencoder, x: Tensor) -> None:
    fwd = forward_pass(model, Batch(x))
    twice = forward_pass(model, Batch(torch.cat([x, x])))
    z = fwd.z.repeat(1, 2, 1)
    features = model.decoder_features(z)
    twice = ForwardPass(model, twice.batch, twice.q, z, model.likelihood_of(features), twice.p_z, features)
    assert loss_at(Elbo(), twice) == pytest.approx(loss_at(Elbo(), fwd), rel=1e-12)


def test_the_data_and_the_code_are_summed() -> None:
    for n in (1, 2):  # a fresh Bernoulli at logit 0: log 2 nats for each pixel
        likelihood = BernoulliLikelihood((1, 4, 4 * n))
        nll = -likelihood(torch.zeros(3, 1, 4, 4 * n)).log_prob(torch.rand(3, 1, 4, 4 * n))
        assert torch.allclose(nll, torch.tensor(2.0).log() * 16 * n)
    q = Independent(Normal(torch.ones(5, 8), torch.ones(5, 8)), 1)
    p = Independent(Normal(torch.zeros(8), torch.ones(8)), 1)
    assert torch.allclose(kl(q, p, q.sample((1,))), torch.tensor(4.0))


def with_posterior(model: Autoencoder, loc: Tensor, scale: Tensor) -> ForwardPass:
    """A pass whose posterior is given."""
    q = Independent(Normal(loc, scale), 1)
    z = q.rsample((1,))
    features = model.decoder_features(z)
    batch = Batch(torch.zeros(len(loc), 6))
    return ForwardPass(model, batch, q, z, model.likelihood_of(features), model.prior_for(), features)


@pytest.mark.parametrize("floor", [0.1, 1.0, 2.5])
def test_free_bits_are_a_floor_for_each_dimension(model: Autoencoder, floor: float) -> None:
    fwd = with_posterior(model, torch.zeros(4, 3), torch.ones(4, 3))  # at the prior: no dimension costs anything
    output = Elbo(free_bits=floor).evaluate(fwd, None)
    assert torch.allclose(output.loss - output.terms["nll"].mean(), torch.tensor(3 * floor))
    assert output.terms["kl"].abs().max() < 1e-12


def test_free_bits_are_counted_after_the_batch_is_averaged(model: Autoencoder) -> None:
    # KL of the first dimension 0 and 8, that is 4 on average; of the others 0.
    fwd = with_posterior(model, torch.tensor([[0.0, 0, 0], [4.0, 0, 0]]), torch.ones(2, 3))
    output = Elbo(free_bits=1.0).evaluate(fwd, None)
    assert torch.allclose(output.loss - output.terms["nll"].mean(), torch.tensor(4.0 + 1 + 1))
    assert torch.allclose(output.terms["kl"], torch.tensor([0.0, 8.0]))


def test_free_bits_below_every_dimension_change_nothing(model: Autoencoder) -> None:
    fwd = with_posterior(model, torch.full((4, 3), 3.0), torch.ones(4, 3))
    assert loss_at(Elbo(2.0, free_bits=1.0), fwd) == pytest.approx(loss_at(Elbo(2.0), fwd), rel=1e-12)


def test_beta_weighs_free_bits_too(model: Autoencoder) -> None:
    fwd = with_posterior(model, torch.zeros(4, 3), torch.ones(4, 3))
    output = Elbo(2.0, free_bits=0.5).evaluate(fwd, None)
    assert torch.allclose(output.loss - output.terms["nll"].mean(), torch.tensor(3.0))


class MixturePrior(Prior):
    def forward(self) -> Distribution:
        parts = Independent(Normal(torch.tensor([[-1.0, 0, 0], [1.0, 0, 0]]), torch.ones(2, 3)), 1)
        return MixtureSameFamily(Categorical(torch.ones(2)), parts)


def test_a_prior_without_closed_form_works_but_has_no_free_bits(model: Autoencoder, x: Tensor) -> None:
    model.prior = MixturePrior((3,))
    assert Elbo()(model, Batch(x)).terms["kl"].shape == (5,)
    with pytest.raises(CapabilityError, match="free_bits=0"):
        Elbo(free_bits=0.1)(model, Batch(x))


def test_several_samples_reduce_the_variance_and_not_the_mean(model: Autoencoder, x: Tensor) -> None:
    batch = Batch(x[:1].expand(2000, -1))
    one, many = (Elbo(n_samples=n)(model, batch).terms["nll"] for n in (1, 16))
    assert_within_standard_errors(
        one.mean() - many.mean(), 0.0, (standard_error(one) ** 2 + standard_error(many) ** 2).sqrt()
    )
    squares = [(draws - draws.mean()) ** 2 for draws in (one, many)]
    assert_below(squares[1], squares[0])
    assert_mean(squares[0] - 16 * squares[1], 0.0)


@pytest.mark.parametrize("objective", [Elbo(n_samples=3), Iwae(3)], ids=["elbo", "iwae"])
def test_so_many_codes_are_drawn(model: Autoencoder, x: Tensor, objective: Objective, monkeypatch) -> None:
    shapes = []
    decode = type(model).decoder_features
    monkeypatch.setattr(
        type(model), "decoder_features", lambda self, z, c=None: shapes.append(z.shape) or decode(self, z, c)
    )
    objective(model, Batch(x))
    assert shapes == [(3, 5, 3)]


def test_reconstruction_is_the_nll_alone(model: Autoencoder, x: Tensor) -> None:
    fwd = forward_pass(model, Batch(x))
    output = Reconstruction().evaluate(fwd, None)
    assert output.terms.keys() == {"nll"}
    assert loss_at(Reconstruction(), fwd) == loss_at(Elbo(0.0), fwd)


def test_without_a_prior_there_is_no_elbo(model: Autoencoder, x: Tensor) -> None:
    model.prior = None
    for objective in (Elbo(), Elbo(free_bits=1.0), Iwae(2)):
        with pytest.raises(ArgumentError, match=r"needs a prior.*Reconstruction"):
            objective(model, Batch(x))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"beta": -0.1}, "beta"), ({"free_bits": -1.0}, "free_bits"), ({"n_samples": 0}, "n_samples")],
)
def test_wrong_arguments_are_errors(arguments: dict, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        Elbo(**arguments)


def test_duplicated_pictures_have_the_same_loss_in_expectation() -> None:
    vae, objective = dense_vae((1, 5, 5))
    x = torch.rand(4, 1, 5, 5)
    single = torch.stack([objective(vae, Batch(x)).loss.detach() for _ in range(300)])
    double = torch.stack([objective(vae, Batch(torch.cat([x, x]))).loss.detach() for _ in range(300)])
    assert_mean(single - double, 0.0)
