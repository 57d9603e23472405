"""Draws new examples from a model."""

from pathlib import Path

import torch
from torch import Tensor

from autoencode.errors import ArgumentError
from autoencode.evaluation.figures import grid, save_figure
from autoencode.tasks.reconstruct import as_image, save_array
from autoencode.tasks.run import Run
from autoencode.training.seeding import own_noise


def generate(run: Run, n: int = 64, out: str | Path | None = None, *, seed: int = 0) -> tuple[Tensor, list[Path]]:
    """Draws codes from the prior, decodes them, and writes the pictures and a sheet of all of them.

    Args:
        run: the trained model.
        n: how many.
        out: where to write; `samples/` in the run folder by default.
        seed: of the draw; the same seed gives the same pictures.

    Returns:
        The examples, (n, *data_shape), and the files: `0001.png` … and `sheet.png`, or `samples.npy` for vectors.

    Raises:
        CapabilityError: the model is a plain autoencoder, which has nothing to draw from.
    """
    if n < 1:
        raise ArgumentError(f"-n must be 1 or more, not {n}")
    x = sample(run, n, seed)
    folder = Path(out) if out else run.path / "samples"
    if not run.is_pictures:
        path = folder / "samples.npy"
        save_array(path, x)
        return x, [path]
    width = max(4, len(str(n)))
    paths = [folder / f"{number:0{width}d}.png" for number in range(1, n + 1)]
    for path, picture in zip(paths, x, strict=True):
        save_figure(path, as_image(picture))
    save_figure(folder / "sheet.png", grid(x))
    return x, [*paths, folder / "sheet.png"]


def sample(run: Run, n: int, seed: int = 0) -> Tensor:
    """The means of p(x|z) at `n` codes drawn from the prior, (n, *data_shape)."""
    with own_noise(run.device), torch.no_grad():
        torch.manual_seed(seed)
        z = run.model.prior_for().sample((n,))
    return run.decode(z)
