"""Series: rows of a table in the order of time, or arrays of steps and channels."""

from collections.abc import Collection, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import numpy.typing as npt
from jaxtyping import Float64

from autoencode.data.arrays.npy import wrap_read_errors
from autoencode.data.content import suffix_of
from autoencode.data.resolve import resolve_path
from autoencode.data.tables.chunks import table_chunks
from autoencode.data.tables.columns import Frame, import_pandas, is_frame
from autoencode.errors import DataError, ShapeError
from autoencode.storage import open_regular

_OF_ARRAYS = (".npy", ".npz")


def read_series(source: str | Path | Frame | npt.NDArray[np.generic], texts: Collection[str] = ()) -> list[Frame]:
    """Each series as a pandas.DataFrame, a row for each step.

    Args:
        source: a .csv, .tsv or .parquet file, whose rows are steps; a .npy file, or an .npz file of one array; or a
            frame or an array. An array is (steps,), (steps, channels) or (n, steps, channels).
        texts: columns of a text file whose cells stay text, such as labels.

    Raises:
        DataError: damaged, another kind of file, or an archive of several arrays.
        ShapeError: an array of another shape.
    """
    if is_frame(source):
        return [source]
    if isinstance(source, np.ndarray):
        return [_frame(one) for one in as_series(source)]
    path = resolve_path(source)
    if suffix_of(path) in _OF_ARRAYS:
        return [_frame(one) for one in as_series(_read_array(path))]
    with closing(table_chunks(path, texts=texts)) as chunks:
        parts = list(chunks)
    if not parts:
        raise DataError(f"{path} has no rows")
    return [import_pandas().concat(parts)]


def as_series(x: npt.NDArray[np.generic]) -> Sequence[Float64[np.ndarray, "_steps channels"]]:
    """The series of an array, in 64 bits.

    Args:
        x: (steps,), (steps, channels) or (n, steps, channels).

    Raises:
        ShapeError: of another shape, or empty.
        DataError: of other things than numbers.
    """
    if x.ndim not in (1, 2, 3) or 0 in x.shape:
        raise ShapeError(f"series are (steps,), (steps, channels) or (n, steps, channels), not {x.shape}")
    if x.dtype.kind not in "fiub":
        raise DataError(f"series are numbers, not {x.dtype}")
    x = x[:, None] if x.ndim == 1 else x
    return list((x[None] if x.ndim == 2 else x).astype(np.float64))


def _read_array(path: Path) -> npt.NDArray[np.generic]:
    with wrap_read_errors(str(path)), open_regular(path, follow=True) as file:
        found = np.load(file, allow_pickle=False)
        if isinstance(found, np.ndarray):
            return found
        if len(found.files) != 1:
            raise DataError(f"{path} holds {len(found.files)} arrays ({', '.join(found.files)[:80]}): expected one")
        return found[found.files[0]]


def _frame(series: Float64[np.ndarray, "steps channels"]) -> Frame:
    names = [f"channel {i + 1}" for i in range(series.shape[1])]
    return import_pandas().DataFrame(series, columns=names)
