"""Examples and their reconstructions, in the figure that suits the modality."""

from functools import singledispatch
from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor

from autoencode.data import Modality
from autoencode.data.modality import TableRows
from autoencode.views.figures.pairs import pairs
from autoencode.views.figures.profiles import profiles
from autoencode.views.figures.rendering import Drawing
from autoencode.views.figures.table_columns import table_columns


class Comparison(NamedTuple):
    """A figure, and how to read it: a sentence without its full stop."""

    image: Drawing
    caption: str


@singledispatch
def comparison(
    modality: Modality, originals: Float[Tensor, "n *data_shape"], reconstructions: Float[Tensor, "n *data_shape"]
) -> Comparison:
    """Originals and their reconstructions: above each other, or as lines, unless the modality has its own figure.

    Args:
        modality: what the examples are.
        originals: in the model's units; rows of a table in those of the data.
        reconstructions: of the same examples, in the same order.
    """
    if modality.drawable:
        caption = "Originals above, reconstructions below"
        return Comparison(pairs(modality.shown(originals), modality.shown(reconstructions)), caption)
    return Comparison(profiles(originals.flatten(1), reconstructions.flatten(1)), "Each example and its reconstruction")


@comparison.register
def _(
    modality: TableRows, originals: Float[Tensor, "n width"], reconstructions: Float[Tensor, "n width"]
) -> Comparison:
    caption = "Each cell against its reconstruction, and the share of each category that comes back"
    return Comparison(table_columns(modality.columns, originals, reconstructions), caption)
