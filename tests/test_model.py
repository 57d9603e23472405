import pytest
import torch
from torch import Tensor, nn
from torch.distributions import Bernoulli, Distribution, Independent, Normal

from autoencode.data.batch import Batch
from autoencode.decoders import DenseDecoder
from autoencode.encoders import DenseEncoder
from autoencode.errors import ArgumentError, CapabilityError, ShapeError
from autoencode.likelihoods import BernoulliLikelihood, FixedScale, NormalLikelihood, likelihoods
from autoencode.model import Autoencoder
from autoencode.nn import Conditional
from autoencode.objectives import Elbo, Iwae, Reconstruction, forward_pass
from autoencode.posteriors import DiagonalNormalPosterior, PointMassPosterior
from autoencode.priors import Prior, StandardNormalPrior

SHAPE = (1, 4, 5)


def dense(likelihood: str = "bernoulli") -> Autoencoder:
    p_x = likelihoods[likelihood](SHAPE)
    return Autoencoder(
        encoder=DenseEncoder(SHAPE, [8]),
        posterior=DiagonalNormalPosterior(8, 2),
        prior=StandardNormalPrior(2),
        decoder=DenseDecoder(2, [8], p_x.features_shape),
        likelihood=p_x,
    )


def plain() -> Autoencoder:
    return Autoencoder(
        encoder=DenseEncoder(SHAPE, [8]),
        posterior=PointMassPosterior(8, 2),
        decoder=DenseDecoder(2, [8], SHAPE),
        likelihood=NormalLikelihood(SHAPE, FixedScale()),
    )


def test_encode_decode_sample() -> None:
    model = dense()
    assert (model.data_shape, model.latent_shape) == (SHAPE, (2,))
    q = model.encode(torch.rand(5, *SHAPE))
    assert (q.batch_shape, q.event_shape) == ((5,), (2,))
    assert model.sample(7).shape == (7, *SHAPE)


@pytest.mark.parametrize("leading", [(), (5,), (3, 5), (2, 3, 5), (0,)], ids=str)
def test_decode_takes_any_leading_axes(leading: tuple[int, ...]) -> None:
    model, z = dense("discretized-logistic"), torch.randn(*leading, 2)
    p_x = model.decode(z)
    assert (p_x.batch_shape, p_x.event_shape) == (leading, SHAPE)
    one_by_one = [model.decode(code[None]).mean[0] for code in z.reshape(-1, 2)]
    if one_by_one:
        assert torch.allclose(p_x.mean.reshape(-1, *SHAPE), torch.stack(one_by_one), atol=1e-6)


@pytest.mark.parametrize("shape", [(4, 4), (3,), (1,), ()], ids=str)
def test_codes_of_another_shape_are_an_error(shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError, match=r"codes of shape \(2,\)"):
        dense().decode(torch.randn(shape))


@pytest.mark.parametrize("shape", [(5, 4), (4, 5), (3, 4, 5), (20,)], ids=str)
def test_examples_of_another_shape_are_an_error(shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError, match=r"examples of shape \(1, 4, 5\), not "):
        dense().encode(torch.rand(3, *shape))


def test_encoding_changes_no_state() -> None:
    model = dense("normal-optimal")
    before = {name: value.clone() for name, value in model.state_dict().items()}
    model.encode(torch.rand(5, *SHAPE))
    model.decode(torch.randn(5, 2))
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_samples_are_means_at_codes_from_the_prior() -> None:
    model = dense()
    torch.manual_seed(1)
    samples = model.sample(5)
    torch.manual_seed(1)
    assert torch.equal(samples, model.decode(model.prior_for().sample((5,))).mean)


def test_a_plain_autoencoder_cannot_sample_and_says_why() -> None:
    with pytest.raises(CapabilityError, match=r"no distribution over codes.*--recipe dense-vae"):
        plain().sample(3)


@pytest.mark.parametrize("objective", [Elbo(), Iwae(2)], ids=["elbo", "iwae"])
def test_a_plain_autoencoder_has_no_bound(objective: Elbo | Iwae) -> None:
    with pytest.raises((ArgumentError, CapabilityError), match=r"prior|density"):
        objective(plain(), Batch(torch.rand(5, *SHAPE)))


@pytest.mark.parametrize("objective", [Elbo(), Iwae(2)], ids=["elbo", "iwae"])
def test_a_point_mass_has_no_bound_even_with_a_prior(objective: Elbo | Iwae) -> None:
    model = plain()
    model.prior = StandardNormalPrior(2)
    with pytest.raises(CapabilityError, match="no density"):
        objective(model, Batch(torch.rand(5, *SHAPE)))


# Precision ---------------------------------------------------------------------------------------------------------


class Spying(BernoulliLikelihood):
    """Notes in what precision it was called."""

    fwd: tuple[torch.dtype, bool]

    def forward(self, features: Tensor) -> Independent:
        self.seen = (features.dtype, torch.is_autocast_enabled("cpu"))
        return super().forward(features)


def test_autocast_is_for_networks_and_probabilities_are_full_precision() -> None:
    model, networks = dense(), list[bool]()
    model.likelihood = Spying(SHAPE)
    for part in (model.encoder, model.decoder):
        part.register_forward_pre_hook(lambda *_: networks.append(torch.is_autocast_enabled("cpu")))
    x = torch.rand(5, *SHAPE)
    with torch.autocast("cpu", torch.bfloat16):
        fwd = forward_pass(model, Batch(x))
        output = Elbo().evaluate(fwd, None)
    assert networks == [True, True]
    assert model.likelihood.seen == (torch.float32, False)
    assert fwd.features.dtype == fwd.q.mean.dtype == fwd.z.dtype == torch.float32
    assert not torch.equal(fwd.q.mean, fwd.q.mean.bfloat16().float()), "the posterior's head ran in bfloat16"
    assert {term.dtype for term in output.terms.values()} == {torch.float32}
    with torch.autocast("cpu", torch.bfloat16):
        again = -model.likelihood_of(fwd.features).log_prob(x)
    assert torch.equal(output.terms["nll"], again[0])


def test_wide_layers_compute_in_half_precision_and_what_they_give_does_not() -> None:
    shape = (1, 12, 12)  # layers of 128 units at most would stay in full precision by themselves
    model = Autoencoder(
        encoder=DenseEncoder(shape, [132]),
        posterior=DiagonalNormalPosterior(132, 130),
        decoder=nn.Sequential(nn.Linear(130, 144), nn.Unflatten(1, shape)),
        likelihood=BernoulliLikelihood(shape),
    )
    model.posterior.head = nn.Linear(132, 260)  # PyTorch's own, as our kernels compute in the precision of the input
    with torch.autocast("cpu", torch.bfloat16):
        q = model.encode(torch.rand(5, *shape))
        features = model.decoder_features(torch.randn(5, 130))
    assert q.mean.dtype == features.dtype == torch.float32
    assert not torch.equal(q.mean, q.mean.bfloat16().float()), "the posterior's head ran in bfloat16"
    assert torch.equal(features, features.bfloat16().float()), "the decoder did not run in bfloat16"


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_other_precisions_stay(dtype: torch.dtype) -> None:
    model = dense().to(dtype)
    output = Elbo()(model, Batch(torch.rand(5, *SHAPE, dtype=dtype)))
    assert {output.loss.dtype, *(term.dtype for term in output.terms.values())} == {dtype}


# Context -----------------------------------------------------------------------------------------------------------


class ContextDecoder(Conditional):
    """Says back its context, shifted by the code."""

    def forward(self, *args: Tensor) -> Tensor:
        z, context = args
        return z.sum(-1, keepdim=True) + context


class ContextEncoder(Conditional):
    def forward(self, *args: Tensor) -> Tensor:
        x, context = args
        return x + context


class ContextPrior(Conditional, Prior):
    def forward(self, *args: Tensor) -> Distribution:
        (context,) = args
        return Independent(Normal(context[:, :2], 1.0), 1)


def conditional(encoder: nn.Module | None = None, prior: Prior | None = None) -> Autoencoder:
    return Autoencoder(
        encoder=encoder or DenseEncoder((3,), [3]),
        posterior=DiagonalNormalPosterior(3, 2),
        prior=prior or StandardNormalPrior(2),
        decoder=ContextDecoder(),
        likelihood=NormalLikelihood((3,), FixedScale()),
    )


@pytest.mark.parametrize("leading", [(5,), (4, 5), (2, 4, 5)], ids=str)
def test_every_sample_is_decoded_with_its_own_context(leading: tuple[int, ...]) -> None:
    z, context = torch.randn(*leading, 2), torch.randn(5, 3)
    assert torch.allclose(conditional().decode(z, context).mean, z.sum(-1, keepdim=True) + context)


def test_objectives_pass_the_context_on() -> None:
    x, context = torch.randn(5, 3), torch.randn(5, 3)
    model = conditional(ContextEncoder(), ContextPrior((2,)))
    fwd = forward_pass(model, Batch(x, context=context), n_samples=4)
    assert torch.equal(fwd.q.mean, model.posterior(x + context).mean)
    assert torch.equal(fwd.p_z.mean, context[:, :2])
    assert torch.allclose(fwd.features, fwd.z.sum(-1, keepdim=True) + context)
    assert Elbo(n_samples=4)(model, Batch(x, context=context)).terms["kl"].shape == (5,)


def test_samples_follow_their_context() -> None:
    context = torch.eye(3)
    assert (conditional().sample(3, context) - context).std(1).max() < 1e-6


@pytest.mark.parametrize(
    ("model", "part"),
    [(conditional(), "ContextDecoder"), (conditional(ContextEncoder()), "ContextEncoder")],
    ids=["decoder", "encoder"],
)
def test_a_missing_context_is_an_error(model: Autoencoder, part: str) -> None:
    with pytest.raises(ArgumentError, match=f"{part} is conditional"):
        Elbo()(model, Batch(torch.randn(5, 3)))


# The pass ----------------------------------------------------------------------------------------------------------


def test_the_likelihood_is_that_of_the_target() -> None:
    model = plain()
    x, target = torch.rand(5, *SHAPE), torch.rand(5, *SHAPE)
    nll = Reconstruction()(model, Batch(x, target)).terms["nll"]
    assert torch.equal(nll, -model.decode(model.encode(x).mean).log_prob(target))


def test_a_likelihood_adapts_once_a_training_step_and_never_in_evaluation() -> None:
    model, batch = dense("normal-optimal"), Batch(torch.rand(5, *SHAPE))
    Elbo(n_samples=3)(model, batch)
    assert model.likelihood.scale.steps == 1
    model.eval()
    Elbo()(model, batch)
    assert model.likelihood.scale.steps == 1


def test_an_optimal_scale_is_adapted_before_it_is_used() -> None:
    model, x = dense("normal-optimal"), torch.rand(5, *SHAPE)
    fwd = forward_pass(model, Batch(x))
    rms = (x - fwd.features).square().mean().sqrt()
    assert torch.allclose(fwd.p_x.base_dist.scale, rms)


def test_binary_means_are_probabilities() -> None:
    p_x = dense().decode(torch.randn(5, 2))
    assert isinstance(p_x.base_dist, Bernoulli)
    assert ((p_x.mean > 0) & (p_x.mean < 1)).all()


def test_samples_of_each_context() -> None:
    model, context = conditional(ContextEncoder(), ContextPrior((2,))), torch.randn(5, 3)
    assert model.sample(4, context).shape == (4, 5, 3)
