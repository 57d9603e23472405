"""New examples for a trained model: read as its data were, unless they say otherwise themselves."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float32
from torch import Tensor

from autoencode.data.arrays.arrays import check_real_dtype, read_array
from autoencode.data.arrays.layout import Layout, infer_layout
from autoencode.data.arrays.npy import map_npy
from autoencode.data.content import suffix_of
from autoencode.data.formats import format_of, has_format
from autoencode.data.images.archive import is_picture_archive
from autoencode.data.images.formats import Depth
from autoencode.data.images.picture import UnreadableError, read_picture, read_picture_header
from autoencode.data.modality import FrameWindows, ImageModality, Modality
from autoencode.data.options import ReadOptions
from autoencode.data.standardisation import Standardisation, fill_missing
from autoencode.data.subset import to_unit_floats
from autoencode.data.tables.columns import Frame, category_texts
from autoencode.data.text.lines import TEXT, read_lines
from autoencode.data.values import (
    Array,
    TrainedValues,
    ValueRange,
    convert_values,
    extremes,
    other_scale,
    values_of_new,
)
from autoencode.errors import ArgumentError, DataError, ShapeError

_FAR = 10
"""Standard deviations from the mean, below which a number is nothing unusual."""
_STORED_AS = {Depth.BYTES: "u1", Depth.WORDS: "u2", Depth.FLOATS: "f4"}


@dataclass(frozen=True)
class NewExamples:
    """Reads new examples in the units of a model.

    Numbers are read as those of the training data were, or by their own range where they cannot be the same kind, such
    as floats within 0-1 for a model of 0-255; then a note says so.

    Args:
        modality: what the model takes.
        values: what the numbers of its training data meant.
        options: axes and channels of its training data; `values` only where a person says them for the new examples.
        from_files: whether the training data were picture files rather than arrays.
        standardisation: of the columns of its training data, or None.
    """

    modality: Modality
    values: TrainedValues
    options: ReadOptions
    from_files: bool
    standardisation: Standardisation | None = None

    def count(self, file: Path) -> int:
        """How many examples a file holds, of which no more than the header of an array is read.

        Raises:
            DataError: damaged, or of other examples than the model takes.
            ShapeError: an array in no layout that is known.
        """
        if is_picture_archive(file):
            raise DataError("an archive: unpack it, and give its folder")
        if has_format(file) and not _is_array(file):
            return len(self._read_whole(file)[0])
        if not _is_array(file):
            self._check_takes_pictures()
            return 1
        array = map_npy(file)
        check_real_dtype(array.dtype)
        self._layout(array)
        return len(array)

    def read(self, file: Path, chunk_size: int) -> tuple[Iterator[Float32[Tensor, "n *data_shape"]], str | None]:
        """The examples of a picture file or a .npy file, which may be larger than the memory.

        All of an array is checked before any of it is given.

        Args:
            file: a picture, which is made upright and fitted to the model's size, or an array.
            chunk_size: the most examples at a time.

        Returns:
            The examples in the model's units, and a line to show where numbers are read in another way than in
            training.

        Raises:
            DataError: damaged, NaN or infinity, or numbers or shapes that do not fit.
            ShapeError: an array in no layout that is known.
        """
        if _is_array(file):
            return self._read_array(file, chunk_size)
        if has_format(file):
            x, values, note = self._read_whole(file)
            chunks = iter(x.split(chunk_size))  # a volume may lie in a file, and is put into units part by part
            return chunks if values is None else (self._in_units(chunk, values) for chunk in chunks), note
        picture, note = self._read_picture(file)
        return iter((picture,)), note

    def _read_array(self, file: Path, chunk_size: int) -> tuple[Iterator[Tensor], str | None]:
        array = map_npy(file)
        check_real_dtype(array.dtype)
        layout, starts = self._layout(array), range(0, len(array), chunk_size)
        ranges = [extremes(array[start : start + chunk_size]) for start in starts]
        values, note = self._values(array.dtype, min(low for low, _ in ranges), max(high for _, high in ranges))
        options = replace(self.options, values=values, axes=layout.order, channels=layout.channels)
        far = list[str]()
        for start in starts:  # what does not fit is found before anything is used
            far += self._unlike_training(read_array(array[start : start + chunk_size], options).x, values)
        chunks = (read_array(array[start : start + chunk_size], options).x for start in starts)
        return (self._in_units(chunk, values) for chunk in chunks), note or next(iter(far), None)

    def _in_units(self, x: Tensor, values: ValueRange) -> Tensor:
        """Numbers as they were read in the model's units."""
        return self.standardisation.apply(x) if self.standardisation and values.standardised else to_unit_floats(x)

    def _unlike_training(self, x: Tensor, values: ValueRange) -> list[str]:
        """A line about numbers to standardise that are far from those of training; nothing where none is due."""
        if self.standardisation is None or not values.standardised:
            return []
        units = self.standardisation.apply(x)
        low, high = float(units.min()), float(units.max())
        if max(-low, high) < _FAR or other_scale(self.values.extremes, low, high) is None:
            return []
        column = int(units.abs().amax(0).argmax())
        return [
            f"column {column} is up to {max(-low, high):.3g} standard deviations from its mean in the training data: "
            "check that it has the same unit"
        ]

    def _read_whole(self, file: Path) -> tuple[Tensor, ValueRange | None, str | None]:
        """The examples of a file in another format than .npy, without their labels, read as those of the training data.

        Returns:
            The examples, what their numbers mean or None where they are in the model's units, and a line to show where
            one is due.

        Raises:
            DataError: examples of another shape than the model takes.
        """
        table = format_of(file).table
        symbols = self.modality.map_symbols
        if self.modality.reads_text or (TEXT.is_source(file) and symbols == "none"):
            x, note = self.modality.encode_lines(self._lines(file))
            return x, None, note
        if table is not None:
            return self.read_frame(table(file, self.modality.text_columns)), None, None
        values = self.options.values or self.values.values
        options = replace(self.options, values=values, labels="auto", unlabelled=None, parts="auto", symbols=symbols)
        if symbols != "none":  # the planes are bytes, and no person says what they mean
            options = replace(options, values=None)
        self._check_standardised(values)
        x = self.modality.fitted(format_of(file).read(file, options).x)
        if tuple(x.shape[1:]) != self.modality.data_shape:
            raise DataError(f"examples of shape {tuple(x.shape[1:])}, and the model takes {self.modality.data_shape}")
        return x, values, None

    def _lines(self, file: Path) -> list[str]:
        """The lines of a file of text, or of a column of a table where the model learned from one."""
        table, name = format_of(file).table, self.options.array
        if table is None and TEXT.is_source(file):
            return read_lines(file).lines
        if table is None or name is None:
            raise DataError(f"this model takes {self.modality.description}: give .txt files")
        frame = table(file, (name,))
        if name not in frame.columns:
            raise DataError(f"the table has no column {name!r}, which the model learned from")
        return [text for text in category_texts(frame[name]) if text]

    def read_frame(self, frame: Frame) -> Float32[Tensor, "n width"]:
        """The rows of a table in the model's units; a missing number is the mean of its column.

        Args:
            frame: a pandas.DataFrame that has the columns of the training data, in any order.

        Raises:
            DataError: a column that is not there, a cell that does not fit its column, or no rows.
        """
        x = self.modality.encode_frame(frame)
        if not len(x):
            raise DataError("the table has no rows")
        if self.standardisation is None:
            return x.float()
        return self.standardisation.apply(fill_missing(x, torch.tensor(self.standardisation.mean, dtype=x.dtype)))

    def _read_picture(self, file: Path) -> tuple[Tensor, str | None]:
        self._check_takes_pictures()
        channels, height, width = self.modality.data_shape
        try:
            dtype = np.dtype(_STORED_AS[read_picture_header(file).depth])
            pixels = read_picture(file, (height, width), "grey" if channels == 1 else "rgb", fit=self.options.fit)
        except UnreadableError as error:
            raise DataError(str(error)) from error
        raw = self.values.values == ValueRange.RAW and self.options.values is None
        if raw and not self.from_files and dtype.kind != "f":
            low, high = self.values.extremes
            raise DataError(
                f"a picture holds brightness, and the model was trained on numbers from {low:g} to {high:g}: give .npy "
                "files, or say --values raw if the picture's numbers are the same"
            )
        values, note = self._values(dtype, *extremes(pixels))
        return to_unit_floats(convert_values(pixels[None].copy(), values, pictures=True, owned=True).x), note

    def _values(self, dtype: np.dtype, low: float, high: float) -> tuple[ValueRange, str | None]:
        if self.options.values is not None:
            self._check_standardised(self.options.values)
            return self.options.values, None
        return values_of_new(self.values, dtype, low, high)

    def _check_standardised(self, values: ValueRange) -> None:
        """Raises where a person wants numbers read in a way that the model has no use for."""
        if self.standardisation is None and values.standardised:
            raise ArgumentError("this model was not trained on standardised columns: leave --values standardised out")
        if self.standardisation is not None and values.high is not None:
            raise ArgumentError(
                f"this model takes standardised columns, not brightness: leave --values {values} out, or say raw for "
                "columns that are standardised already"
            )

    def _check_takes_pictures(self) -> None:
        """Raises unless a picture file can hold what the model takes; three grey frames in a row are no colours."""
        if isinstance(self.modality, FrameWindows):
            raise DataError(
                f"this model takes {self.modality.description}, and a picture is one frame: use autoencode predict"
            )
        if not isinstance(self.modality, ImageModality) or self.modality.channels not in (1, 3):
            raise DataError(f"this model takes {self.modality.description}: give {self.modality.rows_suffix} files")

    def _layout(self, array: Array) -> Layout:
        """The layout of the training data, or another one that gives the shape that the model takes.

        Raises:
            ShapeError: no layout that is known.
            DataError: examples of another shape.
        """
        axes, channels, takes = self.options.axes, self.options.channels, self.modality.data_shape
        found = list[tuple[int, ...]]()
        for order, kind in ((axes, channels), (None, channels), (None, None)):
            with suppress(ShapeError):
                layout = infer_layout(array.shape, array.dtype, order, kind)
                if layout.data_shape == takes:
                    return layout
                found.append(layout.data_shape)
        shape = found[0] if found else infer_layout(array.shape, array.dtype).data_shape
        single = ": add an axis for the examples, array[None]" if array.shape in (takes, takes[1:]) else ""
        raise DataError(f"examples of shape {shape}, and the model takes {takes}{single}")


def _is_array(file: Path) -> bool:
    return suffix_of(file) == ".npy"


def read_resized_picture(file: Path, data_shape: tuple[int, ...]) -> Float32[Tensor, "1 channels height width"]:
    """One picture, upright and fitted to a size, with values between 0 and 1.

    Raises:
        DataError: it cannot be read.
    """
    channels, height, width = data_shape
    try:
        pixels = read_picture(file, (height, width), "grey" if channels == 1 else "rgb", Depth.BYTES)
    except UnreadableError as error:
        raise DataError(str(error)) from error
    return to_unit_floats(torch.from_numpy(pixels.copy())[None])
