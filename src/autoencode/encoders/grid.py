"""An encoder to a grid of features, for images of any size."""

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor, nn

from autoencode.nn.convolutions.conv import Conv
from autoencode.nn.convolutions.residual_blocks import ResidualBlock
from autoencode.nn.convolutions.sizes import sizes_after


class GridEncoder(nn.Module):
    """Convolutions of stride 2, then residual blocks: features at each position of a smaller image.

        x ─► 2x − 1 ─► [conv stride 2 ─► SiLU] × levels ─► block × n ─► SiLU ─► (batch, out_features, height, width)

    Args:
        data_shape: (channels, height, width), any size.
        channels: of each level.
        n_blocks: residual blocks at the end.

    Example:
        >>> import torch
        >>> encoder = GridEncoder((3, 33, 21), [8, 16])
        >>> encoder.grid, encoder(torch.zeros(5, 3, 33, 21)).shape
        ((9, 6), torch.Size([5, 16, 9, 6]))
    """

    def __init__(self, data_shape: Sequence[int], channels: Sequence[int], n_blocks: int = 1) -> None:
        super().__init__()
        n_in, height, width = data_shape
        self.grid = sizes_after((height, width), [2] * len(channels))[-1]
        layers: list[nn.Module] = []
        for n_out in channels:
            layers += [Conv(n_in, n_out, 2), nn.SiLU()]
            n_in = n_out
        self.layers = nn.Sequential(*layers, *(ResidualBlock(n_in) for _ in range(n_blocks)), nn.SiLU())
        self.out_features = n_in

    def forward(self, x: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch features h w"]:
        """(batch, channels, height, width) to (batch, out_features, *grid)."""
        return self.layers(x * 2 - 1)
