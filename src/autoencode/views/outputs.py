"""Examples as files: one picture each, or one array of all."""

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Float
from PIL import Image
from torch import Tensor

from autoencode.data import Modality
from autoencode.data.images.scan import SHEET
from autoencode.errors import ArgumentError
from autoencode.runs.replacing import check_replaceable
from autoencode.storage import atomic_open
from autoencode.views.figures import save_figure

_STEEPER = 4.0
"""How much steeper an outline is than what a model makes, which is blurred over some pixels."""


@dataclass(frozen=True)
class ExampleFiles:
    """Where examples are written: one PNG file each if they can be drawn, and the rows of one .npy or .csv file unless
    PNG files hold all that the examples are.

    Args:
        modality: what the examples are.
        folder: where the files go.
        rows: the name of the file of rows, without its ending.
        cut_out: whether grey pictures are shapes, written in white on a transparent ground.

    Raises:
        ArgumentError: shapes of anything but grey pictures of 8 bits.
    """

    modality: Modality
    folder: Path
    rows: str
    cut_out: bool = False

    def __post_init__(self) -> None:
        if self.cut_out and not (self.modality.fits_picture_files and self.modality.data_shape[0] == 1):
            raise ArgumentError(
                f"--cut-out writes shapes, which are grey pictures, and these are {self.modality.description}: leave "
                "it out"
            )

    def paths(self, names: Iterable[Path]) -> list[Path]:
        """The files that hold examples of these names: pictures, what is beside each, the rows, and the sheet."""
        drawn = [self.folder / name for name in names] if self.modality.drawable else []
        endings = ("", *self.modality.own_suffixes)
        pictures = [path.with_suffix(ending or path.suffix) for path in drawn for ending in endings]
        sheet = [self.folder / SHEET] if self.modality.drawable else []
        rows = [] if self.rows_path is None else [self.rows_path]
        return [*pictures, *rows, *sheet]

    @property
    def rows_path(self) -> Path | None:
        """The file of rows; None where pictures hold all that the examples are."""
        return None if self.modality.fits_picture_files else self.folder / (self.rows + self.modality.rows_suffix)

    @property
    def scale(self) -> str:
        """A line about the numbers in the file beside pictures, where their units are not those of the pictures."""
        beside = self.modality.drawable and self.rows_path is not None
        held = "numbers in the units of the data" if self.modality.rows_noun == "numbers" else self.modality.rows_noun
        return f"{self.rows_path} holds the {held} of all" if beside else ""

    @contextmanager
    def open(self, description: str = "") -> Generator[Callable[[Sequence[Path], Tensor], None]]:
        """Gives a function that writes examples under their names, in order; the sheet is not written here.

        Args:
            description: what they are; kept in the text of PNG files.
        """
        rows = self.rows_path
        with rows_writer(rows, self.modality) if rows else nullcontext() as add_rows:

            def write(names: Sequence[Path], x: Tensor) -> None:
                if self.cut_out:
                    for name, picture in zip(names, x, strict=True):
                        save_figure(self.folder / name, to_cut_out(picture), description)
                elif self.modality.drawable:
                    save_pictures([self.folder / name for name in names], self.modality.shown(x), description)
                    save_own_files([self.folder / name for name in names], self.modality, x)
                if add_rows is not None:
                    add_rows(self.modality.in_data_units(x))

            yield write


def save_numbers_beside(modality: Modality, path: Path, x: Tensor) -> list[Path]:
    """Writes examples to a file of rows where pictures do not hold all that they are; gives that file."""
    return [] if modality.fits_picture_files else [save_rows(path, modality, x)]


def save_own_files(paths: Sequence[Path], modality: Modality, x: Tensor) -> None:
    """Writes what a kind of example has beside its picture: of music, MIDI and sound; of a sound, WAV.

    Args:
        paths: of the pictures.
        modality: what the examples are.
        x: one for each picture.
    """
    if not modality.own_suffixes:
        return
    for path, one in zip(paths, x, strict=True):
        for ending, content in modality.own_files(one).items():
            check_replaceable(path.with_suffix(ending))
            with atomic_open(path.with_suffix(ending), len(content)) as file:
                file.write(content)


def to_pil_image(picture: Tensor) -> Image.Image:
    """A picture in [0, 1], (channels, height, width), as 8 bits."""
    levels = (picture.clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()
    return Image.fromarray(levels[:, :, 0] if levels.shape[2] == 1 else levels)


def to_cut_out(shape: Float[Tensor, "1 height width"]) -> Image.Image:
    """A shape, 1 inside and 0 outside, in white on a transparent ground; its outline is a pixel or two wide.

    Args:
        shape: blurred or not; the outline is where it is 0.5.

    Example:
        >>> to_cut_out(torch.tensor([[[0.3, 0.5, 0.9]]])).getpixel((1, 0))
        (255, 255, 255, 128)
    """
    alpha = to_pil_image(_STEEPER * (shape - 0.5) + 0.5)
    return Image.merge("RGBA", [*(Image.new("L", alpha.size, 255),) * 3, alpha])


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
def rows_writer(path: Path, modality: Modality) -> Generator[Callable[[Tensor], None]]:
    """Writes a file of `modality.rows_suffix` in chunks; the file is written completely or not at all.

    Yields a function that adds examples in the units of the data, (n, ...), of one shape and type; it must be called at
    least once.
    """
    check_replaceable(path)
    with atomic_open(path) as file:
        other = path.suffix.lower() in modality.other_rows_suffixes
        rows = modality.other_row_file(file, path.suffix.lower()) if other else modality.row_file(file)
        yield rows.add
        rows.finish()


def save_rows(path: Path, modality: Modality, x: Tensor) -> Path:
    """Writes examples in the units of the data to one file, completely or not at all.

    Args:
        path: of the file; its ending becomes that of the modality, unless that has files of this one, too.
        modality: what the examples are.
        x: (n, *data_shape), on the processor.

    Returns:
        The file.
    """
    if path.suffix.lower() not in modality.other_rows_suffixes:
        path = path.with_suffix(modality.rows_suffix)
    with rows_writer(path, modality) as add:
        add(modality.in_data_units(x))
    return path
