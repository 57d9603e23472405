"""Passes a person's own files through a model and back."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from autoencode.data import Skipped, Values, in_units
from autoencode.data.arrays import read_array
from autoencode.data.npy import read_npy
from autoencode.data.picture import UnreadableError, read_picture
from autoencode.data.walking import list_pictures
from autoencode.errors import ArgumentError, AutoencodeError, DataError
from autoencode.evaluation.figures import pairs, save_figure
from autoencode.storage import replacing
from autoencode.tasks.copies import SHEET, free_names, nothing_done, refuse_overwriting
from autoencode.tasks.run import Run

_SHOWN = 50


@dataclass(frozen=True)
class Reconstructions:
    """What came of it.

    Args:
        originals: as the model saw them, (n, *data_shape).
        reconstructions: (n, *data_shape), the means of p(x|z) at the posterior means.
        files: what was written.
        skipped: what could not be read, and why.
    """

    originals: Tensor
    reconstructions: Tensor
    files: tuple[Path, ...]
    skipped: tuple[Skipped, ...]

    @property
    def root_mean_squared_error(self) -> float:
        """Over all values, in the units of the model (0 to 1 for pictures)."""
        return (self.originals - self.reconstructions).square().mean().sqrt().item()


def reconstruct(
    run: Run,
    files: Sequence[str | Path] = (),
    out: str | Path | None = None,
    *,
    of_class: str | int | None = None,
) -> Reconstructions:
    """Encodes examples, decodes their codes, and writes what comes back.

    Pictures are turned upright and fitted to the model's size, as in training. Each comes back as a PNG of its name,
    and `sheet.png` shows the first 50 above their reconstructions. Vectors are read from .npy and written to .npy.

    Args:
        run: the trained model.
        files: pictures, folders of pictures, or .npy arrays; without any, the first 50 test examples.
        out: where to write; `reconstructions/` in the run folder by default.
        of_class: the class of the files, for a model that must be told one; test examples bring their own.

    Raises:
        DataError: nothing could be read.
        ArgumentError: a result would overwrite one of the files.
    """
    folder = Path(out) if out else run.path / "reconstructions"
    names, x, skipped = _read(run, files)
    x_out = reconstruct_batch(run, x, _context(run, len(x), of_files=bool(files), of_class=of_class))
    written = _write(run, folder, names, x_out, [Path(file) for file in files])
    if run.is_pictures:
        sheet = folder / SHEET
        save_figure(sheet, pairs(x[:_SHOWN], x_out[:_SHOWN]))
        written.append(sheet)
    return Reconstructions(x, x_out, tuple(written), tuple(skipped))


@torch.no_grad()
def reconstruct_batch(run: Run, x: Tensor, context: Tensor | None = None) -> Tensor:
    """The means of p(x|z) at the posterior means, (n, *data_shape), a portion at a time."""
    codes: list[Tensor] = []
    for start in range(0, len(x), 250):
        portion = slice(start, start + 250)
        told = None if context is None else context[portion].to(run.device)
        codes.append(run.model.encode(x[portion].to(run.device), told).mean.cpu())
    return run.decode(torch.cat(codes), context)


def _context(run: Run, n: int, *, of_files: bool, of_class: str | int | None) -> Tensor | None:
    if not run.model.is_conditional and of_class is None:
        return None
    if of_files and of_class is None:
        raise ArgumentError("this model must be told the class of what it is shown: say it with --class")
    return run.contexts(n, of_class) if of_class is not None else run.data.test[:n].context_of()


def _read(run: Run, files: Sequence[str | Path]) -> tuple[list[str], Tensor, list[Skipped]]:
    if not files:
        x = run.data.test.units(slice(0, _SHOWN))
        return [f"test-{number:04d}" for number in range(1, len(x) + 1)], x, []
    names: list[str] = []
    examples: list[Tensor] = []
    skipped: list[Skipped] = []
    for file in expanded(files):
        try:
            x = examples_in(run, file)
            examples.append(x)
            names += [file.stem] if len(x) == 1 else [f"{file.stem}-{number:04d}" for number in range(1, len(x) + 1)]
        except AutoencodeError as error:
            skipped.append(Skipped(str(file), str(error)))
    if not examples:
        raise DataError(nothing_done(files, skipped, "read"))
    return names, torch.cat(examples), skipped


def expanded(files: Sequence[str | Path]) -> list[Path]:
    """The files, with each folder replaced by the pictures in it."""
    paths: list[Path] = []
    for file in map(Path, files):
        paths += [file / picture for picture in list_pictures(file).pictures] if file.is_dir() else [file]
    return paths


def examples_in(run: Run, file: Path) -> Tensor:
    """The examples in a file, (n, *data_shape), in the model's units.

    Raises:
        DataError: it cannot be read, or holds other things than the model takes.
    """
    if file.suffix.lower() == ".npy":
        x = in_units(read_array(read_npy(file), Values(run.folder.facts["data"]["values"])).x)
    elif run.is_pictures:
        x = in_units(fitted_picture(file, run.model.data_shape))
    else:
        raise DataError(f"this model takes vectors of {run.model.data_shape[0]} numbers: give .npy files")
    if tuple(x.shape[1:]) != run.model.data_shape:
        raise DataError(f"examples of shape {tuple(x.shape[1:])}, and the model takes {run.model.data_shape}")
    return x


def fitted_picture(file: Path, data_shape: Sequence[int]) -> Tensor:
    """One picture as bytes, upright and fitted to the size, (1, channels, height, width).

    Raises:
        DataError: it cannot be read.
    """
    channels, height, width = data_shape
    try:
        return torch.from_numpy(read_picture(file, (height, width), "grey" if channels == 1 else "rgb").copy())[None]
    except UnreadableError as error:
        raise DataError(str(error)) from error


def _write(run: Run, folder: Path, names: list[str], x: Tensor, inputs: Sequence[Path]) -> list[Path]:
    if not run.is_pictures:
        path = folder / "reconstructions.npy"
        refuse_overwriting([path], inputs)
        save_array(path, x)
        return [path]
    paths = [folder / name for name in free_names([Path(f"{name}.png") for name in names])]
    refuse_overwriting([*paths, folder / SHEET], expanded(inputs))
    for path, picture in zip(paths, x, strict=True):
        save_figure(path, as_image(picture))
    return paths


def as_image(picture: Tensor) -> Image.Image:
    """A picture in [0, 1], (channels, height, width), as 8 bits."""
    levels = (picture.clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()
    return Image.fromarray(levels[:, :, 0] if levels.shape[2] == 1 else levels)


def save_array(path: Path, x: Tensor) -> None:
    """Writes a tensor as .npy, whole or not at all."""
    with replacing(path) as file:
        np.save(file, x.numpy(), allow_pickle=False)
