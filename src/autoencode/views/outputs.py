"""Examples as files: one picture each, or one array of all."""

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.lib import format as npy_format
from PIL import Image
from torch import Tensor

from autoencode.data import Modality
from autoencode.data.images.scan import SHEET
from autoencode.runs.replacing import check_replaceable
from autoencode.storage import atomic_open
from autoencode.views.figures import save_figure


@dataclass(frozen=True)
class ExampleFiles:
    """Where examples are written: one PNG file each if they can be drawn, and the rows of one .npy file unless PNG
    files hold all that the examples are.

    Args:
        modality: what the examples are.
        folder: where the files go.
        array: the name of the .npy file.
    """

    modality: Modality
    folder: Path
    array: str

    def paths(self, names: Iterable[Path]) -> list[Path]:
        """The files that hold examples of these names: pictures, the array, and the sheet last."""
        pictures = [self.folder / name for name in names] if self.modality.drawable else []
        sheet = [self.folder / SHEET] if self.modality.drawable else []
        array = [] if self.modality.fits_picture_files else [self.folder / self.array]
        return [*pictures, *array, *sheet]

    @contextmanager
    def open(self, description: str = "") -> Generator[Callable[[Sequence[Path], Tensor], None]]:
        """Gives a function that writes examples under their names, in order; the sheet is not written here.

        Args:
            description: what they are; kept in the text of PNG files.
        """
        needs_array = not self.modality.fits_picture_files
        with npy_writer(self.folder / self.array) if needs_array else nullcontext() as add_rows:

            def write(names: Sequence[Path], x: Tensor) -> None:
                if self.modality.drawable:
                    save_pictures([self.folder / name for name in names], self.modality.shown(x), description)
                if add_rows is not None:
                    add_rows(x)

            yield write


def save_numbers_beside(modality: Modality, path: Path, x: Tensor) -> list[Path]:
    """Writes examples to a .npy file where pictures do not hold all that they are; gives the file, if there is one."""
    if modality.fits_picture_files:
        return []
    save_array(path, x)
    return [path]


def to_pil_image(picture: Tensor) -> Image.Image:
    """A picture in [0, 1], (channels, height, width), as 8 bits."""
    levels = (picture.clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()
    return Image.fromarray(levels[:, :, 0] if levels.shape[2] == 1 else levels)


def save_pictures(paths: list[Path], x: Tensor, description: str = "") -> None:
    """Writes each picture to its own file.

    Args:
        paths: of the files.
        x: pictures in [0, 1], (n, channels, height, width).
        description: what they are; kept in the text of the files.
    """
    for path, picture in zip(paths, x, strict=True):
        save_figure(path, to_pil_image(picture), description)


@contextmanager
def npy_writer(path: Path) -> Generator[Callable[[Tensor], None]]:
    """Writes a .npy file in chunks; the file is written completely or not at all.

    Yields a function that adds rows, (n, ...), of one shape and type; it must be called at least once.
    """
    check_replaceable(path)
    with atomic_open(path) as file:
        header: dict[str, Any] = {}
        rows = 0

        def add(x: Tensor) -> None:
            nonlocal rows
            array = np.ascontiguousarray(x.numpy())
            if not header:
                header.update(npy_format.header_data_from_array_1_0(array))
                npy_format.write_array_header_1_0(file, header)  # NumPy reserves room for any number of rows
            file.write(array.data)
            rows += len(array)

        yield add
        file.seek(0)
        npy_format.write_array_header_1_0(file, {**header, "shape": (rows, *header["shape"][1:])})


def save_array(path: Path, x: Tensor) -> None:
    """Writes a tensor as .npy, completely or not at all."""
    with npy_writer(path) as add:
        add(x)
