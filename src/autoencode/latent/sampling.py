"""New codes for a decoder: from a prior, of a class, or near an example."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from autoencode.distributions import ClassAndNormal, tempered
from autoencode.errors import ArgumentError
from autoencode.latent.choose_prior import choose_prior
from autoencode.latent.encoding import EncodedExample
from autoencode.latent.latent_gaussian import latent_gaussian_of
from autoencode.runs.condition_picture import read_condition
from autoencode.runs.run import Run
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.reporter import Reporter, resolve_reporter, track
from autoencode.runtime.seeding import derive_seed, seeded_rng


@dataclass(frozen=True)
class CodeSampler:
    """Where new codes come from.

    Args:
        run: the trained model.
        draw: (n, contexts) → n codes, from the global generators; one for each context, if there are any.
        context: rows → the contexts of these examples for a conditional model, or None.
        source: what the codes are drawn from, in words.
    """

    run: Run
    draw: Callable[[int, Tensor | None], Tensor]
    context: Callable[[slice], Tensor | None]
    source: str

    def examples(self, n: int, seed: int = 0) -> Iterator[Tensor]:
        """The means of p(x|z) at `n` new codes, (at most `run.batch_size`, *data_shape) at a time.

        Each batch has a seed of its own, so that it depends on `seed` and its place alone.
        """
        run = self.run
        for start in range(0, n, run.batch_size):
            rows = slice(start, min(n, start + run.batch_size))
            context = self.context(rows)
            with seeded_rng(derive_seed(seed, start) if start else seed, run.device), torch.no_grad():
                z = self.draw(rows.stop - start, None if context is None else context.to(run.device))
            yield run.decode(z.reshape(-1, *run.model.latent_shape), context)


def code_sampler(
    run: Run,
    n: int,
    *,
    prior: str | None = None,
    of_class: str | int | None = None,
    condition: str | Path | None = None,
    temperature: float = 1.0,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> CodeSampler:
    """Samples codes from a prior, or of a class.

    Args:
        run: the trained model.
        n: how many examples there will be, among which contexts are distributed.
        prior: as `choose_prior` takes it.
        of_class: the name or number of a class. A class-conditional model is given it as context; for other models a
            normal is fitted to the class's training codes.
        condition: a picture, for a model conditioned on pictures; by default pictures of the test part.
        temperature: factor on the standard deviations of what is sampled from.
        reporter: receives the progress of fitting a prior.
        cancel: ends a fit early.

    Raises:
        ArgumentError: there is no such class, or both a class and a prior are given.
        CancelledError: `cancel` asked for it.
        CapabilityError: there is no such prior: a plain autoencoder has none until one is fitted.
        RunError: the fitted prior was tampered with, or is of other weights.
    """
    conditional = of_class is not None and run.n_classes is not None
    pictures = None if condition is None else read_condition(run, condition, n)

    def context(rows: slice) -> Tensor | None:
        return run.contexts(n, of_class if conditional else None, rows) if pictures is None else pictures[rows]

    if of_class is not None and not conditional:
        return _class_sampler(run, prior, of_class, temperature, context)
    chosen = choose_prior(run, prior, reporter=reporter, cancel=cancel)
    return CodeSampler(run, lambda k, some: chosen.sample(run, k, some, temperature), context, chosen.reason)


def _class_sampler(
    run: Run,
    prior: str | None,
    of_class: str | int,
    temperature: float,
    context: Callable[[slice], Tensor | None],
) -> CodeSampler:
    """Codes of a class, for a model that is not conditioned on classes."""
    number = run.class_index(of_class)
    if prior is not None:
        raise ArgumentError("the codes of a class do not come from a prior: leave --class or --prior out")
    p = None if run.model.prior is None else run.model.prior_for()
    name = repr(run.classes[number])
    if isinstance(p, ClassAndNormal):
        return CodeSampler(
            run,
            lambda k, _: _with_class(tempered(p, temperature).sample((k,)), p.n_classes, number),
            context,
            f"codes of {name} from the model's own prior",
        )
    spread = latent_gaussian_of(run, number)
    return CodeSampler(
        run, lambda k, _: spread.sample(k, temperature), context, f"codes from a normal fitted to those of {name}"
    )


def _with_class(z: Tensor, n_classes: int, number: int) -> Tensor:
    z[:, :n_classes] = torch.eye(n_classes, device=z.device)[number]
    return z


def neighbourhood_sampler(
    run: Run, one: EncodedExample, spread: float, of_class: str | int | None = None
) -> CodeSampler:
    """Samples codes near an example's code, see `LatentGaussian.sample_near`.

    Args:
        run: the trained model.
        one: the example.
        spread: 0 gives its reconstruction, 1 any code of the data, or of the class.
        of_class: the name or number of a class whose training codes say how codes vary; by default those of all.

    Raises:
        ArgumentError: there is no such class.
        CapabilityError: codes that are not real numbers, or too long for a covariance.
    """
    near = latent_gaussian_of(run, None if run.n_classes else of_class)

    def context(rows: slice) -> Tensor | None:
        return None if one.context is None else one.context.expand(rows.stop - rows.start, *one.context.shape[1:])

    of = "" if of_class is None else " of its class"
    source = f"codes near {one.name}, {spread:g} of the spread of all{of}"
    return CodeSampler(run, lambda k, _: near.sample_near(one.z.flatten(), spread, k), context, source)


@tuned_cpu()
def sample_examples(
    run: Run,
    n: int,
    seed: int = 0,
    *,
    prior: str | None = None,
    of_class: str | int | None = None,
    temperature: float = 1.0,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Tensor:
    """The means of p(x|z) at `n` new codes, (n, *data_shape), all in memory.

    Args:
        run: the trained model.
        n: how many.
        seed: the same seed and prior give the same examples.
        prior: as `code_sampler` takes it.
        of_class: as `code_sampler` takes it.
        temperature: as `code_sampler` takes it.
        reporter: receives the progress of the task "drawing", in examples, and a note of what was sampled from.
        cancel: ends it early.

    Raises:
        CancelledError: `cancel` asked for it.
        ArgumentError, CapabilityError, RunError: see `code_sampler`.
    """
    reporter = resolve_reporter(reporter)
    sampler = code_sampler(
        run, n, prior=prior, of_class=of_class, temperature=temperature, reporter=reporter, cancel=cancel
    )
    reporter.note(sampler.source)
    drawn: list[Tensor] = []
    with track(reporter, "drawing", n, "examples", cancel=cancel) as progress:
        for x in sampler.examples(n, seed):
            drawn.append(x)
            progress.advance(len(x))
    return torch.cat(drawn)
