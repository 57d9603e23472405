"""One training step: forward, backward and update."""

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from autoencode.data import Batch
from autoencode.errors import DivergenceError
from autoencode.model import Autoencoder
from autoencode.objectives import Objective, ObjectiveOutput
from autoencode.training.auxiliary_networks import AuxiliaryNetworks


class TrainStep(nn.Module):
    """The model and its objective as one module: the module that is compiled, recorded or distributed.

    Args:
        model: the model to train.
        objective: computes the loss and its terms.
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
    auxiliary: AuxiliaryNetworks,
    batch: Batch,
    step: int,
    grad_clip: float | None,
) -> dict[str, float]:
    """Makes one forward pass and one backward pass for the model and each auxiliary network, then updates them all.

    Args:
        train_step: the model and its objective.
        optimizer: of the model.
        auxiliary: the networks trained beside the model.
        batch: the examples.
        step: the number of the step, for schedules.
        grad_clip: the largest norm of the model's gradient, and of each auxiliary network's on its own.

    Returns:
        The loss and the means of its terms in nats per example, and each auxiliary network's loss under its name.

    Raises:
        DivergenceError: the loss or the gradient is not finite; the weights are then as they were before the step.
    """
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            parameter.grad = None
    values = _forward_backward(train_step, auxiliary, batch, step)
    check_finite(values, f"at step {step}")
    if grad_clip is not None:
        for part in (train_step, *auxiliary.networks.values()):
            clip_gradients(part, grad_clip, step)
    optimizer.step()
    auxiliary.step()
    return values


def _forward_backward(train_step: TrainStep, auxiliary: AuxiliaryNetworks, batch: Batch, step: int) -> dict[str, float]:
    output: ObjectiveOutput = train_step(batch, step)
    auxiliary.backward(output.auxiliary_losses)
    if auxiliary.networks:
        output.loss.backward(inputs=[p for p in train_step.model.parameters() if p.requires_grad])
    else:
        output.loss.backward()
    return _to_floats(output.scalars())


def _to_floats(scalars: Mapping[str, Tensor]) -> dict[str, float]:
    """All values in one transfer, since each transfer waits for the device."""
    together = torch.stack(list(scalars.values()))
    return dict(zip(scalars, together.tolist(), strict=True))


def clip_gradients(module: nn.Module, grad_clip: float, step: int) -> None:
    """Scales the gradient of a module down to a norm.

    Args:
        module: whose parameters have gradients.
        grad_clip: the largest norm.
        step: of the training, for the message.

    Raises:
        DivergenceError: the norm is not finite.
    """
    norm: Tensor = nn.utils.clip_grad_norm_(module.parameters(), grad_clip)
    check_finite({"gradient": norm.item()}, f"at step {step}")


def check_finite(values: Mapping[str, float], where: str) -> None:
    """Raises unless every value is finite.

    Args:
        values: by name; the last one that is not finite is named in the message.
        where: when it happened, for the message.

    Raises:
        DivergenceError: a value is NaN or infinite.
    """
    wrong = [name for name, value in values.items() if not math.isfinite(value)]
    if not wrong:
        return
    name = wrong[-1]  # the terms come after the loss, and say more
    raise DivergenceError(
        f"'{name}' became {values[name]} {where}: try a lower --learning-rate, --grad-clip 100, or "
        "--precision float32; the last checkpoint is kept"
    )
