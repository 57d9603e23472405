"""The pictures that all contenders train on, written to a file for those without autoencode."""

from pathlib import Path

import numpy as np

from autoencode.data import load


def written(source: str, folder: Path) -> Path:
    """The training split of a data set, as autoencode loads it, in a .npy file of uint8.

    Args:
        source: what `autoencode.data.load` takes.
        folder: where the file goes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{Path(source).stem}-train.npy"
    np.save(path, load(source).train.x.numpy())
    return path.absolute()


def rectangles(folder: Path, n: int = 2000) -> str:
    """Pictures for the check: grey rectangles of all sizes. Returns the path of their file."""
    folder.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(0)
    corners = np.sort(generator.integers(0, 29, (2, n, 2, 1)), axis=2)
    rows, columns = ((corners[:, :, 0] <= np.arange(28)) & (np.arange(28) < corners[:, :, 1])).astype(np.uint8)
    grey = generator.integers(100, 256, (n, 1, 1), dtype=np.uint8)
    path = folder / "rectangles.npy"
    np.save(path, (grey * rows[:, :, None] * columns[:, None])[:, None])
    return str(path.absolute())
