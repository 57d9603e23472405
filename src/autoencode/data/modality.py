"""What an example is: a picture, a patch of a clip, a row of a table, a line of text, a piece of music, a vector.

Whatever depends on that asks here.
"""

import colorsys
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, ClassVar, final

import torch
from jaxtyping import Float32, Float64, Shaped
from torch import Tensor

from autoencode.data.music.midi_file import MidiFile, midi_bytes
from autoencode.data.music.rolls import notes_of_chords, notes_of_tune, piano_roll, tune_roll
from autoencode.data.music.score import Numbers
from autoencode.data.music.sound import wav_bytes
from autoencode.data.row_files import NpyFile, RowFile
from autoencode.data.tables.columns import Columns, Frame
from autoencode.data.tables.csv_rows import CsvFile
from autoencode.data.text.line_file import LineFile
from autoencode.data.text.symbol_maps import Connected, MapFile, map_lines
from autoencode.data.text.vocabulary import Vocabulary, Words
from autoencode.data.values import ValueRange
from autoencode.distributions.chord_sequences import PAST_END
from autoencode.distributions.token_sequences import END
from autoencode.errors import ArgumentError, DataError

_NO_COLUMNS, _NO_WORDS = Columns(()), Words(())


@dataclass(frozen=True)
class Modality(ABC):
    """A kind of example, and what the rest of the package needs to know of it.

    A new kind is one final class here, entered in `_KINDS`; where it should be drawn in a way of its own, one function
    in `autoencode.views.figures.comparison` besides.

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
    bounded: ClassVar[bool] = False
    """Whether values are between 0 and 1."""
    rows_suffix: ClassVar[str] = ".npy"
    """The ending of a file that holds what examples are."""
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
    @abstractmethod
    def description(self) -> str:
        """Kind and size in a few words, such as "vectors of 12 numbers"."""
        raise NotImplementedError


@dataclass(frozen=True)
class ImageModality(Modality, ABC):
    """Examples of shape (channels, height, width), with values between 0 and 1 unless they are no brightness."""

    recipe_kind = "images"
    network = "conv"
    n_compared = 20
    drawable = spatial = resizable = can_augment = bounded = True
    values: ValueRange = ValueRange.BYTES
    """What 0 and 1 stand for in the data."""

    @property
    def channels(self) -> int:
        """How many channels there are."""
        return self.data_shape[0]

    @property
    def fits_picture_files(self) -> bool:
        """Whether the channels are grey or colours, and the values brightness of 8 bits."""
        return self.channels in (1, 3) and self.display_range == (0.0, 1.0) and self.values == ValueRange.BYTES

    def in_data_units(
        self, x: Shaped[Tensor, "... channels height width"]
    ) -> Shaped[Tensor, "... channels height width"]:
        """The numbers that stand for these in the data: 0 to 65,535 for pictures of 16 bits; those of 8 bits stay."""
        low, high = self.values.low, self.values.high
        return x if self.values == ValueRange.BYTES or low is None or high is None else x * (high - low) + low

    def shown(self, x: Shaped[Tensor, "... channels height width"]) -> Shaped[Tensor, "... colours height width"]:
        """Pictures as they are drawn: the first three of other channels (of two the first), in the display range."""
        if self.channels not in (1, 3):
            x = x[..., : 3 if self.channels > 3 else 1, :, :]
        low, high = self.display_range
        return x if (low, high) == (0.0, 1.0) else ((x - low) / (high - low)).clamp(0, 1)

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        return self.data_shape[1], self.data_shape[2]

    @property
    def description(self) -> str:
        """Kind and size in a few words, such as "grey pictures of 28x28"."""
        kinds = {1: f"grey {self.noun}", 3: f"colour {self.noun}"}
        kind = kinds.get(self.channels, f"{self.noun} with {self.channels} channels")
        return f"{kind} of {self.data_shape[1]}x{self.data_shape[2]}"


@final
@dataclass(frozen=True)
class Pictures(ImageModality):
    """Pictures, or patches of them."""

    noun = unit = "pictures"

    @classmethod
    def match(
        cls, data_shape: tuple[int, ...], options: Mapping[str, Any], display_range: tuple[float, float]
    ) -> "Modality | None":
        """Any examples with three axes, unless they are patches of clips."""
        return cls(data_shape, display_range, _deep_values(options)) if len(data_shape) == 3 else None


@final
@dataclass(frozen=True)
class SymbolMaps(Modality):
    """Maps of symbols, a plane for each symbol.

    Args:
        data_shape: (symbols, height, width).
        display_range: as for every modality.
        symbols: in the order of the planes.
    """

    symbols: str = ""

    noun = unit = "maps"
    recipe_kind = "maps"
    network = "conv"
    n_compared = 20
    drawable = spatial = bounded = True
    rows_suffix = ".txt"
    rows_noun = "symbols"

    @classmethod
    def match(
        cls, data_shape: tuple[int, ...], options: Mapping[str, Any], display_range: tuple[float, float]
    ) -> "Modality | None":
        """Examples with three axes that were loaded with the option `symbols`."""
        symbols = options.get("symbols")
        return cls(data_shape, display_range, str(symbols)) if symbols and len(data_shape) == 3 else None

    @property
    def likelihood(self) -> str:
        """One symbol for each cell."""
        return f"symbols:{len(self.symbols)}"

    def shown(self, x: Shaped[Tensor, "... symbols height width"]) -> Shaped[Tensor, "... 3 height width"]:
        """A colour for the most probable symbol of each cell."""
        hues = torch.arange(len(self.symbols)) * 0.618034 % 1
        value = torch.linspace(0.25, 1, len(self.symbols))
        colours = [_colour(float(hue), float(v)) for hue, v in zip(hues, value, strict=True)]
        return x.new_tensor(colours)[x.argmax(-3)].movedim(-1, -3)

    @property
    def map_symbols(self) -> str:
        """The symbols."""
        return self.symbols

    def connected(self, x: Shaped[Tensor, "n symbols height width"], rule: Connected) -> Shaped[Tensor, " n"]:
        """By the most probable symbol of each cell."""
        if others := sorted(set(rule.ends + rule.ways) - set(self.symbols)):
            raise ArgumentError(f"--connected names {others[0]!r}, and the symbols of these maps are {self.symbols}")
        return torch.tensor([rule.holds(one) for one in map_lines(x, self.symbols)])

    def row_file(self, file: BinaryIO) -> RowFile:
        """Blocks of lines."""
        return MapFile(file, self.symbols)

    @property
    def description(self) -> str:
        """Kind and size in a few words, such as "maps of 16x11 cells of 10 symbols"."""
        return f"maps of {self.data_shape[1]}x{self.data_shape[2]} cells of {len(self.symbols)} symbols"


def _colour(hue: float, value: float) -> tuple[float, float, float]:
    return colorsys.hsv_to_rgb(hue, 0.6, value)


@final
@dataclass(frozen=True)
class Clips(ImageModality):
    """Patches of a clip's frames; the same patch of the frames before and after may be given as context.

    Args:
        data_shape: (channels, height, width) of a patch of one frame.
        display_range: the numbers that are drawn black and white.
        frames: how many frames the model is given at a time, the one to reconstruct included.
    """

    noun = "frames"
    unit = "blocks of frames"
    frames: int = 1

    @classmethod
    def match(
        cls, data_shape: tuple[int, ...], options: Mapping[str, Any], display_range: tuple[float, float]
    ) -> "Modality | None":
        """Examples with three axes that were loaded with the option `frames`."""
        frames = options.get("frames")
        return cls(data_shape, display_range, frames=int(frames)) if frames and len(data_shape) == 3 else None


@final
@dataclass(frozen=True)
class Vectors(Modality):
    """Numbers without neighbours: measurements, features, or whatever has no modality of its own."""

    noun = "vectors"
    unit = "examples"
    recipe_kind = "vectors"
    network = "dense"
    n_compared = 12

    @classmethod
    def match(
        cls, data_shape: tuple[int, ...], options: Mapping[str, Any], display_range: tuple[float, float]
    ) -> "Modality | None":
        """Examples of any shape."""
        return cls(data_shape, display_range)

    @property
    def description(self) -> str:
        """Kind and size in a few words, such as "vectors of 12 numbers"."""
        numbers = " x ".join(map(str, self.data_shape))
        return f"{self.noun} of {numbers} number{'' if numbers == '1' else 's'}"


@final
@dataclass(frozen=True)
class TableRows(Modality):
    """Rows of a table: numbers and indicators of categories, in columns that have names.

    Args:
        data_shape: how many numbers a row becomes, as one side.
        display_range: as for every modality.
        columns: of the table.
    """

    columns: Columns = _NO_COLUMNS

    noun = "rows"
    unit = "rows"
    recipe_kind = "vectors"
    network = "dense"
    n_compared = 300
    compared_in_data_units = True
    rows_suffix = ".csv"

    @classmethod
    def match(
        cls, data_shape: tuple[int, ...], options: Mapping[str, Any], display_range: tuple[float, float]
    ) -> "Modality | None":
        """None: a table is known by its columns, not by its shape."""
        return None

    def in_data_units(self, x: Shaped[Tensor, "..."]) -> Shaped[Tensor, "..."]:
        """Examples as a file of rows holds them; vectors and rows are in the units of the data already."""
        return x

    def row_file(self, file: BinaryIO) -> RowFile:
        """Cells under the names of the columns."""
        return CsvFile(file, self.columns)

    @property
    def cells(self) -> str:
        """What the cells of a row are, such as "1,1?,3": a number, one that may be missing, and one of three."""
        return self.columns.cells

    def encode_frame(self, frame: Frame) -> Float64[Tensor, "n width"]:
        """The rows of a table in the units of the data; NaN where a cell is missing."""
        return torch.from_numpy(self.columns.encode(frame))

    @property
    def description(self) -> str:
        """Kind and size in a few words, such as "rows of 8 columns"."""
        n = len(self.columns.columns)
        return f"rows of {n} column{'' if n == 1 else 's'}"


@final
@dataclass(frozen=True)
class TextLines(Modality):
    """Lines of text, as rows of tokens: words or characters, the end, and padding.

    Args:
        data_shape: (length,) of a row, the end included.
        display_range: as for every modality.
        vocabulary: by which lines are read and written.
    """

    vocabulary: Vocabulary = _NO_WORDS

    noun = unit = "lines"
    recipe_kind = "text"
    network = "dense"
    n_compared = 20
    rows_suffix = ".txt"
    rows_noun = "lines"
    reads_text = True
    has_distances = False
    n_between = 10

    @classmethod
    def match(
        cls, data_shape: tuple[int, ...], options: Mapping[str, Any], display_range: tuple[float, float]
    ) -> "Modality | None":
        """None: text is known by its vocabulary, not by its shape."""
        return None

    def row_file(self, file: BinaryIO) -> RowFile:
        """A line for each row."""
        return LineFile(file, self.vocabulary)

    def lines(self, x: Shaped[Tensor, "n length"]) -> list[str]:
        """Rows of tokens as lines."""
        return self.vocabulary.decode(x)

    def encode_lines(self, lines: Sequence[str]) -> tuple[Float32[Tensor, "n length"], str | None]:
        """Lines as rows of tokens, and a line where some are not known to the model, or a line was cut."""
        return self.vocabulary.read(lines, self.data_shape[0])

    @property
    def description(self) -> str:
        """Kind and size in a few words, such as "lines of up to 26 words, 4,557 different"."""
        vocabulary = self.vocabulary
        return f"lines of up to {self.data_shape[0] - 1} {vocabulary.noun}, {len(vocabulary.entries):,} different"


@dataclass(frozen=True)
class Music(Modality, ABC):
    """Music in steps of one length, drawn as a piano roll, and written as MIDI and as sound.

    Args:
        data_shape: the shape of one example.
        display_range: as for every modality.
        grid: the name of a step: "quarter", "8th" or "16th".
    """

    grid: str = "16th"

    unit = "pieces"
    network = "dense"
    n_compared = 8
    drawable = can_transpose = first_stands_for_file = True
    rows_suffix = ".mid"
    rows_noun = "notes"
    n_between = 6
    own_suffixes = (".mid", ".wav")

    @abstractmethod
    def notes(self, x: Shaped[Tensor, "..."]) -> tuple[Numbers, int]:
        """The notes of one example, (n, 3) as begin and end in steps and pitch, and how many steps it has."""
        raise NotImplementedError

    def row_file(self, file: BinaryIO) -> RowFile:
        """All examples one after the other, as MIDI."""
        return MidiFile(file, self.notes, self.grid)

    def own_files(self, x: Shaped[Tensor, "..."]) -> dict[str, bytes]:
        """One example as MIDI, and as sound."""
        notes, steps = self.notes(x)
        return {".mid": midi_bytes(notes, self.grid), ".wav": wav_bytes(notes, self.grid, steps)}


@final
@dataclass(frozen=True)
class Tunes(Music):
    """Tunes of one voice, as rows of tokens: a note that begins, one that is held, a rest, the end, and padding.

    Args:
        data_shape: (length,) of a row, the end included.
        display_range: as for every modality.
        grid: the name of a step.
    """

    noun = "tunes"
    recipe_kind = "tunes"
    has_distances = False

    @classmethod
    def match(
        cls, data_shape: tuple[int, ...], options: Mapping[str, Any], display_range: tuple[float, float]
    ) -> "Modality | None":
        """Rows that were loaded as the tune of music."""
        grid = options.get("grid")
        return cls(data_shape, display_range, str(grid)) if grid and len(data_shape) == 1 else None

    def notes(self, x: Shaped[Tensor, " length"]) -> tuple[Numbers, int]:
        """The notes of one tune."""
        return notes_of_tune(x)

    def shown(self, x: Shaped[Tensor, "*leading length"]) -> Shaped[Tensor, "*leading 1 height width"]:
        """Piano rolls."""
        return piano_roll(tune_roll(x))

    def fitted(self, x: Shaped[Tensor, "n steps"]) -> Shaped[Tensor, "n length"]:
        """Shorter tunes with padding, and longer ones cut."""
        steps = self.data_shape[0] - 1
        kept = x[:, :steps]
        return torch.nn.functional.pad(kept, (0, steps + 1 - kept.shape[1]), value=END)

    @property
    def description(self) -> str:
        """Kind and size in a few words, such as "tunes of up to 32 steps of a 16th note"."""
        return f"tunes of up to {self.data_shape[0] - 1} steps of a {self.grid} note"


@final
@dataclass(frozen=True)
class Chords(Music):
    """Pieces of several voices: which of the 88 keys of a piano sound at each step; −1 past the end.

    Args:
        data_shape: (steps, 88).
        display_range: as for every modality.
        grid: the name of a step.
    """

    noun = "pieces"
    recipe_kind = "chords"
    can_be_cut = True

    @classmethod
    def match(
        cls, data_shape: tuple[int, ...], options: Mapping[str, Any], display_range: tuple[float, float]
    ) -> "Modality | None":
        """Rows of chords that were loaded as those of music."""
        grid = options.get("grid")
        return cls(data_shape, display_range, str(grid)) if grid and len(data_shape) == 2 else None

    def notes(self, x: Shaped[Tensor, "steps keys"]) -> tuple[Numbers, int]:
        """The notes of one piece: keys that sound with a probability above a half."""
        return notes_of_chords(x)

    def shown(self, x: Shaped[Tensor, "*leading steps keys"]) -> Shaped[Tensor, "*leading 1 height width"]:
        """Piano rolls; the darker, the likelier a key sounds."""
        return piano_roll(x)

    def fitted(self, x: Shaped[Tensor, "n some keys"]) -> Shaped[Tensor, "n steps keys"]:
        """Shorter pieces with padding, and longer ones cut."""
        steps = self.data_shape[0]
        return torch.nn.functional.pad(x, (0, 0, 0, max(0, steps - x.shape[1])), value=PAST_END)[:, :steps]

    @property
    def description(self) -> str:
        """Kind and size in a few words, such as "pieces of up to 160 steps of a quarter note, 88 keys"."""
        steps, keys = self.data_shape
        return f"pieces of up to {steps} steps of a {self.grid} note, {keys} keys"


def _deep_values(options: Mapping[str, Any]) -> ValueRange:
    """What 0 and 1 stand for where a picture of 8 bits cannot hold it; 0-255 otherwise."""
    named = options.get("values")
    values = ValueRange.BYTES if named in (None, "auto") else ValueRange.parse(str(named))
    return ValueRange.BYTES if values.high is None or values == ValueRange.UNIT else values


_KINDS: tuple[type[Modality], ...] = (SymbolMaps, Clips, Tunes, Chords, Pictures, Vectors)
"""The modalities; the first that matches is taken."""


def modality_of(
    data_shape: Sequence[int],
    options: Mapping[str, Any] | None = None,
    display_range: tuple[float, float] = (0.0, 1.0),
    columns: Columns | None = None,
    vocabulary: Vocabulary | None = None,
) -> Modality:
    """What examples of a shape are.

    Args:
        data_shape: the shape of one example.
        options: the options of `load` that gave them; those of clips name their frames.
        display_range: the numbers that are drawn black and white, where examples are drawn.
        columns: of a table, which is known by them.
        vocabulary: of text, which is known by it.

    Example:
        >>> modality_of((3, 32, 32)).description, modality_of((12,)).description
        ('colour pictures of 32x32', 'vectors of 12 numbers')
    """
    shape = tuple(data_shape)
    if columns is not None:
        return TableRows(shape, display_range, columns)
    if vocabulary is not None and not vocabulary.is_of_music:
        return TextLines(shape, display_range, vocabulary)
    matches = (kind.match(shape, options or {}, display_range) for kind in _KINDS)
    return next(found for found in matches if found is not None)
