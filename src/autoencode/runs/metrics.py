"""The lines of metrics.jsonl: one an epoch."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from autoencode.errors import RunError
from autoencode.runs.checked import first_problem
from autoencode.runs.plain_file import read_plain
from autoencode.storage import atomic_write

_MAX_BYTES, _MAX_LINES = 2**28, 300_000

Terms = Annotated[dict[Annotated[str, Field(max_length=300)], float], Field(max_length=100)]


def _with_loss(terms: dict[str, float]) -> dict[str, float]:
    if "loss" not in terms:
        raise ValueError("should hold a loss")
    return terms


class EpochMetrics(BaseModel):
    """One line of metrics.jsonl.

    Args:
        step: training steps done.
        epoch: passes through the data done; a fraction at the end of a shortened training.
        train: means over the epoch's steps of the loss and its terms, in nats for each example.
        validation: the same over the validation part, with the weights that would be kept.
        learning_rate: the highest of the epoch's last step.
        best: whether the validation loss was the best so far.
        seconds: of training and validation so far, without preparation, all pieces of a resumed run added.
        examples_per_second: in training alone, over this epoch.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    step: int = Field(ge=0, lt=2**63)
    epoch: float
    train: Annotated[Terms, AfterValidator(_with_loss)]
    validation: Annotated[Terms, AfterValidator(_with_loss)]
    learning_rate: float
    best: bool
    seconds: float
    examples_per_second: float

    def as_dict(self) -> dict[str, Any]:
        """The line as JSON."""
        return self.model_dump()


def read_metrics(path: Path) -> list[EpochMetrics]:
    """The lines of a file; a last line that a crash cut off is left out. None where there is no file.

    Raises:
        RunError: another line is not an epoch's.
    """
    if not os.path.lexists(path):
        return []
    lines = read_plain(path, _MAX_BYTES).split(b"\n")
    if len(lines) > _MAX_LINES:
        raise RunError(
            f"{path} has {len(lines):,} lines, and at most {_MAX_LINES:,} are read: copy the run folder again"
        )
    *whole, rest = lines
    found = [_line(line, f"{path}, line {number}") for number, line in enumerate(whole, start=1)]
    if rest:  # without a line break at its end
        try:
            found.append(_line(rest, str(path)))
        except RunError:
            return found
    return found


def write_metrics(path: Path, epochs: Sequence[EpochMetrics]) -> None:
    """Replaces a file.

    Raises:
        StorageError: it cannot be written.
    """
    atomic_write(path, "".join(json.dumps(epoch.as_dict()) + "\n" for epoch in epochs))


def _line(text: bytes, name: str) -> EpochMetrics:
    try:
        return EpochMetrics.model_validate_json(text)
    except ValidationError as error:
        raise RunError(f"{name}: {first_problem(error)}: copy the run folder again") from None
