"""A column of text as examples: a line a row."""

from dataclasses import replace

import torch

from autoencode.data.examples import Examples
from autoencode.data.labels import Labels
from autoencode.data.options import ReadOptions
from autoencode.data.tables.columns import Frame, category_texts, shown
from autoencode.data.text.lines import Lines, clean_line, examples_of
from autoencode.errors import DataError


def read_text_column(frame: Frame, options: ReadOptions, labelled: Labels) -> Examples:
    """The text of one column; rows in which it is empty are left out.

    Args:
        frame: a pandas.DataFrame.
        options: `array` names the column, and `tokens` says what its text is made of.
        labelled: the labels of all rows.

    Raises:
        DataError: no such column, or no text in it.
        ArgumentError: an option without a meaning here.
    """
    options.refuse("a column of text", "values")
    name, names = str(options.array), [str(one) for one in frame.columns]
    if name not in names:
        raise DataError(f"--array {name}: there is no such column; there are {shown(names)}")
    lines = [clean_line(text or "") for text in category_texts(frame.iloc[:, names.index(name)])]
    kept = torch.tensor([bool(line) for line in lines])
    if not bool(kept.any()):
        raise DataError(f"column '{name}' holds no text: name another one with --array")
    empty = int((~kept).sum())
    notes = (f"{empty:,} rows without text in column '{name}' are left out",) if empty else ()
    found = examples_of(Lines([line for line in lines if line]), options, (*notes, *labelled.notes))
    return replace(
        found,
        labels=None if labelled.labels is None else labelled.labels[kept],
        classes=labelled.classes,
        options={**found.options, "array": name, "labels": options.labels, "unlabelled": options.unlabelled},
    )
