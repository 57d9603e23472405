"""A training step as one compiled program."""

from functools import partial
from typing import Any

import torch
from torch import nn

from autoencode.data import Batch
from autoencode.errors import CapabilityError
from autoencode.kernels import has_bfloat16
from autoencode.kernels.torch_private import is_data_dependent
from autoencode.runtime.seeding import preserved_rng
from autoencode.training.execution.custom_kernels import has_custom_kernel
from autoencode.training.execution.equivalence import matches_eager
from autoencode.training.execution.functional_step import FunctionalStep
from autoencode.training.execution.graph_compiler import compile_traced
from autoencode.training.execution.step_executor import EagerStep, StepExecutor
from autoencode.training.execution.train_step import TrainStep, check_finite

_MIN_STEPS = 8_000
"""With fewer steps the time saved is less than the ten seconds that the compiler takes."""
_CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
_DATA_DEPENDENT = "cannot compile the training step: its control flow depends on data"


def is_worth_compiling(train_step: TrainStep, steps: int, device: torch.device) -> bool:
    """Whether a compiled step saves more time than the compiler takes, and nothing rules it out.

    A step of small networks spends a quarter to a half of its time between operations, most of which a compiled one
    saves (docs/decisions/0012, 0017). Where all convolutions are PyTorch's, a compiled step is as fast or slower.

    Args:
        train_step: the model and its objective.
        steps: the planned number of training steps.
        device: where they are computed.
    """
    if train_step.objective.auxiliary_networks or steps < _MIN_STEPS or device.type != "cpu":
        return False
    if train_step.model.likelihood.varies_in_work:
        return False
    convolutions = [part for part in train_step.modules() if isinstance(part, _CONVOLUTIONS)]
    ours = any(has_custom_kernel(part, train_step.precision) for part in convolutions)
    return _supports(train_step.precision) and (ours or not convolutions)


class CompiledStep(StepExecutor):
    """Runs a whole step, from stored examples to updated weights, as one program for each common batch size.

    On the processor the program is compiled; on a GPU its kernels are recorded and replayed. Batches of other sizes are
    run eagerly. The step is traced with real numbers (as JAX does) and compared with the eager step before it is used.
    Noise comes from the same generator as in the eager step, and this library's own kernels are part of the program, so
    that both ways round alike in bfloat16.

    Args:
        eager: the same step, eagerly; on the processor or an NVIDIA GPU.
        seed: of the noise.
        steps: the planned number of steps: batch sizes that occur in many of them get a program.

    Raises:
        CapabilityError: another device or precision, auxiliary networks, control flow that depends on data, or no
            compiler.
    """

    is_compiled = True

    def __init__(self, eager: EagerStep, seed: int, steps: int = 0) -> None:
        _check_capable(eager)
        self._eager, self._seed = eager, seed
        self._programs: dict[torch.Size, Any] = {}
        batches = eager.batches
        (usual, _), *others = batches.batch_sizes()
        many = [step for step, count in others if count * steps >= _MIN_STEPS * batches.steps_per_epoch]
        try:
            with preserved_rng(batches.device):
                self._function = FunctionalStep(eager, batches.gather(usual), usual)
                for step in (usual, *many):
                    self._programs[batches.gather(step).x.shape] = self._compile(step)
        except CapabilityError:
            raise
        except Exception as error:  # of the compiler, the linker, or of operations that cannot be traced
            raise CapabilityError(_reason(error)) from error

    def _compile(self, step: int) -> Any:
        """The program for batches of the size that this step has."""
        eager, rows = self._eager, self._eager.batches.gather(step)
        function = partial(self._function, rows)
        program = compile_traced(function, self._function.state(), self._function.inputs(rows, step))
        other_step = step + eager.batches.steps_per_epoch
        if not matches_eager(program, self._function, eager, rows, other_step, self._seed):
            raise CapabilityError(_DATA_DEPENDENT)
        return program

    def has_program_for(self, rows: Batch) -> bool:
        """Whether a program was compiled for batches of this size."""
        return rows.x.shape in self._programs

    def run(self, rows: Batch, step: int) -> dict[str, float]:
        """As `StepExecutor.run`."""
        program = self._programs.get(rows.x.shape)
        if program is None:
            return self._eager.run(rows, step)
        with torch.no_grad():
            numbers, *gradients = program(*self._function.state(), *self._function.inputs(rows, step))
        norm, *means = numbers.tolist()
        values = dict(zip(self._function.term_names, means, strict=True))
        check_finite({"gradient": norm, **values}, f"at step {step}")
        self._function.update(gradients)
        return values


def _check_capable(eager: EagerStep) -> None:
    device, precision = eager.batches.device.type, eager.train_step.precision
    if device not in ("cpu", "cuda"):
        raise CapabilityError(f"cannot compile the training step on {device}: only on a processor or an NVIDIA GPU")
    if device == "cpu" and not _supports(precision):
        raise CapabilityError(f"cannot compile the training step in {precision}: this processor does not support it")
    if eager.train_step.objective.auxiliary_networks:
        raise CapabilityError("cannot compile the training step: it trains auxiliary networks beside the model")


def _reason(error: Exception) -> str:
    if is_data_dependent(error):
        return _DATA_DEPENDENT
    lines = (str(error).strip() or type(error).__name__).splitlines()
    return f"cannot compile the training step: {lines[0]}"


def _supports(precision: str) -> bool:
    return precision == "float32" or has_bfloat16()
