import pytest
import torch
from torch import Tensor, nn

from autoencode.data.batch import Batch
from autoencode.errors import ArgumentError, CapabilityError
from autoencode.likelihoods import BernoulliLikelihood, FixedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.objectives import Recorruption, estimate_noise, forward_pass, recorruption
from autoencode.posteriors import IdentityPosterior
from support.statistics import assert_mean

pytestmark = pytest.mark.usefixtures("double")
SHAPE = (1, 12, 12)
SCALE, NOISE, ALPHA = 0.5, 0.3, 0.7


class Blurred(nn.Module):
    """Each pixel, its own value included, mixed with those beside it."""

    def forward(self, x: Tensor) -> Tensor:
        return 0.4 * x + 0.15 * (x.roll(1, 2) + x.roll(-1, 2) + x.roll(1, 3) + x.roll(-1, 3))


def model(likelihood: nn.Module) -> Autoencoder:
    posterior = IdentityPosterior(SHAPE)
    return Autoencoder(encoder=Blurred(), posterior=posterior, decoder=nn.Identity(), likelihood=likelihood)


@pytest.fixture
def normal() -> Autoencoder:
    return model(NormalLikelihood(SHAPE, FixedScale(SCALE)))


def test_the_loss_is_the_error_to_the_clean_picture_plus_that_of_the_noise(
    normal: Autoencoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pang et al., equation 8, in nats, for a linear model in closed form: it looks at the pixel itself."""
    monkeypatch.setattr(recorruption, "estimate_noise", lambda x: torch.full_like(x, NOISE))
    clean = torch.linspace(0, 1, 12).expand(1, 1, 12, 12) ** 2
    noisy = clean + NOISE * torch.randn(20_000, *SHAPE)
    losses = Recorruption(ALPHA)(normal, Batch(noisy)).terms["nll"]
    kept = 0.4**2 + 4 * 0.15**2  # of the variance of what goes in
    error = (Blurred()(clean) - clean).square() + kept * NOISE**2 * (1 + ALPHA**2)
    constant = 0.5 * torch.log(torch.tensor(2 * torch.pi * SCALE**2))
    wanted = 144 * ((error + NOISE**2 * (1 + 1 / ALPHA**2)) / (2 * SCALE**2) + constant).mean()
    assert_mean(losses, wanted)


def test_the_input_is_noisier_and_the_target_as_it_was(normal: Autoencoder) -> None:
    y = torch.rand(5_000, *SHAPE)
    batch = Recorruption(ALPHA).prepare(Batch(y))
    assert batch.target is y
    assert batch.loss_mask is not None, "nothing is clean here that a restoration could be measured against"
    assert batch.loss_mask.all()
    added = (batch.x - y) / (ALPHA * estimate_noise(y))
    assert_mean(added.flatten(), 0.0)
    assert_mean(added.square().flatten(), 1.0)


def test_a_picture_without_noise_is_learned_as_it_is(normal: Autoencoder) -> None:
    flat = torch.full((2, *SHAPE), 0.3)
    batch = Recorruption().prepare(Batch(flat))
    assert torch.equal(batch.x, flat)
    output = Recorruption().evaluate(forward_pass(normal, batch), None)
    assert torch.allclose(output.terms["nll"], -normal.likelihood(flat).log_prob(flat))
    assert output.loss == output.terms["nll"].mean()


def test_wrong_arguments_and_likelihoods() -> None:
    for alpha in (0.0, -1.0):
        with pytest.raises(ArgumentError, match="alpha must be above 0"):
            Recorruption(alpha)
    with pytest.raises(CapabilityError, match="needs a normal likelihood"):
        Recorruption()(model(BernoulliLikelihood(SHAPE)), Batch(torch.rand(2, *SHAPE)))
