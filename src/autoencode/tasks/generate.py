"""Draws new examples from a model."""

from pathlib import Path
from typing import Literal

import torch
from torch import Tensor

from autoencode.errors import ArgumentError, CapabilityError
from autoencode.evaluation.figures import grid, save_figure
from autoencode.tasks.condition import read_condition
from autoencode.tasks.reconstruct import as_image, save_array
from autoencode.tasks.run import Run
from autoencode.training.seeding import own_noise

Source = Literal["own", "ex-post"]
"""The prior that the model was trained with, or the one that was fitted to its codes afterwards."""


def generate(
    run: Run,
    n: int = 64,
    out: str | Path | None = None,
    *,
    seed: int = 0,
    prior: Source | None = None,
    of_class: str | int | None = None,
    condition: str | Path | None = None,
) -> tuple[Tensor, list[Path]]:
    """Draws codes from the prior, decodes them, and writes the pictures and a sheet of all of them.

    Args:
        run: the trained model.
        n: how many.
        out: where to write; `samples/` in the run folder by default.
        seed: of the draw; the same seed gives the same pictures.
        of_class: the name or number of a class, for a model that was told them; by default some of each.
        condition: a picture, for a model that was told pictures; by default those of the test part.
        prior: "own", or "ex-post" for the one that `fit_prior` fitted; by default that one where there is one.

    Returns:
        The examples, (n, *data_shape), and the files: `0001.png` … and `sheet.png`, or `samples.npy` for vectors.

    Raises:
        CapabilityError: there is no such prior: a plain autoencoder has nothing to draw from until one is fitted.
        RunError: the fitted prior was tampered with, or is of other weights.
    """
    if n < 1:
        raise ArgumentError(f"-n must be 1 or more, not {n}")
    x = sample(run, n, seed, prior, of_class, condition)
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


def sample(
    run: Run,
    n: int,
    seed: int = 0,
    prior: Source | None = None,
    of_class: str | int | None = None,
    condition: str | Path | None = None,
) -> Tensor:
    """The means of p(x|z) at `n` codes drawn from the prior, (n, *data_shape)."""
    fitted = None if prior == "own" else run.ex_post()
    if prior == "ex-post" and fitted is None:
        raise CapabilityError(
            f"no prior was fitted to the codes of {run.path}: autoencode fit-prior {run.path} mixture"
        )
    if fitted is None and run.model.prior is None:
        raise CapabilityError(
            "a plain autoencoder has no distribution over codes to draw from: fit one to its codes "
            f"(autoencode fit-prior {run.path} mixture), or train a variational one (for instance --recipe conv-vae)"
        )
    context = run.contexts(n, of_class) if condition is None else read_condition(run, condition, n)
    with own_noise(run.device), torch.no_grad():
        torch.manual_seed(seed)
        told = None if context is None else context.to(run.device)
        z = fitted.sample(n) if fitted is not None else _drawn(run, n, told)
    return run.decode(z.reshape(n, *run.model.latent_shape), context)


def _drawn(run: Run, n: int, context: Tensor | None) -> Tensor:
    """Codes from the prior: one of each context, where there are contexts."""
    p = run.model.prior_for(context)
    return p.sample() if p.batch_shape else p.sample((n,))
