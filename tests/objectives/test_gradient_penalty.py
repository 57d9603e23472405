import pytest
import torch
from torch import Tensor, nn

from autoencode.data.batch import Batch
from autoencode.likelihoods import FixedScale, NormalLikelihood
from autoencode.nn import FeatureExtractor
from autoencode.objectives import AdversarialPrior, LearnedSimilarity, Objective
from autoencode.objectives.auxiliary_network import gradient_penalty
from support.linear_gaussian import linear_model

pytestmark = pytest.mark.usefixtures("double")


class Square(nn.Module):
    """a ‖x‖²: its gradient is 2 a x."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Parameter(torch.tensor(0.7))

    def forward(self, x: Tensor) -> Tensor:
        return self.a * x.square().flatten(1).sum(1, keepdim=True)


def test_it_is_half_the_squared_gradient_of_each_example() -> None:
    critic, x = Square(), torch.randn(9, 2, 3)
    value = gradient_penalty(critic, x)
    torch.testing.assert_close(value, 0.5 * ((1.4 * x) ** 2).flatten(1).sum(1).mean())
    value.backward()
    torch.testing.assert_close(critic.a.grad, 2 * value.detach() / 0.7)


def test_without_gradients_it_is_nothing() -> None:
    with torch.no_grad():
        assert gradient_penalty(Square(), torch.randn(9, 2)).item() == 0


def test_inputs_get_no_gradient() -> None:
    x = torch.randn(9, 2, requires_grad=True)
    gradient_penalty(Square(), x).backward()
    assert x.grad is None


@pytest.mark.parametrize(
    "make",
    [
        lambda penalty: AdversarialPrior(nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1)), penalty=penalty),
        lambda penalty: LearnedSimilarity(FeatureExtractor((6,), [5], 1), penalty=penalty),
    ],
)
def test_it_is_the_critics_alone(make) -> None:
    model, x = linear_model(NormalLikelihood((6,), FixedScale(0.5)), 3), torch.randn(5, 6)

    def evaluated(objective: Objective):
        torch.manual_seed(1)
        return objective(model, Batch(x))

    plain = make(0.0)
    (name, adversary), *_ = plain.auxiliary_networks.items()
    other = make(2.0)
    other.auxiliary_networks[name].network.load_state_dict(adversary.network.state_dict())
    one, two = evaluated(plain), evaluated(other)
    assert torch.equal(one.loss, two.loss)
    torch.manual_seed(1)
    model.encode(x).rsample((1,))
    real = model.prior_for().sample((5,)) if name == "code_critic" else x
    expected = 2 * gradient_penalty(adversary.network, real)
    torch.testing.assert_close(two.auxiliary_losses[name] - one.auxiliary_losses[name], expected)
