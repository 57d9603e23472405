"""Codes of examples: of a person's file, of an example of the data, of a whole part."""

import re
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.distributions import Distribution

from autoencode.data import Subset, sequential_batches
from autoencode.data.images.picture import UnreadableError, read_picture_header
from autoencode.distributions import Degenerate, Quantised
from autoencode.errors import ArgumentError, CapabilityError, DataError
from autoencode.posteriors import IdentityPosterior
from autoencode.runs.inputs import DATASET_ITEM, read_examples
from autoencode.runs.run import Run
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.reporter import Reporter, resolve_reporter, track
from autoencode.runtime.seeding import seeded_rng

Item = str | Path
"""A file, or an example of the data as PART:NUMBER, counted from 1: `test:17`."""

_NAME = 30


@dataclass(frozen=True, eq=False)
class EncodedExample:
    """One example and its code.

    Args:
        name: the file's name without its ending, or `test-17`.
        x: the example as the model saw it, (1, *data_shape).
        q: q(z|x), batch shape (1,).
        context: context of a conditional model, (1, ...), or None.
        note: a line that a person must be shown, such as that the picture was fitted to the model's size.
    """

    name: str
    x: Tensor
    q: Distribution
    context: Tensor | None
    note: str | None

    @property
    def z(self) -> Tensor:
        """The posterior mean, (1, *latent_shape), on the processor."""
        return self.q.mean.detach().cpu()


@tuned_cpu()
@torch.no_grad()
def encode_example(
    run: Run, item: Item, of_class: str | int | None = None, *, codewords: bool = False
) -> EncodedExample:
    """Encodes one example.

    Pictures are rotated upright and fitted to the model's size, and a note says so.

    Args:
        run: the trained model.
        item: a picture, a .npy file with one example, an example of the data such as `test:17`, or for a model of text
            a sentence, or a file with one.
        of_class: its class, for a model conditioned on classes; examples of the data bring their own.
        codewords: whether codes may be words of a codebook.

    Raises:
        DataError: the file cannot be read, or holds another number of examples than one.
        ArgumentError: no such example, or a class is missing or is not known.
        CapabilityError: codes that are words of a codebook.
    """
    found = DATASET_ITEM.fullmatch(str(item))
    if found and not Path(item).exists():
        name, x, context, note = _dataset_example(run, found[1], int(found[2]))
    elif run.modality.reads_text and not _is_file(item):
        name, x, context, note = _text_example(run, str(item))
    else:
        name, x, context, note = _file_example(run, Path(item), has_class=of_class is not None)
    if of_class is not None:
        context = run.contexts(1, of_class)
    context = context if run.model.is_conditional else None
    q = run.model.encode(x.to(run.device), None if context is None else context.to(run.device))
    q = q if codewords else require_real(q)
    return EncodedExample(name, x, q, context, note)


def _dataset_example(run: Run, name: str, number: int) -> tuple[str, Tensor, Tensor | None, None]:
    part = run.data.subsets[name]
    if not 1 <= number <= len(part):
        raise ArgumentError(f"there is no example {name}:{number}: the {name} part has {len(part):,}, counted from 1")
    row = slice(number - 1, number)
    return f"{name}-{number}", part.inputs(row), part.conditioning(row), None


def _is_file(item: Item) -> bool:
    """Whether a sentence is the name of a file, or ends like one."""
    try:
        return Path(item).is_file() or Path(item).suffix.lower() in (".txt", ".csv")
    except (OSError, ValueError):  # longer than a name can be
        return False


def _text_example(run: Run, line: str) -> tuple[str, Tensor, None, str | None]:
    x, note = run.modality.encode_lines([line])
    name = "-".join(re.findall(r"\w+", line))[:_NAME].strip("-") or "text"
    return name, x, None, note


def _file_example(run: Run, file: Path, *, has_class: bool) -> tuple[str, Tensor, None, str | None]:
    if run.model.is_conditional and not has_class:
        raise ArgumentError("this model needs more than a picture: say --class, or take an example such as test:1")
    try:
        x, note = read_examples(run, file)
    except DataError as error:
        raise DataError(f"{file}: {error}") from error
    first = f"{file.name}: the first of {len(x):,} examples is taken"
    taken = first if len(x) > 1 and run.modality.first_stands_for_file else None
    if len(x) != 1 and taken is None:
        raise DataError(f"{file} holds {len(x)} examples, and one is needed here")
    x, notes = x[:1], [line for line in (_resize_note(run, file), note, taken) if line]
    return file.stem, x, None, "; ".join(notes) or None


def _resize_note(run: Run, file: Path) -> str | None:
    """What was done to a picture of another size."""
    if not run.modality.resizable or file.suffix.lower() == ".npy":
        return None
    try:
        header = read_picture_header(file)
    except UnreadableError:
        return None
    height, width = run.model.data_shape[1:]
    if (header.height, header.width) == (height, width):
        return None
    return f"{file.name}: {header.width}x{header.height} pixels, fitted to the model's {width}x{height}"


def interpolate_context(a: EncodedExample, b: EncodedExample, shares: Tensor) -> Tensor | None:
    """The context of a conditional model between two examples: pictures are mixed, classes must be one.

    Args:
        a: the first.
        b: the last.
        shares: of `b`, (n,).

    Returns:
        (n, ...), or None for an unconditional model.

    Raises:
        ArgumentError: examples of two classes.
    """
    if a.context is None or b.context is None:
        return None
    if a.context.is_floating_point():
        return torch.lerp(a.context, b.context, shares.to(a.context).reshape(-1, *[1] * (a.context.ndim - 1)))
    if not torch.equal(a.context, b.context):
        raise ArgumentError(
            f"{a.name} and {b.name} are of two classes, and this model takes one at a time: say which with --class"
        )
    return a.context.expand(len(shares), *a.context.shape[1:])


@tuned_cpu()
@torch.no_grad()
def sample_codes(
    run: Run, part: Subset, seed: int, *, reporter: Reporter | None = None, cancel: CancelToken | None = None
) -> Tensor:
    """One code of each example, (n, numbers), on the processor: drawn from q(z|x), or the point that it is.

    Args:
        run: the trained model.
        part: the examples; of probabilities pictures are drawn.
        seed: of the draws; the global generators are left as they were.
        reporter: receives the progress of the task "encoding", in examples.
        cancel: ends it early.

    Raises:
        CancelledError: `cancel` asked for it.
        CapabilityError: codes that are not real numbers.
    """
    codes: list[Tensor] = []
    with (
        track(resolve_reporter(reporter), "encoding", len(part), "examples", cancel=cancel) as progress,
        seeded_rng(seed, run.device),
    ):
        for batch in sequential_batches(part, 500, device=run.device):
            x = torch.bernoulli(batch.x) if part.stochastic else batch.x
            q = require_real(run.model.encode(x, batch.context))
            z = q.mean if isinstance(q, Degenerate) else q.sample()
            codes.append(z.flatten(1).cpu())
            progress.advance(len(batch))
    if not codes[0].is_floating_point():
        raise CapabilityError("the codes of this model are whole numbers, and densities are over real ones")
    return torch.cat(codes)


@tuned_cpu()
@torch.no_grad()
def posterior_means(run: Run, part: Subset) -> Tensor:
    """Posterior means of examples, (n, numbers), on the processor.

    Raises:
        CapabilityError: codes that are words of a codebook.
    """
    batches = sequential_batches(part, run.batch_size, device=run.device)
    return torch.cat([require_real(run.model.encode(b.x, b.context)).mean.flatten(1).cpu() for b in batches])


@tuned_cpu()
@torch.no_grad()
def reconstruct_examples(run: Run, x: Tensor, context: Tensor | None = None) -> Tensor:
    """The means of p(x|z) at the posterior means, (n, *data_shape), in the model's units, on the processor.

    Args:
        run: the trained model.
        x: examples in the model's units, (n, *data_shape).
        context: of each, for a conditional model.
    """
    codes: list[Tensor] = []
    for start in range(0, len(x), run.batch_size):
        rows = slice(start, start + run.batch_size)
        of_rows = None if context is None else context[rows].to(run.device)
        codes.append(run.model.encode(x[rows].to(run.device), of_rows).mean)
    return run.decode_to_model_units(torch.cat(codes), context)


def check_has_code(run: Run) -> None:
    """Raises for a model whose code is the example itself.

    Raises:
        CapabilityError: it is.
    """
    if isinstance(run.model.posterior, IdentityPosterior):
        raise CapabilityError(
            f"{run.path} restores examples, and its code is the example itself: train a recipe with a code, such as "
            "pca-vae"
        )


def require_finite(codes: Tensor) -> Tensor:
    """The same codes.

    Raises:
        CapabilityError: some are infinite or no numbers.
    """
    if not bool(codes.isfinite().all()):
        raise CapabilityError("some codes are no finite numbers: the training diverged, or the data do not fit")
    return codes


def require_real(q: Distribution) -> Distribution:
    """The same posterior.

    Raises:
        CapabilityError: its codes are words of a codebook, between which there is nothing.
    """
    if isinstance(q, Quantised):
        raise CapabilityError(
            "the codes of this model are words of a codebook, between which there is nothing to walk through or to fit "
            "a density to; its own prior (empirical_prior=true) knows how frequent the words are"
        )
    return q
