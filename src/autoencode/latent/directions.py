"""Directions in the space of codes, along which an attribute grows."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.data import Subset
from autoencode.errors import ArgumentError, DataError, RunError
from autoencode.latent.encoding import posterior_means
from autoencode.latent.ex_post.storage import model_fingerprint
from autoencode.runs.checked import Checked, Count, Name, check
from autoencode.runs.inputs import expand_folders, read_examples
from autoencode.runs.run import Run
from autoencode.runs.tensor_file import load_tensors, save_tensors

_MOST = 5_000
"""Codes on each side are enough to know their mean by."""
_LEAST = 1e-3
"""A direction of which less than this share is left beside the others is nothing but them."""
_ADVICE = "remove it, and the directions are computed again"


class _Facts(Checked):
    """What the file says of its directions: the model's fingerprint, and the numbers of examples without and with."""

    model: Name
    examples: dict[Name, tuple[Count, Count]]


@dataclass(frozen=True, eq=False)
class Direction:
    """From the mean code of examples without an attribute to that of examples with it.

    Args:
        name: of the attribute.
        vector: the difference of the two means, (numbers,): one of it is the amount 1.
        n_without: examples without the attribute.
        n_with: examples with it.
    """

    name: str
    vector: Float[Tensor, " numbers"]
    n_without: int
    n_with: int


def class_direction(run: Run, of_class: str | int) -> Direction:
    """From the mean code of all other classes to that of this one, over training examples whose class is known.

    Args:
        run: the trained model.
        of_class: the name or the number of the class.

    Raises:
        ArgumentError: no such class, or none but it.

    References:
        Larsen et al., "Autoencoding beyond pixels using a learned similarity metric", ICML 2016, section 4 (visual
        attribute vectors).
    """
    number, labels = run.class_index(of_class), run.data.train.labels
    name = run.classes[number]
    if labels is None:
        raise ArgumentError(f"the data of {run.path} have no labels: give two folders with --from and --to")
    places = ((labels >= 0) & (labels != number), labels == number)
    sides = [run.data.train[place.nonzero().flatten()].subsample(_MOST) for place in places]
    if not all(map(len, sides)):
        raise ArgumentError(f"a direction needs examples with {name!r} and without, and one side has none")
    without, having = (posterior_means(run, part).mean(0) for part in sides)
    return Direction(name, having - without, len(sides[0]), len(sides[1]))


def direction_between_folders(
    run: Run, name: str, without: str | Path, having: str | Path, of_class: str | int | None = None
) -> Direction:
    """From the mean code of one folder's pictures to that of another's.

    Args:
        run: the trained model.
        name: what to call it.
        without: a folder of pictures, or a .npy file.
        having: another, whose examples have what the first one's lack.
        of_class: the class of all, for a model conditioned on classes.

    Raises:
        DataError: no example in one of them can be read.
    """
    sides = [_examples(run, Path(folder)) for folder in (without, having)]
    means = [posterior_means(run, Subset(x, context=run.contexts(len(x), of_class))).mean(0) for x in sides]
    return Direction(name, means[1] - means[0], len(sides[0]), len(sides[1]))


def _examples(run: Run, folder: Path) -> Tensor:
    """All that can be read."""
    found: list[Tensor] = []
    for file in expand_folders([folder])[0]:
        try:
            found.append(read_examples(run, file)[0])
        except DataError:
            continue
    if not found:
        raise DataError(f"no example in {folder} can be read")
    return torch.cat(found)


def orthogonalise(directions: Sequence[Direction]) -> list[Direction]:
    """Each direction without what it shares with the others, so that moving along one leaves the others' amounts alone.

    Raises:
        ArgumentError: nothing is left of one.

    References:
        Shen, Gu, Tang and Zhou, "Interpreting the latent space of GANs for semantic face editing", CVPR 2020, section
        2.2 (conditional manipulation).
    """
    return [_project_out(one, [o for o in directions if o is not one]) for one in directions]


def _project_out(one: Direction, others: Sequence[Direction]) -> Direction:
    if not others:
        return one
    span = torch.stack([other.vector for other in others]).T.double()
    basis = torch.linalg.svd(span, full_matrices=False)
    kept = basis.U[:, _LEAST * basis.S[0] < basis.S]
    vector = one.vector.double()
    left = vector - kept @ (kept.T @ vector)
    if left.norm() <= _LEAST * vector.norm():
        raise ArgumentError(
            f"'{one.name}' lies in the span of the other attributes: nothing is left of it, leave --orthogonal out"
        )
    return Direction(one.name, left.to(one.vector), one.n_without, one.n_with)


def saved_directions(run: Run) -> dict[str, Direction]:
    """The directions that the run folder keeps, by name; those of other weights are left out.

    Raises:
        RunError: the file was tampered with.
    """
    file = _file(run)
    if not os.path.lexists(file):
        return {}
    tensors, content = load_tensors(file)
    facts = check(_Facts, content, str(file), _ADVICE)
    if facts.model != model_fingerprint(run.model):
        return {}
    return {name: _saved_direction(name, vector, facts, run, file) for name, vector in tensors.items()}


def _saved_direction(name: str, vector: Tensor, facts: "_Facts", run: Run, file: Path) -> Direction:
    if name not in facts.examples or vector.shape != (run.latent_size,):
        raise RunError(f"{file} holds no direction of {run.latent_size} numbers as {name[:60]!r}: {_ADVICE}")
    if not vector.isfinite().all():
        raise RunError(f"{file} holds NaN or infinity in {name[:60]!r}: {_ADVICE}")
    return Direction(name, vector.float(), *facts.examples[name])


def save_direction(run: Run, direction: Direction) -> None:
    """Keeps a direction in `directions.safetensors` in the run folder, beside the others; of two alike the later."""
    kept = {**_load_or_empty(run), direction.name: direction}
    facts = {
        "model": model_fingerprint(run.model),
        "examples": {name: [one.n_without, one.n_with] for name, one in kept.items()},
    }
    save_tensors(_file(run), {name: one.vector for name, one in kept.items()}, facts)


def _load_or_empty(run: Run) -> dict[str, Direction]:
    try:
        return saved_directions(run)
    except RunError:  # a damaged file is written anew
        return {}


def _file(run: Run) -> Path:
    return run.path / "directions.safetensors"


def get_direction(run: Run, name: str) -> Direction:
    """A direction that was kept, or else a class's, which is then kept.

    Raises:
        ArgumentError: neither, and the message lists what there is; or a class without examples.
    """
    kept = saved_directions(run)
    if name in kept:
        return kept[name]
    try:
        run.class_index(name)
    except ArgumentError as error:
        known = ", ".join(dict.fromkeys([*kept, *run.classes])) or "none yet"
        raise ArgumentError(
            f"no attribute {name!r}; there are: {known}. Another one comes from two folders: --from plain/ --to {name}/"
        ) from error
    found = class_direction(run, name)
    save_direction(run, found)
    return found
