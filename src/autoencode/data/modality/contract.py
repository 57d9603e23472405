"""What the rest of the package needs to know of a kind of example."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, ClassVar

from jaxtyping import Float32, Float64, Shaped
from torch import Tensor

from autoencode.data.row_files import NpyFile, RowFile
from autoencode.data.tables.columns import Frame
from autoencode.data.text.symbol_maps import Connected
from autoencode.errors import ArgumentError, DataError


@dataclass(frozen=True)
class Modality(ABC):
    """A kind of example, and what the rest of the package needs to know of it.

    A new kind is one final class in a file of this folder, entered in `_KINDS`; where it should be drawn in a way of
    its own, one function in `autoencode.views.figures.comparison` besides.

    Args:
        data_shape: the shape of one example.
        display_range: the numbers, in the model's units, that are drawn black and white.
    """

    data_shape: tuple[int, ...]
    display_range: tuple[float, float] = (0.0, 1.0)

    noun: ClassVar[str]
    """What examples are called in messages, in the plural."""
    unit: ClassVar[str]
    """What is counted when examples are divided into parts, in the plural: an example or a group of them."""
    recipe_kind: ClassVar[str]
    """The kind of data for which a recipe can be the default."""
    network: ClassVar[str]
    """The name of the networks that suit it by default."""
    n_compared: ClassVar[int]
    """How many examples a figure of originals and reconstructions has room for."""
    compared_in_data_units: ClassVar[bool] = False
    """Whether that figure shows the units of the data, and not the model's."""
    drawable: ClassVar[bool] = False
    """Whether an example can be drawn as a picture in a grid, and is written as a PNG of its own."""
    spatial: ClassVar[bool] = False
    """Whether values have neighbours along a height and a width, so that convolutions make sense."""
    resizable: ClassVar[bool] = False
    """Whether an example of another size can be fitted to the model's."""
    can_augment: ClassVar[bool] = False
    """Whether it stays a likely example when it is rotated by a right angle or mirrored."""
    can_shift: ClassVar[bool] = False
    """Whether it stays a likely example when it is moved by a few places, as pictures do."""
    bounded: ClassVar[bool] = False
    """Whether values are between 0 and 1."""
    rows_suffix: ClassVar[str] = ".npy"
    """The ending of a file that holds what examples are."""
    other_rows_suffixes: ClassVar[tuple[str, ...]] = ()
    """Further endings, of files that hold examples in another way; only written where a person names one."""
    rows_noun: ClassVar[str] = "numbers"
    """What such a file holds, in the plural."""
    reads_text: ClassVar[bool] = False
    """Whether an example is a line of text, so that it can be typed, and is read and not drawn."""
    has_distances: ClassVar[bool] = True
    """Whether the difference of two values means something, so that a squared error measures a reconstruction."""
    n_between: ClassVar[int] = 32
    """How many examples a path between two has where a person says nothing."""
    can_transpose: ClassVar[bool] = False
    """Whether it stays a likely example when all its notes are moved up or down."""
    can_be_cut: ClassVar[bool] = False
    """Whether a part of an example is one."""
    first_stands_for_file: ClassVar[bool] = False
    """Whether the first example of a file of several is taken where one is needed."""
    own_suffixes: ClassVar[tuple[str, ...]] = ()
    """The endings of the files that `own_files` gives."""

    @classmethod
    @abstractmethod
    def match(
        cls, data_shape: tuple[int, ...], options: Mapping[str, Any], display_range: tuple[float, float]
    ) -> "Modality | None":
        """The modality of examples of this shape that were loaded with these options; None where they are another."""
        raise NotImplementedError

    @property
    def fits_picture_files(self) -> bool:
        """Whether a picture file of 8 bits holds what an example is, so that no array is needed beside it."""
        return False

    def shown(self, x: Shaped[Tensor, "..."]) -> Shaped[Tensor, "..."]:
        """Examples as they are drawn: for pictures (..., 1 or 3, height, width) with values between 0 and 1."""
        return x

    def in_data_units(self, x: Shaped[Tensor, "..."]) -> Shaped[Tensor, "..."]:
        """Examples as a file of rows holds them; vectors and rows are in the units of the data already."""
        return x

    def row_file(self, file: BinaryIO) -> RowFile:
        """What writes examples in the units of the data to a file of `rows_suffix`."""
        return NpyFile(file)

    def other_row_file(self, file: BinaryIO, ending: str) -> RowFile:
        """What writes examples to a file of one of `other_rows_suffixes`.

        Raises:
            ArgumentError: there is no such ending.
        """
        raise ArgumentError(f"{self.noun} are not written to {ending} files: take {self.rows_suffix}")

    def own_files(self, x: Shaped[Tensor, "..."]) -> dict[str, bytes]:
        """Further files of one example, beside its picture, by their endings; none but for what is listened to."""
        return {}

    def fitted(self, x: Shaped[Tensor, "n ..."]) -> Shaped[Tensor, "n ..."]:
        """Examples of another length made as long as the model's, where examples have a length."""
        return x

    @property
    def cells(self) -> str | None:
        """What the cells of a row are, as the name of a likelihood of tables says it; None where there are no cells."""
        return None

    @property
    def likelihood(self) -> str | None:
        """The name of the one likelihood that such examples have; None where there are several."""
        return None

    @property
    def map_symbols(self) -> str:
        """The symbols of maps in the order of their planes; "none" where examples are no maps."""
        return "none"

    def connected(self, x: Shaped[Tensor, "n ..."], rule: Connected) -> Shaped[Tensor, " n"]:
        """Which examples are maps in which the cells of a rule can be reached from each other.

        Raises:
            ArgumentError: examples are no maps, or have no such symbols.
        """
        raise ArgumentError(f"--connected is a rule for maps of symbols, and these are {self.description}")

    def lines(self, x: Shaped[Tensor, "n ..."]) -> list[str] | None:
        """Examples as lines to read; None where they are no text."""
        return None

    def encode_lines(self, lines: Sequence[str]) -> tuple[Float32[Tensor, "n length"], str | None]:
        """Lines of text as a model takes them.

        Args:
            lines: as they were typed or read.

        Returns:
            Examples, and a line where something is not known to the model, or was cut.

        Raises:
            DataError: examples are no text, or a line holds nothing.
        """
        raise DataError(f"this model takes {self.description}, and not text")

    def encode_frame(self, frame: Frame) -> Float64[Tensor, "n width"]:
        """The rows of a table in the units of the data; NaN where a cell is missing.

        Args:
            frame: a pandas.DataFrame that has the columns of the training data, in any order.

        Raises:
            DataError: examples are no rows of a table, a column is not there, or a cell does not fit its column.
        """
        raise DataError(f"this model takes {self.description}, and not a table")

    @property
    def text_columns(self) -> Sequence[str]:
        """The columns of a table whose cells must be read as text, also where they look like numbers."""
        return ()

    @property
    @abstractmethod
    def description(self) -> str:
        """Kind and size in a few words, such as "vectors of 12 numbers"."""
        raise NotImplementedError
