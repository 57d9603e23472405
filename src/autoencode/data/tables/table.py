"""Examples from a table in memory: one for each row."""

import numpy as np
from jaxtyping import Float64

from autoencode.data.examples import Examples
from autoencode.data.labels import Labels, read_labels, read_text_labels
from autoencode.data.options import ReadOptions
from autoencode.data.tables.columns import Frame, category_texts, import_pandas
from autoencode.data.tables.survey import check_label_column, survey
from autoencode.data.tables.text_column import read_text_column
from autoencode.data.values import ValueRange, as_tensor
from autoencode.errors import ArgumentError, DataError

_STANDARDISED = (
    "columns are standardised: each minus its mean, divided by its standard deviation, both of the training part; "
    "what comes out is in their own units again"
)


def read_table(frame: Frame, options: ReadOptions | None = None) -> Examples:
    """Reads a table: numbers stay numbers, categories become indicators, and other columns are left out.

    Args:
        frame: a pandas.DataFrame.
        options: how it is to be read. `labels` names the column of labels; the others are learned from, or the text of
            one alone, where `array` names it.

    Returns:
        The rows in the units of the table, float64, NaN where a number is missing.

    Raises:
        DataError: no rows, nothing to learn from, a cell that cannot be read, or no such column of labels.
        ArgumentError: an option without a meaning here.
    """
    options = options or ReadOptions()
    labelled, frame = Labels(), frame.set_axis([str(name) for name in frame.columns], axis=1)
    if options.label_source is not None:
        check_label_column(frame, options.label_source)
        labelled = _labels(frame, options.label_source, options.unlabelled)
        frame = frame.drop(columns=options.label_source)
    if options.array is not None:
        return read_text_column(frame, options, labelled)
    options.refuse("a table", "tokens")
    values, found = _values(options), survey(frame)
    x = found.columns.encode(frame)
    if not values.standardised:
        _check_complete(x)
    return Examples(
        x=as_tensor(x if values.standardised else x.astype(np.float32)),
        values=values,
        columns=found.columns,
        labels=labelled.labels,
        classes=labelled.classes,
        notes=(*found.notes, _STANDARDISED if values.standardised else "numbers are kept as they are", *labelled.notes),
        options={"values": str(values), "labels": options.labels, "unlabelled": options.unlabelled},
        owned=True,
    )


def _values(options: ReadOptions) -> ValueRange:
    values = options.values or ValueRange.STANDARDISED
    if values.high is not None:
        raise ArgumentError(f"a table holds no brightness: --values takes raw or standardised, not {values}")
    return values


def _check_complete(x: Float64[np.ndarray, "n width"]) -> None:
    if missing := int(np.isnan(x).sum()):
        raise DataError(
            f"{missing:,} cells are missing, and only standardised columns fill them, with their mean: fill them, "
            "or leave --values raw out"
        )


def _labels(frame: Frame, name: str, unlabelled: str | None) -> Labels:
    """The labels in a column; an empty cell is no label."""
    cells = frame[name]
    types = import_pandas().api.types
    if types.is_numeric_dtype(cells.dtype) and not types.is_bool_dtype(cells.dtype):
        found = read_labels(cells.to_numpy(dtype=np.float64, na_value=np.nan), len(frame), name, unlabelled)
    else:
        found = read_text_labels(category_texts(cells), name, unlabelled)
    if found.labels is None:
        raise DataError(f"--labels {name} does not work: {found.notes[0].partition(',')[0]}")
    return found
