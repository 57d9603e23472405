"""One step of training."""

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from autoencode.data import Batch
from autoencode.errors import DivergenceError
from autoencode.model import Autoencoder
from autoencode.objectives import Objective, ObjectiveOutput
from autoencode.training.adversaries import Adversaries


class TrainStep(nn.Module):
    """The model and its objective as one module: what compiling and distributing wrap.

    Args:
        model: what is trained.
        objective: what judges it.
        precision: of the networks, `float32` or `bfloat16`; likelihoods, divergences and losses are always float32.
    """

    def __init__(self, model: Autoencoder, objective: Objective, precision: str = "float32") -> None:
        super().__init__()
        self.model, self.objective, self.precision = model, objective, precision

    def forward(self, batch: Batch, step: int | None) -> ObjectiveOutput:
        """The objective's output for a batch."""
        if self.precision == "float32":
            return self.objective(self.model, batch, step)
        with torch.autocast(batch.x.device.type, torch.bfloat16):
            return self.objective(self.model, batch, step)


def training_step(
    train_step: TrainStep,
    optimizer: Optimizer,
    adversaries: Adversaries,
    batch: Batch,
    step: int,
    grad_clip: float | None,
) -> dict[str, float]:
    """One forward pass; backward for the model and for each adversary; then all are updated.

    Args:
        train_step: the model and its objective.
        optimizer: of the model.
        adversaries: of the objective.
        batch: what is learned from.
        step: its number.
        grad_clip: bounds the gradient of the model, and that of each adversary, on its own.

    Returns the loss and the means of its terms, and each adversary's loss under its name.

    Raises:
        DivergenceError: the loss or the gradient is no finite number; the weights are then those of before the step.
    """
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            parameter.grad = None
    values = _forward_backward(train_step, adversaries, batch, step)
    check_finite(values, f"at step {step}")
    if grad_clip is not None:
        for part in (train_step, *adversaries.networks.values()):
            _clip(part, grad_clip, step)
    optimizer.step()
    adversaries.step()
    return values


def _forward_backward(train_step: TrainStep, adversaries: Adversaries, batch: Batch, step: int) -> dict[str, float]:
    output: ObjectiveOutput = train_step(batch, step)
    adversaries.backward(output.auxiliary_losses)
    if adversaries.networks:
        output.loss.backward(inputs=[p for p in train_step.model.parameters() if p.requires_grad])
    else:
        output.loss.backward()
    return _to_floats(output.scalars())


def _to_floats(scalars: Mapping[str, Tensor]) -> dict[str, float]:
    """All at once, since a device is waited for each time that a number is asked of it."""
    together = torch.stack(list(scalars.values()))
    return dict(zip(scalars, together.tolist(), strict=True))


def _clip(module: nn.Module, grad_clip: float, step: int) -> None:
    norm: Tensor = nn.utils.clip_grad_norm_(module.parameters(), grad_clip)
    check_finite({"gradient": norm.item()}, f"at step {step}")


def check_finite(values: Mapping[str, float], where: str) -> None:
    """Raises unless every value is a finite number.

    Raises:
        DivergenceError: the message names the value, says `where`, and what to try.
    """
    wrong = [name for name, value in values.items() if not math.isfinite(value)]
    if not wrong:
        return
    name = wrong[-1]  # the terms come after the loss, and say more
    raise DivergenceError(
        f"'{name}' became {values[name]} {where}: try a lower --learning-rate, --grad-clip 100, or "
        "--precision float32; the last checkpoint is kept"
    )
