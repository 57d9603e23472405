"""Networks that predict frames."""

import pytest
import torch

from autoencode.nn import FutureFromCode, PastAndCode, UNet, UNetFeatures
from autoencode.nn.frame_prediction import FrameShape

pytestmark = pytest.mark.usefixtures("double")
SHAPE = FrameShape(channels=3, past=2, future=4, height=13, width=10)


def networks(shape=SHAPE, latent_dim=2):
    encoder = PastAndCode(shape, latent_dim=latent_dim, widths=(8, 12), blocks=1, summary_widths=(4, 8))
    return encoder, FutureFromCode(shape, 8, latent_dim, blocks=1)


def code_of(planes, encoder, latent_dim=2):
    """Features and the mean code."""
    return planes[:, : encoder.n_features + latent_dim]


def shaken(*modules):
    for module in modules:
        for weight in module.parameters():
            weight.data.add_(0.1 * torch.randn_like(weight))


def test_a_fresh_network_repeats_the_last_frame_at_any_size():
    torch.manual_seed(0)
    encoder, decoder = networks()
    x = torch.rand(5, 6, 13, 10)
    future = decoder(code_of(encoder(x), encoder))
    assert future.shape == (5, 12, 13, 10)
    torch.testing.assert_close(future, x[:, 3:].repeat(1, 4, 1, 1))


def test_the_order_of_the_past_counts():
    torch.manual_seed(0)
    encoder, decoder = networks()
    shaken(encoder, decoder)
    x = torch.rand(1, 6, 13, 10)
    other = torch.cat([x[:, 3:], x[:, :3]], 1)
    assert not torch.allclose(decoder(code_of(encoder(x), encoder)), decoder(code_of(encoder(other), encoder)))


def test_the_code_changes_every_future_frame():
    torch.manual_seed(0)
    encoder, decoder = networks()
    shaken(encoder, decoder)
    z = code_of(encoder(torch.rand(1, 6, 13, 10)), encoder)
    other = z.clone()
    other[:, -1] += 1
    differences = (decoder(z) - decoder(other)).abs().unflatten(1, (4, 3)).amax((0, 2, 3, 4))
    assert (differences > 1e-4).all()


def test_past_and_future_give_the_code_in_training_and_the_same_features():
    torch.manual_seed(0)
    encoder, _ = networks()
    shaken(encoder)
    x, target = torch.rand(2, 6, 13, 10), torch.rand(2, 12, 13, 10)
    planes = encoder(x)
    with_target = encoder.with_target(planes, x, target)
    assert with_target.shape == planes.shape == (2, 48 + 8 + 4, *encoder.grid)
    assert torch.equal(with_target[:, : encoder.n_features], planes[:, : encoder.n_features])
    assert not torch.allclose(with_target[:, encoder.n_features :], planes[:, encoder.n_features :])
    changed = target.clone()
    changed[:, -1] = 0  # the last frame ahead
    assert not torch.allclose(encoder.with_target(planes, x, changed), with_target)


def test_padding_at_the_right_and_below_is_cut_off_again():
    shape = FrameShape(channels=1, past=1, future=1, height=9, width=15)
    assert shape.grid(2) == (4, 4)
    encoder, decoder = networks(shape)
    x = torch.arange(9.0 * 15).reshape(1, 1, 9, 15)
    assert torch.equal(decoder(code_of(encoder(x), encoder)), x)


def test_the_inside_of_a_u_net_is_that_of_the_u_net():
    torch.manual_seed(0)
    net, inside = UNet(1, 1, (8, 12)), UNetFeatures((8, 12))
    shaken(net)
    inside.load_state_dict({k: v for k, v in net.state_dict().items() if not k.startswith(("first", "last"))})
    x = torch.rand(2, 1, 8, 12)
    torch.testing.assert_close(net.last(inside(net.first(x))), net(x))
