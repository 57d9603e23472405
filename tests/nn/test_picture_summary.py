"""Numbers about pictures of any size."""

import torch

from autoencode.nn import FeaturesAndCode, PictureSummary


def test_a_large_picture_is_the_mean_of_its_pieces_by_their_pixels(monkeypatch):
    torch.manual_seed(0)
    summary = PictureSummary(1, 3, (4, 5))
    torch.nn.init.normal_(summary.head.weight)
    x = torch.rand(2, 1, 16, 24)
    parts = [x[..., :16], x[..., 16:]]
    own = sum(share * summary.layers(part).mean((2, 3)) for part, share in zip(parts, (2 / 3, 1 / 3), strict=True))
    whole = summary(x)
    monkeypatch.setattr("autoencode.nn.picture_summary._PIECE", 16)
    torch.testing.assert_close(summary(x), summary.head(own))
    assert not torch.allclose(summary(x), whole)  # edges of pieces


def test_a_fresh_code_says_nothing_and_its_planes_have_one_value():
    network = FeaturesAndCode(1, 2, features=3, latent_dim=2, widths=(4, 8))
    x, target = torch.rand(2, 1, 8, 12), torch.rand(2, 2, 8, 12)
    planes = network(x)
    assert planes.shape == (2, 7, 8, 12)
    assert not planes[:, 3:].any()
    torch.nn.init.normal_(network.recognise.head.weight)
    own = network.with_target(planes, x, target)
    assert torch.equal(own[:, :3], planes[:, :3])
    assert torch.equal(own[:, 3:], own[:, 3:, :1, :1].expand(-1, -1, 8, 12))
    assert own[:, 3:].any()
    assert (network.halo, network.multiple) == (network.network.halo, network.network.multiple)
