"""Which axis of an array is what, and what its channels are."""

from enum import Enum, StrEnum
from typing import NamedTuple

import numpy as np

from autoencode.data.values import Array, ValueRange
from autoencode.errors import ArgumentError, DataError, ShapeError

_TAKEN = "(n, d) vectors, (n, h, w) grey pictures, (n, h, w, c) or (n, c, h, w) pictures"
_CHANNELS = (1, 3)
_ALPHA = 4
_OPAQUE = (ValueRange.UNIT, ValueRange.BYTES, ValueRange.WORDS)


class AxisOrder(Enum):
    """The order of the axes: n examples, d numbers, h rows, w columns, c channels."""

    VECTORS = "nd"
    GREY = "nhw"
    LAST = "nhwc"
    FIRST = "nchw"


class Channels(StrEnum):
    """What the channels of pictures are."""

    RGB = "rgb"
    """Grey, or red, green and blue."""
    RGBA = "rgba"
    """Red, green, blue, and how opaque each pixel is."""
    BANDS = "bands"
    """Any number of channels that are no colours, such as those of a satellite."""


class Layout(NamedTuple):
    """How an array is to be read.

    Args:
        order: which axis is what.
        channels: what the channels are.
        stored_shape: the shape of one example with its axes in the model's order; an alpha channel still counts.
    """

    order: AxisOrder
    channels: Channels
    stored_shape: tuple[int, ...]

    @property
    def pictures(self) -> bool:
        """Whether the examples are pictures."""
        return self.order is not AxisOrder.VECTORS

    @property
    def alpha(self) -> bool:
        """Whether the last of the channels says how opaque a pixel is."""
        return self.pictures and self.channels is Channels.RGBA

    @property
    def data_shape(self) -> tuple[int, ...]:
        """The shape of one example, (d,) or (channels, height, width), once an alpha channel is composited away."""
        return (3, *self.stored_shape[1:]) if self.alpha else self.stored_shape

    def __str__(self) -> str:
        if not self.pictures:
            return f"read as vectors of {self.data_shape[0]} numbers"
        channels, height, width = self.data_shape
        size = f"{height}x{width} (height x width)"
        if self.order is AxisOrder.GREY:
            return f"read as grey pictures of {size}"
        order = f"channels {'last' if self.order is AxisOrder.LAST else 'first'} (say --axes to decide otherwise)"
        if self.channels is Channels.BANDS:
            return f"read as pictures of {size} with {channels} bands, {order}"
        return f"read as {'grey' if channels == 1 else 'colour'} pictures of {size}, {order}"


def infer_layout(
    shape: tuple[int, ...], dtype: np.dtype, axes: AxisOrder | None = None, channels: Channels | None = None
) -> Layout:
    """Decides which axis is what, from shape and type alone.

    An axis of 1, 3 or (at the end) 4 is the channels; where there is none, the axis that is shorter than both others.
    Where both the second and the last axis could be, bytes are read as channels last, as picture files are, and other
    types as channels first, as tensors are. Four channels at the end are taken for colour and alpha here; `read_array`
    looks at the numbers (`looks_like_alpha`).

    Args:
        shape: of the whole array.
        dtype: of its numbers.
        axes: what a person decided; None to decide here.
        channels: the same for the channels.

    Raises:
        ShapeError: no layout that is known, or not the one that was requested.
        DataError: an axis of length 0.

    Example:
        >>> print(infer_layout((10, 32, 32, 3), np.dtype("uint8")))
        read as colour pictures of 32x32 (height x width), channels last (say --axes to decide otherwise)
    """
    if not 2 <= len(shape) <= 4:
        raise ShapeError(f"an array of shape {shape} holds no examples; expected {_TAKEN}")
    if 0 in shape:
        raise DataError(f"an array of shape {shape} is empty; expected {_TAKEN}")
    order = axes or _guessed_order(shape, dtype, channels)
    if len(order.value) != len(shape):
        raise ShapeError(f"--axes {order.value} names {len(order.value)} axes, and the array has the shape {shape}")
    stored = _stored_shape(shape, order)
    return _checked(Layout(order, channels or _guessed_channels(stored, order), stored), shape)


def _guessed_order(shape: tuple[int, ...], dtype: np.dtype, channels: Channels | None) -> AxisOrder:
    if len(shape) < 4:
        return AxisOrder.VECTORS if len(shape) == 2 else AxisOrder.GREY
    _, second, third, last = shape
    if channels is not Channels.BANDS:
        first_is, last_is = second in _CHANNELS, last in (*_CHANNELS, _ALPHA)
        if first_is and last_is:
            return AxisOrder.LAST if dtype == np.uint8 and last in _CHANNELS else AxisOrder.FIRST
        if first_is or last_is:
            return AxisOrder.LAST if last_is else AxisOrder.FIRST
    if last < min(second, third):
        return AxisOrder.LAST
    if second < min(third, last):
        return AxisOrder.FIRST
    raise ShapeError(f"which axis of an array of shape {shape} is the channels? Say --axes nchw or --axes nhwc")


def _stored_shape(shape: tuple[int, ...], order: AxisOrder) -> tuple[int, ...]:
    if order is AxisOrder.VECTORS:
        return shape[1:]
    if order is AxisOrder.GREY:
        return (1, *shape[1:])
    _, a, b, c = shape
    return (c, a, b) if order is AxisOrder.LAST else (a, b, c)


def _guessed_channels(stored_shape: tuple[int, ...], order: AxisOrder) -> Channels:
    if order in (AxisOrder.VECTORS, AxisOrder.GREY) or stored_shape[0] in _CHANNELS:
        return Channels.RGB
    return Channels.RGBA if stored_shape[0] == _ALPHA and order is AxisOrder.LAST else Channels.BANDS


def _checked(layout: Layout, shape: tuple[int, ...]) -> Layout:
    """The same layout.

    Raises:
        ShapeError: another number of channels than such channels have.
    """
    counts = {Channels.RGB: _CHANNELS, Channels.RGBA: (_ALPHA,)}.get(layout.channels)
    if layout.pictures and counts and layout.stored_shape[0] not in counts:
        raise ShapeError(
            f"an array of shape {shape} has {layout.stored_shape[0]} channels, which are not {layout.channels}: say "
            f"--channels-are {Channels.BANDS}, or name the axes with --axes"
        )
    return layout


def looks_like_alpha(array: Array) -> bool:
    """Whether the numbers of a channel are mostly those of opaque or of transparent pixels, as those of no band are.

    Args:
        array: the fourth channel of all pictures.
    """
    high = float(array.max())
    opaque = next((values.high for values in _OPAQUE if high <= (values.high or 0)), high)
    return float(((array == 0) | (array == opaque)).mean()) >= 0.5


def to_model_layout(array: Array, layout: Layout) -> Array:
    """The same numbers with the axes in the model's order.

    Args:
        array: as it was given.
        layout: how to read it.

    Returns:
        (n, d), or (n, channels, height, width); a view.
    """
    if layout.order is AxisOrder.LAST:
        return np.moveaxis(array, -1, 1)
    return array[:, None] if layout.order is AxisOrder.GREY else array


def parse_axes(name: str) -> AxisOrder | None:
    """The order of axes that a person named; None for "auto".

    Raises:
        ArgumentError: no such order.
    """
    known = {order.value: order for order in AxisOrder}
    if name != "auto" and name not in known:
        raise ArgumentError(f"--axes takes auto, {', '.join(known)} (n examples, c channels, d numbers), not {name!r}")
    return known.get(name)


def parse_channels(name: str) -> Channels | None:
    """What a person said that the channels are; None for "auto".

    Raises:
        ArgumentError: no such thing.
    """
    known = {channels.value: channels for channels in Channels}
    if name != "auto" and name not in known:
        raise ArgumentError(f"--channels-are takes auto, {', '.join(known)}, not {name!r}")
    return known.get(name)
