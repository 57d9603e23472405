"""Pictures whose pixels depend on the pixels before them."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, runtime_checkable

import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.distributions import Distribution, constraints
from torch.nn import functional as F

_CHUNK = 1 << 16
"""Pixels whose distributions are computed at a time."""


@runtime_checkable
class CausalNetwork(Protocol):
    """Distributions of pixels, given what is above them and to their left."""

    rows: int
    columns: int

    def trunk(self, windows: Float[Tensor, "n values"], features: Float[Tensor, "n features"]) -> Tensor:
        """What all channels share, (n, hidden).

        Args:
            windows: the values before each pixel in its window, see `windows_at`.
            features: the decoder's, at the pixel.
        """
        ...

    def channel(self, number: int, trunk: Tensor, before: Float[Tensor, "n number"]) -> Distribution:
        """The distribution of one channel, batch shape (n,), event shape (1, 1, 1).

        Args:
            number: of the channel.
            trunk: as `trunk` gave it.
            before: the same pixel's values in the channels before this one.
        """
        ...


class CausalPixels(Distribution):
    """p(x|features) = ∏ p(value | values before it, features): pixels row by row, and in each its channels in order.

    A pixel depends on the pixels of a window that lie above it or to its left, so that all factors of a given picture
    are computed at once, and a picture is drawn a pixel at a time.

    Args:
        features: the decoder's, (*batch_shape, features, height, width).
        network: gives the distribution of a pixel.
        channels: of the pictures.
        share: of the pixels, at random, whose log probabilities `log_prob` computes, divided by the share: an unbiased
            estimate of the sum. 1 for all of them.

    References:
        van den Oord, Kalchbrenner and Kavukcuoglu, "Pixel recurrent neural networks", ICML 2016, equation 1; Gulrajani
        et al., "PixelVAE", ICLR 2017.
    """

    arg_constraints: dict[str, Any] = {}  # pyright: ignore  # torch declares it as a property
    support = constraints.unit_interval  # pyright: ignore

    def __init__(
        self, features: Float[Tensor, "*batch features h w"], network: CausalNetwork, channels: int, share: float = 1.0
    ) -> None:
        self.features, self.network, self.channels, self.share = features, network, channels, share
        height, width = features.shape[-2:]
        super().__init__(features.shape[:-3], torch.Size((channels, height, width)), validate_args=False)

    def expand(self, batch_shape: Any, _instance: Any = None) -> "CausalPixels":
        """The same distribution with its features expanded to `batch_shape`."""
        features = self.features.expand(*batch_shape, *self.features.shape[-3:])
        return CausalPixels(features, self.network, self.channels, self.share)

    def log_prob(self, value: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        """Log probability of whole pictures, in nats."""
        leading = torch.broadcast_shapes(value.shape[:-3], self.features.shape[:-3])
        x = value.expand(*leading, *self.event_shape).reshape(-1, *self.event_shape)
        features = self.features.expand(*leading, *self.features.shape[-3:]).reshape(-1, *self.features.shape[-3:])
        count = max(1, round(self.share * x[0, 0].numel()))
        places = _random_places(x, count) if count < x[0, 0].numel() else _all_places(x)
        logs = torch.cat([self._log_probs(*part) for part in _parts(x, features, places)])
        return (logs.sum(1) * (x[0, 0].numel() / places.shape[1])).reshape(leading)

    def _log_probs(self, x: Tensor, features: Tensor, places: Tensor) -> Tensor:
        """(pictures, places)."""
        here = _at(x, places)[:, :, None, None, None]
        channels = self._distributions(x, features, places)
        logs = [p.log_prob(here[:, number]) for number, p in enumerate(channels)]
        return torch.stack(logs).sum(0).reshape(places.shape)

    def at(self, x: Float[Tensor, "n channels h w"], places: Int64[Tensor, " m"]) -> list[Distribution]:
        """The distributions of each channel at some pixels, counted row by row, given the pictures.

        Returns:
            One for each channel, batch shape (n · m,), event shape (1, 1, 1).
        """
        return self._distributions(x, self.features, places.expand(len(x), -1))

    def _distributions(self, x: Tensor, features: Tensor, places: Tensor) -> list[Distribution]:
        windows = windows_at(x, places, self.network.rows, self.network.columns)
        trunk, here = self.network.trunk(windows, _at(features, places)), _at(x, places)
        return [self.network.channel(number, trunk, here[:, :number]) for number in range(self.channels)]

    def first_pixel(self) -> Distribution:
        """The distribution of a value with nothing before it, for its kind."""
        drawing = Drawing(self.features.reshape(-1, *self.features.shape[-3:])[:1], self.network, self.channels)
        drawing.visit(0)
        return drawing.channel(0)

    @property
    def mean(self) -> Tensor:
        """One picture for each in the batch, in which each pixel is its mean given the means before it."""
        return self._draw(lambda p: p.mean)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draws of pictures, (*sample_shape, *batch_shape, *event_shape)."""
        shape = torch.Size(sample_shape)
        return self.expand(shape + self.batch_shape)._draw(lambda p: p.sample())

    @torch.no_grad()
    def _draw(self, take: Callable[[Distribution], Tensor]) -> Tensor:
        features = self.features.reshape(-1, *self.features.shape[-3:])
        drawing = Drawing(features, self.network, self.channels)
        for place in range(drawing.pixels):
            drawing.visit(place)
            for number in range(self.channels):
                drawing.put(number, take(drawing.channel(number)).flatten())
        return drawing.picture.reshape(*self.features.shape[:-3], *self.event_shape)


class Drawing:
    """Pictures that are drawn a pixel at a time.

    Args:
        features: the decoder's, (n, features, height, width).
        network: gives the distribution of a pixel.
        channels: of the pictures.
    """

    def __init__(self, features: Float[Tensor, "n features h w"], network: CausalNetwork, channels: int) -> None:
        self._features, self._network = features, network
        height, self._width = features.shape[-2:]
        self.pixels = height * self._width
        above, beside = network.rows - 1, network.columns // 2
        size = (len(features), channels, height + above, self._width + 2 * beside)
        self._padded = torch.full(size, OUTSIDE, dtype=features.dtype, device=features.device)
        self._y, self._x, self._trunk = 0, 0, features
        self.picture = self._padded[:, :, above:, beside : beside + self._width]

    def visit(self, place: int) -> None:
        """Goes to a pixel, whose window must be drawn."""
        self._y, self._x = divmod(place, self._width)
        rows, columns = self._network.rows, self._network.columns
        window = self._padded[:, :, self._y : self._y + rows, self._x : self._x + columns]
        features = self._features[:, :, self._y, self._x]
        self._trunk = self._network.trunk(_before(window, rows, columns), features)

    def channel(self, number: int) -> Distribution:
        """The distribution of a channel of this pixel, whose channels before it must be drawn; batch shape (n,)."""
        before = self.picture[:, :number, self._y, self._x]
        return self._network.channel(number, self._trunk, before)

    def put(self, number: int, values: Float[Tensor, " n"]) -> None:
        """Draws a channel of this pixel."""
        self.picture[:, number, self._y, self._x] = values.to(self.picture.dtype)


OUTSIDE = 0.5
"""The value of what lies outside of a picture: neither black nor white."""


def windows_at(
    x: Float[Tensor, "n channels h w"], places: Int64[Tensor, "n m"], rows: int, columns: int
) -> Float[Tensor, "n_times_m values"]:
    """What comes before a pixel in a window above it and to its left and right, all channels of it.

    Args:
        x: pictures.
        places: of pixels in each picture, counted row by row.
        rows: of the window, of which the pixel's own is the last.
        columns: of the window, an odd number, with the pixel in the middle.
    """
    beside = columns // 2
    padded = F.pad(x, (beside, beside, rows - 1, 0), value=OUTSIDE)
    windows = padded.unfold(2, rows, 1).unfold(3, columns, 1)
    picture = torch.arange(len(x), device=x.device)[:, None]
    return _before(windows[picture, :, places // x.shape[-1], places % x.shape[-1]].flatten(0, 1), rows, columns)


def _before(windows: Float[Tensor, "n channels rows columns"], rows: int, columns: int) -> Float[Tensor, "n values"]:
    """The pixels of a window that come before its middle in the last row."""
    return windows.flatten(2)[:, :, : (rows - 1) * columns + columns // 2].flatten(1)


def _at(maps: Float[Tensor, "n channels h w"], places: Int64[Tensor, "n m"]) -> Float[Tensor, "n_times_m channels"]:
    picked = maps.flatten(2).gather(2, places[:, None].expand(-1, maps.shape[1], -1))
    return picked.movedim(1, 2).flatten(0, 1)


def _all_places(x: Tensor) -> Tensor:
    return torch.arange(x[0, 0].numel(), device=x.device).expand(len(x), -1)


def _random_places(x: Tensor, count: int) -> Tensor:
    return torch.rand(len(x), x[0, 0].numel(), device=x.device).topk(count).indices


def _parts(*tensors: Tensor) -> Sequence[Sequence[Tensor]]:
    """Few enough pictures at a time."""
    size = max(1, _CHUNK // tensors[-1].shape[1])
    return list(zip(*(tensor.split(size) for tensor in tensors), strict=True))
