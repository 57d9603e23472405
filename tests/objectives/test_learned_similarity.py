import math

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import logsigmoid

from autoencode.data.batch import Batch
from autoencode.errors import ArgumentError
from autoencode.likelihoods import FixedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.nn import FeatureExtractor
from autoencode.objectives import ForwardPass, LearnedSimilarity, ObjectiveOutput, Rate, forward_pass
from support.linear_gaussian import linear_model

pytestmark = pytest.mark.usefixtures("double")

GAMMA = 0.3


@pytest.fixture
def model(double: None) -> Autoencoder:
    return linear_model(NormalLikelihood((6,), FixedScale(0.5)), 3)


@pytest.fixture
def critic(double: None) -> FeatureExtractor:
    return FeatureExtractor((6,), [8, 5], 1)


@pytest.fixture
def fwd(model: Autoencoder) -> ForwardPass:
    return forward_pass(model, Batch(torch.randn(7, 6)))


def evaluated(critic: FeatureExtractor, fwd: ForwardPass, gamma: float = GAMMA) -> ObjectiveOutput:
    torch.manual_seed(1)
    return LearnedSimilarity(critic, gamma).evaluate(fwd, None)


def parts(critic: FeatureExtractor, fwd: ForwardPass) -> dict[str, Tensor]:
    """The three parts of algorithm 1, one formula each."""
    torch.manual_seed(1)
    drawn = fwd.model.prior_for().sample((7,))
    x, again, draw = fwd.batch.x, fwd.p_x.mean[0], fwd.model.decode(drawn).mean
    features = [critic.feature_maps(each)[-1] for each in (x, again)]
    says = [critic(each).squeeze(1) for each in (x, again, draw)]
    return {
        "error": ((features[0] - features[1]) ** 2).sum(1).mean() / 2,
        "decoder": -(logsigmoid(says[1]) + logsigmoid(says[2])).mean(),
        "critic": -(logsigmoid(says[0]) + logsigmoid(-says[1]) + logsigmoid(-says[2])).mean(),
    }


def gradients(loss: Tensor, module: nn.Module) -> list[Tensor]:
    weights = [weight for weight in module.parameters() if weight.requires_grad]
    return list(torch.autograd.grad(loss, weights, retain_graph=True))


def assert_same(one: list[Tensor], two: list[Tensor]) -> None:
    for a, b in zip(one, two, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("gamma", [0.0, GAMMA, 4.0])
def test_each_of_the_three_gets_its_own_gradient(critic: FeatureExtractor, fwd: ForwardPass, gamma: float) -> None:
    output, expected = evaluated(critic, fwd, gamma), parts(critic, fwd)
    # The encoder hears of the error alone, whatever the decoder's weight of it.
    assert_same(gradients(output.loss, fwd.model.posterior), gradients(expected["error"], fwd.model.posterior))
    decoder = gradients(gamma * expected["error"] + expected["decoder"], fwd.model.decoder)
    assert_same(gradients(output.loss, fwd.model.decoder), decoder)
    assert_same(gradients(output.auxiliary_losses["critic"], critic), gradients(expected["critic"], critic))


def test_terms_are_those_of_the_paper(critic: FeatureExtractor, fwd: ForwardPass) -> None:
    output, expected = evaluated(critic, fwd), parts(critic, fwd)
    torch.testing.assert_close(output.terms["feature_error"].mean(), expected["error"])
    torch.testing.assert_close(2 * output.terms["generator_loss"].mean(), expected["decoder"])
    torch.testing.assert_close(output.auxiliary_losses["critic"], expected["critic"])
    torch.testing.assert_close(output.loss, GAMMA * expected["error"] + expected["decoder"])


def test_an_error_in_features_is_a_normal_density(critic: FeatureExtractor, fwd: ForwardPass) -> None:
    one, two = (critic.feature_maps(each)[-1] for each in (fwd.batch.x, fwd.p_x.mean[0]))
    density = torch.distributions.Normal(two, 1.0).log_prob(one).sum(1)
    constant = 5 / 2 * math.log(2 * math.pi)
    torch.testing.assert_close(evaluated(critic, fwd).terms["feature_error"], -density - constant)


def test_a_critic_that_cannot_discriminate_has_a_loss_of_log_two(critic: FeatureExtractor, fwd: ForwardPass) -> None:
    nn.init.zeros_(critic.head.weight)
    nn.init.zeros_(critic.head.bias)
    output = evaluated(critic, fwd)
    assert output.terms["generator_loss"].tolist() == pytest.approx([math.log(2)] * 7)
    assert output.auxiliary_losses["critic"].item() == pytest.approx(3 * math.log(2))


def test_it_compares_with_the_target(critic: FeatureExtractor, model: Autoencoder) -> None:
    clean, corrupted = torch.randn(7, 6), torch.randn(7, 6)
    fwd = forward_pass(model, Batch(corrupted, clean))
    expected = 0.5 * ((critic.feature_maps(clean)[-1] - critic.feature_maps(fwd.p_x.mean[0])[-1]) ** 2).sum(1)
    torch.testing.assert_close(evaluated(critic, fwd).terms["feature_error"], expected)


def test_pictures_and_several_codes() -> None:
    model = linear_model(NormalLikelihood((6,), FixedScale(0.5)), 3)
    output = (Rate() + LearnedSimilarity(FeatureExtractor((6,), [8], 1))).evaluate(
        forward_pass(model, Batch(torch.randn(4, 6)), 3), None
    )
    assert {term.shape for term in output.terms.values()} == {(4,)}


def test_a_negative_weight_has_no_meaning(critic: FeatureExtractor) -> None:
    with pytest.raises(ArgumentError, match="gamma must be 0 or more"):
        LearnedSimilarity(critic, -1.0)
