"""A likelihood whose pixels depend on the pixels before them: the one that compresses best."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.distributions import Distribution

from autoencode.distributions.causal_pixels import OUTSIDE, CausalPixels
from autoencode.errors import ArgumentError
from autoencode.likelihoods.likelihood import Likelihood, LogProbKind, likelihoods
from autoencode.nn.dense import Linear

_STD = 0.02
"""Of the entries of tables before training."""
_NEAREST = ((0, -1), (-1, 0), (-1, -1), (-1, 1))
"""Rows and columns from a pixel to the neighbours whose levels are looked up."""


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

    @property
    def hidden_layers(self) -> Sequence[nn.Module]:
        """Those of the network of the window, without the tables and the last ones."""
        return (self.network.from_window, *self.network.layers)

    def check(self, x: Float[Tensor, "batch ..."]) -> None:
        """Raises `DataError` where the likelihood of one value does."""
        self.network.of.check(x)

    def log_prob_kind(self, x: Float[Tensor, "batch ..."]) -> LogProbKind:
        """That of the likelihood of one value."""
        return self.network.of.log_prob_kind(x)


class WindowNetwork(nn.Module):
    """See `autoencode.distributions.causal_pixels.CausalNetwork`.

    What the levels of the nearest neighbours say is looked up in tables besides, one for each of them: a network of
    their values alone is slow to learn that a level such as 0 or 255, or each second one, is a case of its own.
    """

    def __init__(
        self, channels: int, of: str, features: int, rows: int, columns: int, hidden: int, layers: int
    ) -> None:
        super().__init__()
        self.rows, self.columns = rows, columns
        self.of = likelihoods[of]((1, 1, 1))
        values = channels * ((rows - 1) * columns + columns // 2)
        self.from_window, self.from_features = Linear(values, hidden), Linear(features, hidden, bias=False)
        places = [(rows - 1 + row) * columns + columns // 2 + column for row, column in _NEAREST]
        inside = [place for place in places if 0 <= place < values // channels] if self.of.n_levels else []
        self._nearest = [number * (values // channels) + place for number in range(channels) for place in inside]
        self.from_levels = nn.Embedding(len(self._nearest) * (self._levels + 1), hidden)
        nn.init.normal_(self.from_levels.weight, std=_STD)
        self.layers = nn.ModuleList(Linear(hidden, hidden) for _ in range(layers))
        outputs = self.of.features_shape[0]
        self.heads = nn.ModuleList(Linear(hidden + number, outputs) for number in range(channels))

    def trunk(self, windows: Float[Tensor, "n values"], features: Float[Tensor, "n features"]) -> Tensor:
        """What all channels share, (n, hidden)."""
        h = self.from_window(2 * windows - 1) + self.from_features(features)
        h = nn.functional.silu(h + self._from_levels(windows) if self._nearest else h)
        for layer in self.layers:
            h = h + nn.functional.silu(layer(h))
        return h

    @property
    def _levels(self) -> int:
        return self.of.n_levels or 0

    def _from_levels(self, windows: Tensor) -> Tensor:
        near = windows[:, self._nearest]
        levels = torch.where(near == OUTSIDE, self._levels, (near * (self._levels - 1)).round()).long()
        tables = torch.arange(len(self._nearest), device=levels.device) * (self._levels + 1)
        return self.from_levels(levels + tables).sum(1)

    def channel(self, number: int, trunk: Tensor, before: Float[Tensor, "n number"]) -> Distribution:
        """The distribution of one channel, batch shape (n,), event shape (1, 1, 1)."""
        given = torch.cat([trunk, 2 * before - 1], 1) if number else trunk
        return self.of(self.heads[number](given)[:, :, None, None])
