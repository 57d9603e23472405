"""Draws new examples from a model."""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from autoencode.distributions import ClassAndNormal, tempered
from autoencode.errors import ArgumentError
from autoencode.evaluation.figures import grid, save_figure
from autoencode.tasks.choose_prior import choose_prior
from autoencode.tasks.codes import Coded, Item, code_of
from autoencode.tasks.condition import read_condition
from autoencode.tasks.ex_post.prior import Tell
from autoencode.tasks.reconstruct import as_image, save_array
from autoencode.tasks.run import Run
from autoencode.tasks.spread import spread_of
from autoencode.training.seeding import own_noise

Note = Callable[[str], None]
"""Is given a line that a person should keep."""


def generate(
    run: Run,
    n: int = 64,
    out: str | Path | None = None,
    *,
    seed: int = 0,
    prior: str | None = None,
    of_class: str | int | None = None,
    condition: str | Path | None = None,
    like: Item | None = None,
    spread: float = 0.5,
    temperature: float = 1.0,
    tell: Tell = lambda _: None,
    note: Note = lambda _: None,
) -> tuple[Tensor, list[Path]]:
    """Draws codes, decodes them, and writes the pictures and a sheet of all of them.

        a prior's draws, or a class's centre + its spread · noise, or near a picture's code ─► z ─► decoder ─► new ones

    Args:
        run: the trained model.
        n: how many.
        out: where to write; `samples/` in the run folder by default.
        seed: of the draw; the same seed gives the same pictures.
        prior: "own", "ex-post" for the one that `fit_prior` fitted, or a kind, which is fitted where it was not; by
            default the one under which held-out codes are likelier.
        of_class: the name or number of a class. A model that was told classes is told this one; for any other model a
            normal is fitted to the class's training codes and drawn from.
        condition: a picture, for a model that was told pictures; by default those of the test part.
        like: a picture, or an example such as `test:17`, near whose code the codes shall be.
        spread: how far they may be from it: 0 gives its reconstruction, 1 anything that the data (or the class) hold.
        temperature: the standard deviations of what is drawn from are multiplied by it.
        tell: is told in words how far a fit is.
        note: is given lines that a person should know: what was drawn from and why.

    Returns:
        The examples, (n, *data_shape), and the files: `0001.png` … and `sheet.png`, or `samples.npy` for vectors.

    Raises:
        ArgumentError: no such class, or options that exclude each other.
        CapabilityError: there is no such prior: a plain autoencoder has nothing to draw from until one is fitted.
        RunError: the fitted prior was tampered with, or is of other weights.
    """
    if n < 1:
        raise ArgumentError(f"-n must be 1 or more, not {n}")
    if like is not None:
        _exclude(prior=prior, condition=condition, temperature=None if temperature == 1 else temperature)
        x = _like(run, n, seed, code_of(run, like, of_class if run.told_classes else None), spread, of_class, note)
    else:
        x = sample(run, n, seed, prior, of_class, condition, temperature, tell=tell, note=note)
    folder = Path(out) if out else run.path / "samples"
    return x, write_samples(run, x, folder)


def _exclude(**given: object) -> None:
    """Raises where one of the options was given that mean nothing beside --like."""
    for name, value in given.items():
        if value is not None:
            raise ArgumentError(
                f"codes near a picture come from the picture and --spread: leave --like or --{name} out"
            )


def write_samples(run: Run, x: Tensor, folder: Path) -> list[Path]:
    """Writes examples, and for pictures a sheet of all."""
    if not run.is_pictures:
        path = folder / "samples.npy"
        save_array(path, x)
        return [path]
    width = max(4, len(str(len(x))))
    paths = [folder / f"{number:0{width}d}.png" for number in range(1, len(x) + 1)]
    for path, picture in zip(paths, x, strict=True):
        save_figure(path, as_image(picture))
    save_figure(folder / "sheet.png", grid(x))
    return [*paths, folder / "sheet.png"]


def sample(
    run: Run,
    n: int,
    seed: int = 0,
    prior: str | None = None,
    of_class: str | int | None = None,
    condition: str | Path | None = None,
    temperature: float = 1.0,
    *,
    tell: Tell = lambda _: None,
    note: Note = lambda _: None,
) -> Tensor:
    """The means of p(x|z) at `n` codes drawn from a prior or from a class, (n, *data_shape).

    Args, and what is raised: as of `generate`.
    """
    told = of_class is not None and run.told_classes is not None
    context = run.contexts(n, of_class if told else None) if condition is None else read_condition(run, condition, n)
    if of_class is not None and not told:
        z = _of_class(run, n, seed, prior, of_class, temperature, note)
    else:
        chosen = choose_prior(run, prior, tell)
        note(chosen.why)
        with own_noise(run.device), torch.no_grad():
            torch.manual_seed(seed)
            z = chosen.sample(run, n, None if context is None else context.to(run.device), temperature)
    return run.decode(z.reshape(n, *run.model.latent_shape), context)


def _of_class(
    run: Run, n: int, seed: int, prior: str | None, of_class: str | int, temperature: float, note: Note
) -> Tensor:
    """Codes of a class that the model was not told: its centre, its spread, and noise."""
    number = run.class_number(of_class)
    if prior is not None:
        raise ArgumentError("a class's codes come from the class and from no prior: leave --class or --prior out")
    with own_noise(run.device), torch.no_grad():
        torch.manual_seed(seed)
        p = None if run.model.prior is None else run.model.prior_for()
        if isinstance(p, ClassAndNormal):
            z = tempered(p, temperature).sample((n,))
            z[:, : p.n_classes] = torch.eye(p.n_classes, device=z.device)[number]
            note(f"codes of {run.classes[number]!r} from the model's own prior")
        else:
            z = spread_of(run, number).draw(n, temperature)
            note(f"codes from a normal fitted to those of {run.classes[number]!r}")
    return z


def _like(run: Run, n: int, seed: int, one: Coded, spread: float, of_class: str | int | None, note: Note) -> Tensor:
    near = spread_of(run, None if run.told_classes else of_class)
    with own_noise(run.device):
        torch.manual_seed(seed)
        z = near.around(one.z.flatten(), spread, n)
    if one.note:
        note(one.note)
    note(f"codes near {one.name}, {spread:g} of the spread of all{'' if of_class is None else ' of its class'}")
    context = None if one.context is None else one.context.expand(n, *one.context.shape[1:])
    return run.decode(z.reshape(n, *run.model.latent_shape), context)
