"""New codes for a decoder: from a prior, of a class, or near an example."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from autoencode.distributions import ClassAndNormal, tempered
from autoencode.distributions.token_sequences import TokenChoice, TokenSequences
from autoencode.errors import ArgumentError, CapabilityError
from autoencode.latent.choose_prior import choose_prior
from autoencode.latent.encoding import Item, encode_example
from autoencode.latent.latent_gaussian import latent_gaussian_of, same_class_gaussian_of
from autoencode.latent.latent_support import within_support
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

    def examples(self, n: int, seed: int = 0, choice: TokenChoice | None = None) -> Iterator[Tensor]:
        """The means of p(x|z) at `n` new codes, (at most `run.batch_size`, *data_shape) at a time.

        Each batch has a seed of its own, so that it depends on `seed` and its place alone.

        Args:
            n: how many.
            seed: of the codes.
            choice: how the tokens of sequences are drawn; the likeliest ones where it is left out.

        Raises:
            CapabilityError: `choice` for a model of other data.
        """
        run = self.run
        for start in range(0, n, run.batch_size):
            rows = slice(start, min(n, start + run.batch_size))
            context = self.context(rows)
            with seeded_rng(derive_seed(seed, start) if start else seed, run.device), torch.no_grad():
                z = self.draw(rows.stop - start, None if context is None else context.to(run.device))
                z = z.reshape(-1, *run.model.latent_shape)
                tokens = None if choice is None else _draw_tokens(run, z, context, choice)
            yield run.decode(z, context) if tokens is None else tokens


def _draw_tokens(run: Run, z: Tensor, context: Tensor | None, choice: TokenChoice) -> Tensor:
    p = run.model.decode(z.to(run.device), None if context is None else context.to(run.device))
    if not isinstance(p, TokenSequences):
        raise CapabilityError(f"--top-k and --nucleus draw words of text, and {run.path} makes {run.modality.noun}")
    return p.draw(choice).cpu()


class CodeSource(ABC):
    """What new codes are drawn from, as a person says it; nothing is read or fitted before `sampler`."""

    @abstractmethod
    def sampler(self, run: Run, n: int, reporter: Reporter, cancel: CancelToken | None = None) -> CodeSampler:
        """Reads and fits what it takes to draw codes.

        Args:
            run: the trained model.
            n: how many examples there will be, among which contexts are distributed.
            reporter: receives the progress of fitting a prior, and notes.
            cancel: ends a fit early.

        Raises:
            ArgumentError: there is no such class, or options exclude each other.
            CancelledError: `cancel` asked for it.
            CapabilityError: there is no such prior: a plain autoencoder has none until one is fitted.
            DataError: a file cannot be read.
            RunError: the fitted prior was tampered with, or is of other weights.
        """


@dataclass(frozen=True)
class FromPrior(CodeSource):
    """Codes from a prior, or of a class.

    Args:
        prior: as `choose_prior` takes it.
        of_class: the name or number of a class. A class-conditional model is given it as context; for other models a
            normal is fitted to the class's training codes.
        condition: a picture, for a model conditioned on pictures; by default pictures of the test part.
        temperature: factor on the standard deviations of what is sampled from.
    """

    prior: str | None = None
    of_class: str | int | None = None
    condition: str | Path | None = None
    temperature: float = 1.0

    def sampler(self, run: Run, n: int, reporter: Reporter, cancel: CancelToken | None = None) -> CodeSampler:
        """As `CodeSource` says."""
        given = self.of_class if run.n_classes is not None else None
        pictures = None if self.condition is None else read_condition(run, self.condition, n)

        def context(rows: slice) -> Tensor | None:
            return run.contexts(n, given, rows) if pictures is None else pictures[rows]

        if self.of_class is not None and given is None:
            return _class_sampler(run, self.prior, self.of_class, self.temperature, context)
        chosen = choose_prior(run, self.prior, reporter=reporter, cancel=cancel)
        return CodeSampler(run, lambda k, some: chosen.sample(run, k, some, self.temperature), context, chosen.reason)


@dataclass(frozen=True)
class NearExample(CodeSource):
    """Codes near the code of an example, see `LatentGaussian.sample_near`.

    Args:
        like: the example, as `encode_example` takes it.
        spread: 0 gives its reconstruction, 1 any code of the data, or of the class.
        of_class: the name or number of a class whose training codes say how codes vary; by default those of all. A
            class-conditional model is given it as context.
        same_class: whether they vary as examples of one class do, whichever class the example is of.
    """

    like: Item
    spread: float = 0.5
    of_class: str | int | None = None
    same_class: bool = False

    def sampler(self, run: Run, n: int, reporter: Reporter, cancel: CancelToken | None = None) -> CodeSampler:
        """As `CodeSource` says."""
        one = encode_example(run, self.like, self.of_class if run.n_classes else None)
        if one.note:
            reporter.note(one.note)
        if self.same_class and self.of_class is not None:
            raise ArgumentError("--same-class is for an example whose class is not named: leave --class or it out")
        near = (
            same_class_gaussian_of(run, one.z.flatten())
            if self.same_class
            else latent_gaussian_of(run, None if run.n_classes else self.of_class)
        )

        def context(rows: slice) -> Tensor | None:
            return None if one.context is None else one.context.expand(rows.stop - rows.start, *one.context.shape[1:])

        of = " of its class" if self.same_class or self.of_class is not None else ""
        source = f"codes near {one.name}, {self.spread:g} of the spread of all{of}"

        def draw(k: int, _: Tensor | None) -> Tensor:
            z = near.sample_near(one.z.flatten(), self.spread, k).reshape(k, *run.model.latent_shape)
            return within_support(run.model, z) if self.spread else z  # without a spread it is the code itself

        return CodeSampler(run, draw, context, source)


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

    def draw(k: int, _: Tensor | None) -> Tensor:
        return within_support(run.model, spread.sample(k, temperature).reshape(k, *run.model.latent_shape))

    return CodeSampler(run, draw, context, f"codes from a normal fitted to those of {name}")


def _with_class(z: Tensor, n_classes: int, number: int) -> Tensor:
    z[:, :n_classes] = torch.eye(n_classes, device=z.device)[number]
    return z


@tuned_cpu()
def sample_examples(
    run: Run,
    n: int,
    seed: int = 0,
    *,
    prior: str | None = None,
    of_class: str | int | None = None,
    temperature: float = 1.0,
    choice: TokenChoice | None = None,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Tensor:
    """The means of p(x|z) at `n` new codes, (n, *data_shape), all in memory.

    Args:
        run: the trained model.
        n: how many.
        seed: the same seed and prior give the same examples.
        prior: as `FromPrior` takes it.
        of_class: as `FromPrior` takes it.
        temperature: as `FromPrior` takes it.
        choice: how the tokens of sequences are drawn.
        reporter: receives the progress of the task "drawing", in examples, and a note of what was sampled from.
        cancel: ends it early.

    Raises:
        CancelledError: `cancel` asked for it.
        ArgumentError, CapabilityError, RunError: see `CodeSource`.
    """
    reporter = resolve_reporter(reporter)
    sampler = FromPrior(prior, of_class, temperature=temperature).sampler(run, n, reporter, cancel)
    reporter.note(sampler.source)
    drawn: list[Tensor] = []
    with track(reporter, "drawing", n, "examples", cancel=cancel) as progress:
        for x in sampler.examples(n, seed, choice):
            drawn.append(x)
            progress.advance(len(x))
    return torch.cat(drawn)
