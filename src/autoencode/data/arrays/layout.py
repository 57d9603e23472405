"""Which axis of an array is what."""

from enum import Enum
from typing import NamedTuple

import numpy as np

from autoencode.data.values import Array
from autoencode.errors import DataError, ShapeError

_TAKEN = "(n, d) vectors, (n, h, w) grey pictures, (n, h, w, c) or (n, c, h, w) pictures with 1 or 3 channels"
_CHANNELS = (1, 3)
_ALPHA = 4


class AxisOrder(Enum):
    """The order of the axes."""

    VECTORS = "vectors"
    GREY = "grey pictures"
    LAST = "channels last"
    FIRST = "channels first"


class Layout(NamedTuple):
    """How an array is to be read.

    Args:
        order: which axis is what.
        data_shape: the shape of one example, (d,) or (channels, height, width); an alpha channel still counts.
    """

    order: AxisOrder
    data_shape: tuple[int, ...]

    @property
    def pictures(self) -> bool:
        """Whether the examples are pictures."""
        return self.order is not AxisOrder.VECTORS

    @property
    def alpha(self) -> bool:
        """Whether the last of the channels says how opaque a pixel is."""
        return self.pictures and self.data_shape[0] == _ALPHA

    @property
    def shape_without_alpha(self) -> tuple[int, ...]:
        """The shape of one example once an alpha channel is composited away."""
        return (3, *self.data_shape[1:]) if self.alpha else self.data_shape

    def __str__(self) -> str:
        if not self.pictures:
            return f"read as vectors of {self.data_shape[0]} numbers"
        channels, height, width = self.shape_without_alpha
        kind = "grey" if channels == 1 else "colour"
        order = "" if self.order is AxisOrder.GREY else f", {self.order.value}"
        return f"read as {kind} pictures of {height}x{width} (height x width){order}"


def infer_layout(shape: tuple[int, ...], dtype: np.dtype) -> Layout:
    """Decides which axis is what, from shape and type alone.

    Where both the second and the last axis could be the channels, bytes are read as channels last, as picture files
    are, and other types as channels first, as tensors are.

    Args:
        shape: of the whole array.
        dtype: of its numbers.

    Returns:
        The layout.

    Raises:
        ShapeError: no layout that is known.
        DataError: an axis of length 0.

    Example:
        >>> print(infer_layout((10, 32, 32, 3), np.dtype("uint8")))
        read as colour pictures of 32x32 (height x width), channels last
    """
    if not 2 <= len(shape) <= 4:
        raise ShapeError(f"an array of shape {shape} holds no examples; expected {_TAKEN}")
    if 0 in shape:
        raise DataError(f"an array of shape {shape} is empty; expected {_TAKEN}")
    if len(shape) == 2:
        return Layout(AxisOrder.VECTORS, shape[1:])
    if len(shape) == 3:
        return Layout(AxisOrder.GREY, (1, *shape[1:]))
    return _with_channels(shape, _order(shape, dtype))


def to_model_layout(array: Array, layout: Layout) -> Array:
    """The same numbers with the axes as the model has them.

    Args:
        array: as it was given.
        layout: how to read it.

    Returns:
        (n, d), or (n, channels, height, width); a view.
    """
    if layout.order is AxisOrder.LAST:
        return np.moveaxis(array, -1, 1)
    return array[:, None] if layout.order is AxisOrder.GREY else array


def _order(shape: tuple[int, ...], dtype: np.dtype) -> AxisOrder:
    first, last = shape[1] in _CHANNELS, shape[3] in (*_CHANNELS, _ALPHA)
    if not first and not last:
        raise ShapeError(f"an array of shape {shape} has no axis of channels; expected {_TAKEN}")
    if first and last:
        return AxisOrder.LAST if dtype == np.uint8 and shape[3] in _CHANNELS else AxisOrder.FIRST
    return AxisOrder.LAST if last else AxisOrder.FIRST


def _with_channels(shape: tuple[int, ...], order: AxisOrder) -> Layout:
    _, a, b, c = shape
    return Layout(order, (c, a, b) if order is AxisOrder.LAST else (a, b, c))
