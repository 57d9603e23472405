"""All that an exact resume needs, in one file."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from torch import Tensor
from torch.optim import Optimizer

from autoencode.model import Autoencoder
from autoencode.runs.tensor_file import load_into, load_tensors, save_tensors
from autoencode.training.auxiliary_networks import AuxiliaryNetworks
from autoencode.training.ema import ExponentialMovingAverage
from autoencode.training.optimizers import load_state_tensors, state_tensors


@dataclass
class TrainerState:
    """How far a training is, in numbers.

    Args:
        step: steps done; batches and noise follow from it and the seed.
        best_loss: the smallest validation loss so far.
        patience_best: the one that counts for patience: the last that was better by the minimum change.
        epochs_since_best: epochs since it was counted as better, for early stopping.
        term_sums: of the terms over the steps of the unfinished epoch.
        seconds: of training so far.
    """

    step: int = 0
    best_loss: float = float("inf")
    patience_best: float = float("inf")
    epochs_since_best: int = 0
    term_sums: dict[str, float] = field(default_factory=dict[str, float])
    seconds: float = 0.0


def save_checkpoint(
    path: Path,
    model: Autoencoder,
    optimizer: Optimizer,
    auxiliary: AuxiliaryNetworks,
    ema: ExponentialMovingAverage,
    state: TrainerState,
) -> None:
    """Writes the state of a training, whole or not at all."""
    parts = {
        "model": model.state_dict(),
        "optimizer": state_tensors(optimizer),
        "auxiliary": auxiliary.tensors(),
        "ema": ema.tensors,
    }
    tensors = {f"{part}.{name}": value for part, named in parts.items() for name, value in named.items()}
    save_tensors(path, tensors, asdict(state))


def load_checkpoint(
    path: Path, model: Autoencoder, optimizer: Optimizer, auxiliary: AuxiliaryNetworks, ema: ExponentialMovingAverage
) -> TrainerState:
    """Puts the state of a training back.

    Raises:
        RunError: the file is missing, truncated, tampered with, or another model's.
    """
    tensors, facts = load_tensors(path)
    load_into(model, _with_prefix(tensors, "model"), path)
    load_state_tensors(optimizer, _with_prefix(tensors, "optimizer"))
    auxiliary.load(_with_prefix(tensors, "auxiliary"), path)
    ema.load(_with_prefix(tensors, "ema"))
    return TrainerState(**facts)


def _with_prefix(tensors: Mapping[str, Tensor], part: str) -> dict[str, Tensor]:
    return {name.removeprefix(part + "."): value for name, value in tensors.items() if name.startswith(part + ".")}
