"""The oracle: two classes of one-dimensional normals, whose every posterior is known."""

import math

import pytest
import torch
from torch import Tensor, nn
from torch.distributions import Independent, Normal

from autoencode.data.batch import Batch
from autoencode.distributions import ClassAndNormal
from autoencode.errors import ArgumentError
from autoencode.likelihoods import FixedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.objectives import SemiSupervised
from autoencode.posteriors import Posterior
from autoencode.priors import ClassAndNormalPrior
from autoencode.recipes import dense_vae, m2_vae
from support.statistics import assert_mean

pytestmark = pytest.mark.usefixtures("double")
MEANS, NOISE, DRAWS = torch.tensor([-1.0, 1.5], dtype=torch.float64), 0.6, 20_000


class Decoder(nn.Module):
    """x = z + the mean of the class."""

    def forward(self, code: Tensor) -> Tensor:
        return code[:, 2:] + code[:, :2] @ MEANS[:, None]


class Exact(Posterior):
    """p(y|x) p(z|x, y), with the logits moved by `off`."""

    def __init__(self, off: float = 0.0) -> None:
        super().__init__((3,))
        self.off = off

    def forward(self, features: Tensor) -> ClassAndNormal:
        share = 1 / (1 + NOISE**2)
        loc = share * (features - MEANS)[..., None]
        scale = torch.full_like(loc, math.sqrt(1 - share))
        return ClassAndNormal(log_joint(features) + torch.tensor([self.off, 0.0]), loc, scale)


def log_joint(x: Tensor) -> Tensor:
    """log p(x, y), (batch, 2)."""
    return Normal(MEANS, math.sqrt(1 + NOISE**2)).log_prob(x) - math.log(2)


def oracle(off: float = 0.0) -> Autoencoder:
    return Autoencoder(
        encoder=nn.Identity(),
        posterior=Exact(off),
        prior=ClassAndNormalPrior(2, 1),
        decoder=Decoder(),
        likelihood=NormalLikelihood((1,), FixedScale(NOISE)),
    )


X = torch.tensor([[-2.0], [0.1], [0.4], [3.0]], dtype=torch.float64)


def bounds(model: Autoencoder, labels: list[int] | None) -> Tensor:
    """nll + kl for many draws, (draws, 4)."""
    x = X.repeat(DRAWS, 1)
    context = None if labels is None else torch.tensor(labels).repeat(DRAWS)
    terms = SemiSupervised()(model, Batch(x, context=context)).terms
    return (terms["nll"] + terms["kl"]).reshape(DRAWS, 4)


def test_with_the_exact_posterior_it_is_the_density_of_what_is_known() -> None:
    joint = log_joint(X)
    assert_mean(
        bounds(oracle(), [0, -1, 1, -1]),
        -torch.stack([joint[0, 0], joint[1].logsumexp(0), joint[2, 1], joint[3].logsumexp(0)]),
    )


def test_without_labels_every_example_is_unlabelled() -> None:
    assert_mean(bounds(oracle(), None), -log_joint(X).logsumexp(1))


def test_a_wrong_classifier_costs_its_divergence_where_there_is_no_label() -> None:
    right, wrong = log_joint(X).log_softmax(1), (log_joint(X) + torch.tensor([1.0, 0.0])).log_softmax(1)
    divergence = (wrong.exp() * (wrong - right)).sum(1)
    assert_mean(bounds(oracle(1.0), None), divergence - log_joint(X).logsumexp(1))
    assert_mean(bounds(oracle(1.0), [0, 0, 1, 1]), -log_joint(X)[range(4), [0, 0, 1, 1]])


def test_the_classifier_s_own_loss_is_a_mean_over_the_labelled() -> None:
    model, labels = oracle(), torch.tensor([0, -1, 1, -1])
    torch.manual_seed(1)
    with_it = SemiSupervised(alpha=0.7)(model, Batch(X, context=labels))
    torch.manual_seed(1)
    without = SemiSupervised(alpha=0.0)(model, Batch(X, context=labels))
    own = -log_joint(X).log_softmax(1)[[0, 2], [0, 1]]
    assert torch.allclose(with_it.terms["label_nll"], torch.tensor([own[0], 0, own[1], 0]))
    assert torch.allclose(with_it.loss - without.loss, 0.7 * own.mean())
    assert torch.allclose(without.loss, (without.terms["nll"] + without.terms["kl"]).mean())


def test_gradients_are_finite_where_the_classifier_is_sure() -> None:
    model, objective = m2_vae((6,), n_classes=3, latent_dim=2)
    model.posterior.classifier.bias.data = torch.tensor([500.0, 0.0, -500.0])
    objective(model, Batch(torch.rand(3, 6), context=torch.tensor([2, -1, 0]))).loss.backward()
    assert all(weight.grad.isfinite().all() for weight in model.parameters())


def test_no_label_alone_teaches_the_classifier_too() -> None:
    model, objective = m2_vae((6,), n_classes=3, latent_dim=2)
    objective(model, Batch(torch.rand(3, 6))).loss.backward()
    assert (model.posterior.classifier.weight.grad != 0).any()


def test_a_model_without_classes_is_an_error() -> None:
    with pytest.raises(ArgumentError, match="ClassAndNormalPosterior"):
        SemiSupervised()(dense_vae((6,))[0], Batch(torch.rand(2, 6)))


@pytest.mark.parametrize("context", [torch.tensor([0, 2]), torch.rand(2), torch.zeros(2, 1, dtype=torch.int64)])
def test_a_context_that_is_no_class_is_an_error(context: Tensor) -> None:
    with pytest.raises(ArgumentError, match="class from 0 to 1"):
        SemiSupervised()(oracle(), Batch(X[:2], context=context))


def test_alpha_below_zero_is_an_error() -> None:
    with pytest.raises(ArgumentError, match="alpha must be 0 or more"):
        SemiSupervised(alpha=-1.0)


def test_the_oracle_is_one() -> None:
    """The exact posterior gives the same log p(x) at every code."""
    model = oracle()
    q, p = model.encode(X), model.prior_for()
    z = q.sample((5,))
    value = model.decode(z).log_prob(X) + p.log_prob(z) - q.log_prob(z)
    assert isinstance(model.decode(z), Independent)
    assert torch.allclose(value, log_joint(X).logsumexp(1).expand(5, 4))
