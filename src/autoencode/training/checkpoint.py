"""The state of a training in one file, from which it resumes exactly."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError
from torch import Tensor

from autoencode.errors import RunError
from autoencode.runs.checked import first_problem
from autoencode.runs.tensor_file import load_into, load_tensors, read_header, save_tensors
from autoencode.training.learner import Learner
from autoencode.training.optimizers import load_state_tensors, state_tensors

# What a stranger's checkpoint may say.
_Steps = Annotated[int, Field(strict=True, ge=0, lt=2**53)]
_Finite = Annotated[float, Field(strict=True, allow_inf_nan=False)]


def _with_loss(sums: dict[str, float]) -> dict[str, float]:
    if sums and "loss" not in sums:
        raise ValueError("should hold a loss")
    return sums


_Sums = Annotated[
    dict[Annotated[str, Field(max_length=300)], _Finite], Field(max_length=100), AfterValidator(_with_loss)
]


@dataclass
class TrainerState:
    """How far a training is, in numbers.

    Args:
        step: steps made; batches and noise follow from it and the seed.
        best_loss: the smallest validation loss so far.
        patience_best: the loss that patience compares with: the last one that was better by `min_delta`.
        epochs_since_best: epochs since then, for early stopping.
        term_sums: of the terms over the steps of the unfinished epoch.
        seconds: of training and validation so far, without preparation.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    step: _Steps = 0
    best_loss: float = float("inf")
    patience_best: float = float("inf")
    epochs_since_best: _Steps = 0
    term_sums: _Sums = field(default_factory=dict[str, float])
    seconds: _Finite = 0.0

    def forget_best(self) -> None:
        """The next epoch is the best one, as losses are others than before."""
        self.best_loss = self.patience_best = float("inf")
        self.epochs_since_best = 0


_STATE = TypeAdapter(TrainerState)


def save_checkpoint(path: Path, learner: Learner, state: TrainerState) -> None:
    """Writes the state of a training, whole or not at all.

    Raises:
        StorageError: the file cannot be written.
    """
    parts = {
        "model": learner.model.state_dict(),
        "optimizer": state_tensors(learner.optimizer),
        "auxiliary": learner.auxiliary.tensors(),
        "ema": learner.ema.tensors,
    }
    tensors = {f"{part}.{name}": value for part, named in parts.items() for name, value in named.items()}
    save_tensors(path, tensors, asdict(state))


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint that was read and whose checksum is right.

    Args:
        path: its file.
        tensors: weights, and the state of optimizers and moving average.
        state: how far the training was.
    """

    path: Path
    tensors: Mapping[str, Tensor]
    state: TrainerState

    @classmethod
    def read(cls, path: Path) -> "Checkpoint":
        """Reads a file of `save_checkpoint`.

        Raises:
            RunError: the file is missing, truncated or tampered with.
        """
        tensors, facts = load_tensors(path)
        return cls(path, tensors, _as_state(facts, path))

    def restore(self, learner: Learner) -> None:
        """Gives a learner the state of the checkpoint, in the memory that its tensors have.

        Raises:
            RunError: the state belongs to another model or another training.
        """
        load_into(learner.model, self._part("model"), self.path)
        try:
            learner.auxiliary.load(self._part("auxiliary"), self.path)
            load_state_tensors(learner.optimizer, self._part("optimizer"))
            learner.ema.load(self._part("ema"))
        except RunError:
            raise
        except (LookupError, ValueError, RuntimeError) as error:
            raise RunError(f"{self.path} holds the state of another training ({error}): train a new run") from error

    def _part(self, name: str) -> dict[str, Tensor]:
        start = name + "."
        return {key.removeprefix(start): value for key, value in self.tensors.items() if key.startswith(start)}


def read_state(path: Path) -> TrainerState:
    """How far a training is; the state before the first step where there is no checkpoint. No tensor is read.

    Raises:
        RunError: the file is truncated, or of another kind.
    """
    if not path.is_file():
        return TrainerState()
    return _as_state(read_header(path).read_facts(path), path)


def _as_state(facts: Mapping[str, object], path: Path) -> TrainerState:
    try:
        return _STATE.validate_python(facts)
    except ValidationError as error:
        raise RunError(
            f"{path} holds no state of a training ({first_problem(error)}): copy the run folder again, or train anew"
        ) from error
