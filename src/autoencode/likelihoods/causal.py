"""A likelihood whose pixels depend on the pixels before them: the one that compresses best."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.distributions import Distribution

from autoencode.distributions.causal_pixels import CausalPixels
from autoencode.errors import ArgumentError
from autoencode.likelihoods.likelihood import Likelihood, LogProbKind, likelihoods
from autoencode.nn.dense import Linear


class CausalLikelihood(Likelihood):
    """p(x|z) = ∏ p(value | values before it, z), by a small network that sees a window and the decoder's features.

    Args:
        data_shape: (channels, height, width).
        of: the name of a likelihood of one value, such as "categorical".
        features: maps that the decoder gives.
        rows: of the window, of which the pixel's own is the last.
        columns: of the window, an odd number.
        hidden: units of each layer.
        layers: residual layers after the first.
        share: of the pixels that a training step looks at, at random; an evaluation looks at all.

    Raises:
        ArgumentError: the data are no pictures, or a window without a middle.

    References:
        van den Oord, Kalchbrenner and Kavukcuoglu, "Pixel recurrent neural networks", ICML 2016; Gulrajani et al.,
        "PixelVAE", ICLR 2017, section 3.
    """

    def __init__(
        self,
        data_shape: Sequence[int],
        of: str = "categorical",
        *,
        features: int = 16,
        rows: int = 7,
        columns: int = 15,
        hidden: int = 160,
        layers: int = 2,
        share: float = 1 / 8,
    ) -> None:
        super().__init__(data_shape)
        if len(self.data_shape) != 3:
            raise ArgumentError(f"a causal likelihood is for pictures, and these data have the shape {data_shape}")
        if rows < 1 or columns < 1 or columns % 2 == 0 or rows * columns < 2:
            raise ArgumentError(
                f"a window has an odd number of columns and a pixel before its middle: {rows}x{columns}"
            )
        self.features_shape = (features, *self.data_shape[1:])
        self.network = WindowNetwork(self.data_shape[0], of, features, rows, columns, hidden, layers)
        self.share = share

    def forward(self, features: Float[Tensor, "..."]) -> CausalPixels:
        """Event shape `data_shape`; in training, `log_prob` is estimated from some of the pixels."""
        return CausalPixels(features, self.network, self.data_shape[0], self.share if self.training else 1.0)

    @property
    def is_sequential(self) -> bool:
        """It is drawn a pixel at a time."""
        return True

    def check(self, x: Float[Tensor, "batch ..."]) -> None:
        """Raises `DataError` where the likelihood of one value does."""
        self.network.of.check(x)

    def log_prob_kind(self, x: Float[Tensor, "batch ..."]) -> LogProbKind:
        """That of the likelihood of one value."""
        return self.network.of.log_prob_kind(x)


class WindowNetwork(nn.Module):
    """See `autoencode.distributions.causal_pixels.CausalNetwork`."""

    def __init__(
        self, channels: int, of: str, features: int, rows: int, columns: int, hidden: int, layers: int
    ) -> None:
        super().__init__()
        self.rows, self.columns = rows, columns
        self.of = likelihoods[of]((1, 1, 1))
        values = channels * ((rows - 1) * columns + columns // 2)
        self.from_window, self.from_features = Linear(values, hidden), Linear(features, hidden, bias=False)
        self.layers = nn.ModuleList(Linear(hidden, hidden) for _ in range(layers))
        outputs = self.of.features_shape[0]
        self.heads = nn.ModuleList(Linear(hidden + number, outputs) for number in range(channels))

    def trunk(self, windows: Float[Tensor, "n values"], features: Float[Tensor, "n features"]) -> Tensor:
        """What all channels share, (n, hidden)."""
        h = nn.functional.silu(self.from_window(2 * windows - 1) + self.from_features(features))
        for layer in self.layers:
            h = h + nn.functional.silu(layer(h))
        return h

    def channel(self, number: int, trunk: Tensor, before: Float[Tensor, "n number"]) -> Distribution:
        """The distribution of one channel, batch shape (n,), event shape (1, 1, 1)."""
        given = torch.cat([trunk, 2 * before - 1], 1) if number else trunk
        return self.of(self.heads[number](given)[:, :, None, None])
