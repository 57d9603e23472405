"""Adds generated examples to each class of a data set."""

from pathlib import Path

from autoencode.errors import ArgumentError
from autoencode.runs.run import Run
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter
from autoencode.runtime.seeding import derive_seed
from autoencode.tasks.generate import generate


def augment(
    run: Run,
    per_class: int = 100,
    out: str | Path | None = None,
    *,
    temperature: float = 1.0,
    seed: int = 0,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> dict[str, list[Path]]:
    """Generates as many examples of each class, into one folder a class, as `train` and classifiers read them.

    A model that is conditioned on classes is given the class; for any other a normal is fitted to the codes of the
    class's training examples. Whether a classifier gains by it depends on the data (docs/own-pictures.md).

    Args:
        run: the trained model; its data have classes.
        per_class: how many of each.
        out: where to write; `augmented/` in the run folder by default.
        temperature: factor on the standard deviations of the codes; below 1 more typical, above 1 more unusual.
        seed: the same seed gives the same examples.
        reporter: receives the progress of each class.
        cancel: ends it early; what is written is kept.

    Returns:
        The files of each class.

    Raises:
        ArgumentError: the data have no classes, or a file is there that autoencode did not write.
        CancelledError: `cancel` asked for it.
        CapabilityError: the model has no codes to draw.
    """
    if not run.classes:
        raise ArgumentError(
            f"the data of {run.path} have no classes: put the pictures of each into a folder of its own"
        )
    folder = Path(out) if out else run.path / "augmented"
    return {
        name: generate(
            run,
            per_class,
            folder / _folder_name(name),
            seed=derive_seed(seed, number) % 2**31,
            of_class=number,
            temperature=temperature,
            reporter=reporter,
            cancel=cancel,
        )[1]
        for number, name in enumerate(run.classes)
    }


def _folder_name(name: str) -> str:
    """A class's name without what a path would read as another folder."""
    return name.replace("/", "_").replace("\\", "_").lstrip(".") or "_"
