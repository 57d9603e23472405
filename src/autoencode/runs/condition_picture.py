"""A person's own picture as the context of a conditional model."""

from pathlib import Path

from torch import Tensor

from autoencode.data import ImageModality, modality_of
from autoencode.data.new_examples import read_resized_picture
from autoencode.errors import ArgumentError, DataError
from autoencode.runs.run import Run


def read_condition(run: Run, file: str | Path, n: int) -> Tensor:
    """A picture, such as the outline of a building, `n` times over: (n, channels, height, width) in [0, 1].

    It is rotated upright and fitted to the size of the contexts that the model was trained with.

    Raises:
        ArgumentError: the model is not conditioned on pictures.
        DataError: the file cannot be read.
    """
    shape = run.folder.record.arguments.get("context_shape") if run.model.is_conditional else None
    if shape is None or not isinstance(modality_of(shape), ImageModality):
        raise ArgumentError(f"{run.path} is not conditioned on pictures: leave --condition out")
    try:
        return read_resized_picture(Path(file), tuple(shape)).expand(n, *shape)
    except DataError as error:
        raise DataError(f"{file}: {error}") from error
