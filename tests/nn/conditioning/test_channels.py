import torch
from torch import nn

from autoencode.nn import ChannelConditioned, ConditionalDecoder, RefinedDecoder
from autoencode.nn.conditioning.channels import resize_context


def test_the_context_lies_over_the_input_at_its_size() -> None:
    x, c = torch.rand(4, 3, 5, 7), torch.rand(4, 1, 5, 7)
    assert torch.equal(ChannelConditioned(nn.Identity())(x, c), torch.cat([x, c], 1))


def test_a_context_of_another_size_is_fitted_by_the_nearest_point() -> None:
    c = torch.tensor([[[[0.0, 1.0], [2.0, 3.0]]]])
    assert resize_context(c, torch.zeros(1, 3, 4, 2))[0, 0].tolist() == [[0, 1], [0, 1], [2, 3], [2, 3]]
    assert resize_context(c, torch.zeros(1, 3, 2, 2)) is c


def test_a_picture_is_touched_up_in_sight_of_the_context() -> None:
    """A touch that multiplies its two channels leaves nothing outside the context."""

    class Inside(nn.Module):
        def forward(self, both: torch.Tensor) -> torch.Tensor:
            return both[:, :1] * both[:, 1:]

    decoder = ConditionalDecoder(nn.Sequential(nn.Linear(2 + 9, 9), nn.Unflatten(1, (1, 3, 3))), nn.Flatten())
    z, c = torch.randn(5, 2), (torch.rand(5, 1, 3, 3) > 0.5).float()
    drawn = RefinedDecoder(decoder, Inside())(z, c)
    assert torch.equal(drawn, decoder(z, c) * c)
