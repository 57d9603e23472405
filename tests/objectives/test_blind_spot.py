import pytest
import torch
from torch import Tensor, nn

from autoencode.data.batch import Batch
from autoencode.errors import ArgumentError, CapabilityError
from autoencode.likelihoods import FixedScale, NormalLikelihood
from autoencode.model import Autoencoder
from autoencode.objectives import BlindSpot, forward_pass
from autoencode.posteriors import IdentityPosterior
from support.statistics import assert_mean

pytestmark = pytest.mark.usefixtures("double")

SHAPE = (1, 12, 12)


class Around(nn.Module):
    """The mean of the four pixels beside each."""

    def forward(self, x: Tensor) -> Tensor:
        return (x.roll(1, 2) + x.roll(-1, 2) + x.roll(1, 3) + x.roll(-1, 3)) / 4


def model(encoder: nn.Module, scale: float = 0.5) -> Autoencoder:
    likelihood = NormalLikelihood(SHAPE, FixedScale(scale))
    return Autoencoder(
        encoder=encoder, posterior=IdentityPosterior(SHAPE), decoder=nn.Identity(), likelihood=likelihood
    )


def test_hidden_pixels_have_their_fraction_and_come_from_close_by() -> None:
    ramp = torch.arange(144.0).view(1, 1, 12, 12).expand(400, 2, -1, -1)
    batch = BlindSpot(0.1, radius=2).prepare(Batch(ramp))
    assert_mean(batch.loss_mask[:, 0].double().flatten(), 0.1)
    assert torch.equal(batch.x[~batch.loss_mask], ramp[~batch.loss_mask])
    assert (batch.x[batch.loss_mask] != ramp[batch.loss_mask]).all(), "a hidden pixel is never its own neighbour"
    assert torch.equal(batch.loss_mask[:, 0], batch.loss_mask[:, 1])
    assert torch.equal(batch.x[:, 0], batch.x[:, 1])
    rows = (batch.x // 12 - ramp // 12).abs()
    columns = (batch.x % 12 - ramp % 12).abs()
    assert rows.max() == columns.max() == 2


def test_every_neighbour_has_the_same_chance() -> None:
    ramp = torch.arange(25.0).view(1, 1, 5, 5).expand(20_000, 1, 5, 5)
    middle = BlindSpot(0.99, radius=1)._neighbours(ramp)[:, 0, 2, 2]
    for place in (6, 7, 8, 11, 13, 16, 17, 18):
        assert_mean((middle == place).double(), 1 / 8)


def test_the_loss_is_the_error_to_the_clean_picture_plus_the_variance_of_the_noise() -> None:
    """Noise2Self, proposition 1, in nats: a normal of scale s, a predictor that does not look at the pixel itself."""
    scale, noise = 0.5, 0.3
    clean = torch.linspace(0, 1, 12).expand(1, 1, 12, 12) ** 2
    noisy = clean + noise * torch.randn(20_000, *SHAPE)
    fwd = forward_pass(model(Around(), scale), BlindSpot(0.01).prepare(Batch(noisy)))
    losses = BlindSpot(0.01).evaluate(fwd, None).terms["nll"][fwd.batch.loss_mask.flatten(1).sum(1) == 1]
    # A hidden pixel is alone in these pictures, so that its four neighbours are as they were.
    error = (Around()(clean) - clean).square() + noise**2 / 4
    constant = 0.5 * torch.log(torch.tensor(2 * torch.pi * scale**2))
    wanted = 144 * ((error + noise**2) / (2 * scale**2) + constant).mean()
    assert_mean(losses, wanted)


def test_only_hidden_pixels_count() -> None:
    blind, x = BlindSpot(0.2), torch.rand(4, *SHAPE)
    batch = blind.prepare(Batch(x))
    fwd = forward_pass(model(Around()), batch)
    squares = (fwd.p_x.mean[0] - x).square() / (2 * 0.5**2) + 0.5 * torch.log(torch.tensor(2 * torch.pi * 0.5**2))
    wanted = torch.stack(
        [144 * square[loss_mask].mean() for square, loss_mask in zip(squares, batch.loss_mask, strict=True)]
    )
    assert torch.allclose(blind.evaluate(fwd, None).terms["nll"], wanted)


def test_wrong_arguments_and_likelihoods() -> None:
    for share in (0.0, 1.0, -0.1):
        with pytest.raises(ArgumentError, match="mask_fraction must be above 0 and below 1"):
            BlindSpot(share)
    with pytest.raises(ArgumentError, match="radius must be 1 pixel or more"):
        BlindSpot(radius=0)
    with pytest.raises(CapabilityError, match="independent values"):
        BlindSpot().evaluate(forward_pass(model(Around()), Batch(torch.rand(2, *SHAPE))), None)
