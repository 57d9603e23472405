"""Examples from an array, in memory or in a .npy file."""

from pathlib import Path

import numpy as np
from torch import Tensor

from autoencode.data.arrays.layout import Channels, Layout, infer_layout, looks_like_alpha, to_model_layout
from autoencode.data.arrays.npy import read_npy, read_npy_header
from autoencode.data.examples import Examples
from autoencode.data.formats import file_format
from autoencode.data.images.formats import composite_on_white
from autoencode.data.label_file import array_labels
from autoencode.data.labels import with_labels
from autoencode.data.options import ReadOptions
from autoencode.data.values import Array, ValueRange, convert_values
from autoencode.errors import DataError

_NUMBERS = "buif"


def read_array(array: Array, options: ReadOptions | None = None, *, owned: bool = False) -> Examples:
    """Reads an array of vectors or pictures.

    Args:
        array: of any whole-number or floating type, in one of the layouts that `infer_layout` knows.
        options: how it is to be read; decided from all of it where they say nothing.
        owned: whether the memory of `array` may be reused.

    Returns:
        The examples, without labels.

    Raises:
        DataError: other types, NaN or infinity, or numbers outside the requested range.
        ShapeError: no layout that is known.
    """
    options = options or ReadOptions()
    check_real_dtype(array.dtype)
    layout = _layout(array, options)
    values, x, note = convert_values(
        to_model_layout(array, layout), options.values, pictures=layout.pictures, owned=owned
    )
    own_memory = owned or not np.may_share_memory(array, x.numpy())
    return Examples(
        x=_without_alpha(x, layout, values),
        values=values,
        notes=(str(layout), note, *_alpha_note(array, layout, options)),
        options={
            "values": str(values),
            "axes": layout.order.value,
            "channels_are": str(layout.channels) if layout.pictures else "auto",
        },
        owned=own_memory,
    )


@file_format(".npy", header=read_npy_header)
def read_npy_examples(path: Path, options: ReadOptions) -> Examples:
    """NumPy's array files (numpy.save): one array of vectors or pictures; --labels names a file of labels."""
    options.refuse(path.name, "parts", "array", *([] if options.label_source else ["labels", "unlabelled"]))
    examples = read_array(read_npy(path), options, owned=True)
    if options.label_source is None:
        return examples
    found = array_labels(Path(options.label_source), len(examples.x), options.unlabelled)
    return with_labels(examples, found, options)


def _layout(array: Array, options: ReadOptions) -> Layout:
    """Which axis is what; four channels are colour and alpha only if the fourth looks like it."""
    layout = infer_layout(array.shape, array.dtype, options.axes, options.channels)
    if not layout.alpha or options.channels or looks_like_alpha(to_model_layout(array, layout)[:, 3]):
        return layout
    return layout._replace(channels=Channels.BANDS)


def _alpha_note(array: Array, layout: Layout, options: ReadOptions) -> tuple[str, ...]:
    if options.channels or not layout.pictures or layout.stored_shape[0] != 4:
        return ()
    if layout.alpha:
        return ("the fourth channel is transparency, blended with white (say --channels-are bands to keep it)",)
    return ("all four channels are kept (say --channels-are rgba if the fourth is transparency)",)


def _without_alpha(x: Tensor, layout: Layout, values: ValueRange) -> Tensor:
    if not layout.alpha:
        return x
    if values == ValueRange.RAW:
        raise DataError(
            "transparency needs values that are brightness: say --values, or --channels-are bands to keep four channels"
        )
    return composite_on_white(x)


def check_real_dtype(dtype: np.dtype) -> None:
    """Refuses types that hold no real numbers.

    Raises:
        DataError: complex numbers, words, dates, objects.
    """
    if dtype.kind not in _NUMBERS:
        raise DataError(f"an array of type {dtype} holds no real numbers; expected whole or floating numbers")


def tensor_to_array(tensor: Tensor) -> Array:
    """A tensor's numbers for NumPy, from any device.

    Raises:
        DataError: a tensor whose numbers do not lie in memory one by one, such as a sparse one.
    """
    try:
        tensor = tensor.detach().cpu()
        return tensor.float().numpy() if tensor.is_floating_point() else tensor.numpy()
    except (TypeError, RuntimeError) as error:  # NotImplementedError is a RuntimeError
        raise DataError(f"a tensor of {tensor.layout} and {tensor.dtype} cannot be read; make it dense") from error
