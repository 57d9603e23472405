"""Draws new examples from a model."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from autoencode.data.images.scan import SHEET
from autoencode.distributions import ClassAndNormal, tempered
from autoencode.errors import ArgumentError
from autoencode.latent.choose_prior import choose_prior
from autoencode.latent.encoding import EncodedExample, Item, encode_example
from autoencode.latent.latent_gaussian import latent_gaussian_of
from autoencode.runs.condition_picture import read_condition
from autoencode.runs.run import Run
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.reporter import Reporter, note_what_is_kept, resolve_reporter, track
from autoencode.runtime.seeding import derive_seed, seeded_rng
from autoencode.views.figures import grid, save_figure
from autoencode.views.outputs import ExampleFiles

_SHOWN = 400


@tuned_cpu()
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
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> tuple[Tensor, list[Path]]:
    """Draws codes, decodes them, and writes the pictures and a sheet of the first 400.

        a prior's draws, or a class's centre + its spread · noise, or near a picture's code ─► z ─► decoder ─► new ones

    However many they are, no more than two thousand are in memory at once; each two thousand (fewer, of large
    examples) have a seed of their own.

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
        reporter: receives the progress of the task "drawing", in examples, notes on what was drawn from and why, and
            what is kept where it ends early.
        cancel: ends it early; pictures that are written are kept.

    Returns:
        The first 400, (n, *data_shape), and the files: `0001.png` … and `sheet.png` with these, or `samples.npy` for
        vectors.

    Raises:
        ArgumentError: no such class, or options that exclude each other.
        CancelledError: `cancel` asked for it.
        CapabilityError: there is no such prior: a plain autoencoder has nothing to draw from until one is fitted.
        RunError: the fitted prior was tampered with, or is of other weights.
    """
    if n < 1:
        raise ArgumentError(f"-n must be 1 or more, not {n}")
    reporter = resolve_reporter(reporter)
    if like is not None:
        _check_exclusive(prior=prior, condition=condition, temperature=None if temperature == 1 else temperature)
        source = _neighbourhood_sampler(
            run, encode_example(run, like, of_class if run.n_classes else None), spread, of_class, reporter
        )
    else:
        source = _build_sampler(run, n, prior, of_class, condition, temperature, reporter=reporter, cancel=cancel)
    folder = Path(out) if out else run.path / "samples"
    return _write(run, _batches(run, n, seed, source), n, folder, reporter, cancel)


@dataclass(frozen=True)
class _CodeSampler:
    """Where codes come from.

    Args:
        draw: (number, context) → so many codes, from the global generators; one of each context, where there are any.
        context: what a conditional model is told for some of the examples.
    """

    draw: Callable[[int, Tensor | None], Tensor]
    context: Callable[[slice], Tensor | None]


def _batches(run: Run, n: int, seed: int, source: _CodeSampler) -> Iterator[Tensor]:
    """Examples, (at most `run.batch_size`, *data_shape) at a time; each depends on the seed and its place alone."""
    for start in range(0, n, run.batch_size):
        rows = slice(start, min(n, start + run.batch_size))
        context = source.context(rows)
        with seeded_rng(derive_seed(seed, start) if start else seed, run.device), torch.no_grad():
            z = source.draw(rows.stop - start, None if context is None else context.to(run.device))
        yield run.decode(z.reshape(-1, *run.model.latent_shape), context)


def _write(
    run: Run, batches: Iterator[Tensor], n: int, folder: Path, reporter: Reporter, cancel: CancelToken | None
) -> tuple[Tensor, list[Path]]:
    """Writes examples, and for pictures a sheet of the first ones, which are returned."""
    width, first, done = max(4, len(str(n))), list[Tensor](), 0
    files = ExampleFiles(run.modality, folder, "samples.npy")
    names = [Path(f"{number:0{width}d}.png") for number in range(1, n + 1)]
    with (
        files.open() as add,
        note_what_is_kept(
            reporter, lambda: f"{done:,} of {n:,} are in {folder}" if done and run.modality.drawable else ""
        ),
        track(reporter, "drawing", n, "examples", cancel=cancel) as progress,
    ):
        for x in batches:
            add(names[done : done + len(x)], x)
            first += [x[: _SHOWN - done]] if done < _SHOWN else []
            done += len(x)
            progress.update(done)
    shown = torch.cat(first)
    if run.modality.drawable:
        save_figure(folder / SHEET, grid(shown))
    return shown, files.paths(names)


def _check_exclusive(**given: object) -> None:
    """Raises where one of the options was given that mean nothing beside --like."""
    for name, value in given.items():
        if value is not None:
            raise ArgumentError(
                f"codes near a picture come from the picture and --spread: leave --like or --{name} out"
            )


@tuned_cpu()
def sample(
    run: Run,
    n: int,
    seed: int = 0,
    prior: str | None = None,
    of_class: str | int | None = None,
    condition: str | Path | None = None,
    temperature: float = 1.0,
    *,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Tensor:
    """The means of p(x|z) at `n` codes drawn from a prior or from a class, (n, *data_shape).

    Args, and what is raised: as of `generate`.
    """
    reporter = resolve_reporter(reporter)
    source = _build_sampler(run, n, prior, of_class, condition, temperature, reporter=reporter, cancel=cancel)
    drawn: list[Tensor] = []
    with track(reporter, "drawing", n, "examples", cancel=cancel) as progress:
        for x in _batches(run, n, seed, source):
            drawn.append(x)
            progress.advance(len(x))
    return torch.cat(drawn)


def _build_sampler(
    run: Run,
    n: int,
    prior: str | None,
    of_class: str | int | None,
    condition: str | Path | None,
    temperature: float,
    *,
    reporter: Reporter,
    cancel: CancelToken | None,
) -> _CodeSampler:
    told = of_class is not None and run.n_classes is not None
    pictures = None if condition is None else read_condition(run, condition, n)

    def context(rows: slice) -> Tensor | None:
        return run.contexts(n, of_class if told else None, rows) if pictures is None else pictures[rows]

    if of_class is not None and not told:
        return _CodeSampler(_class_sampler(run, prior, of_class, temperature, reporter), context)
    chosen = choose_prior(run, prior, reporter=reporter, cancel=cancel)
    reporter.note(chosen.reason)
    return _CodeSampler(lambda k, some: chosen.sample(run, k, some, temperature), context)


def _class_sampler(
    run: Run, prior: str | None, of_class: str | int, temperature: float, reporter: Reporter
) -> Callable[[int, Tensor | None], Tensor]:
    """Codes of a class that the model was not told: its centre, its spread, and noise."""
    number = run.class_index(of_class)
    if prior is not None:
        raise ArgumentError("a class's codes come from the class and from no prior: leave --class or --prior out")
    p = None if run.model.prior is None else run.model.prior_for()
    if isinstance(p, ClassAndNormal):
        reporter.note(f"codes of {run.classes[number]!r} from the model's own prior")
        return lambda k, _: _with_class(tempered(p, temperature).sample((k,)), p.n_classes, number)
    spread = latent_gaussian_of(run, number)
    reporter.note(f"codes from a normal fitted to those of {run.classes[number]!r}")
    return lambda k, _: spread.sample(k, temperature)


def _with_class(z: Tensor, n_classes: int, number: int) -> Tensor:
    z[:, :n_classes] = torch.eye(n_classes, device=z.device)[number]
    return z


def _neighbourhood_sampler(
    run: Run, one: EncodedExample, spread: float, of_class: str | int | None, reporter: Reporter
) -> _CodeSampler:
    near = latent_gaussian_of(run, None if run.n_classes else of_class)
    if one.note:
        reporter.note(one.note)
    reporter.note(
        f"codes near {one.name}, {spread:g} of the spread of all{'' if of_class is None else ' of its class'}"
    )

    def context(rows: slice) -> Tensor | None:
        return None if one.context is None else one.context.expand(rows.stop - rows.start, *one.context.shape[1:])

    return _CodeSampler(lambda k, _: near.sample_near(one.z.flatten(), spread, k), context)
