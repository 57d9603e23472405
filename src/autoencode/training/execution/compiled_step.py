"""A step of training as one compiled program."""

from collections.abc import Sequence
from functools import partial
from itertools import islice
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.optim import Optimizer

from autoencode.data import Batch, Batches
from autoencode.errors import CapabilityError
from autoencode.kernels import has_bfloat16
from autoencode.objectives import ObjectiveOutput
from autoencode.objectives.schedules import Schedule, override_schedules
from autoencode.runtime.seeding import preserved_rng, seed_rng
from autoencode.training.execution.custom_kernels import has_custom_kernel
from autoencode.training.execution.functional_adam import FunctionalAdam, has_functional_form
from autoencode.training.execution.graph_compiler import cloned, compile_traced
from autoencode.training.execution.train_step import TrainStep, check_finite

_MIN_STEPS = 8_000
"""Fewer gain less than the ten seconds that a compiler takes."""
_CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
_DATA_DEPENDENT = "a step that chooses by its numbers is not compiled"
_TOLERANCE_OF = {"float32": 1e-3, "bfloat16": 3e-2}


def is_worth_compiling(train_step: TrainStep, steps: int, device: torch.device) -> bool:
    """Whether a compiled step would be faster, by more than the compiler takes, and has nothing that rules it out.

    A step of small networks spends a quarter to a half of its time between operations, most of which a compiled one
    saves (docs/decisions/0012, 0017). Where all convolutions are PyTorch's, a compiled step is as fast or slower.
    """
    if train_step.objective.auxiliary_networks or steps < _MIN_STEPS or device.type != "cpu":
        return False
    convolutions = [part for part in train_step.modules() if isinstance(part, _CONVOLUTIONS)]
    ours = any(has_custom_kernel(part, train_step.precision) for part in convolutions)
    return _supports(train_step.precision) and (ours or not convolutions)


class CompiledStep:
    """A whole step, from stored examples to changed weights, as one program for each common size of batch.

    On the processor the program is compiled; on a GPU its kernels are recorded and replayed.

        rows, weights, Adam's state, scheduled numbers ─► [ batch ─► forward ─► backward ─► Adam ] ─► means of the terms

    The step is made once with real numbers and every operation is written down (as JAX does); noise is drawn by the
    same generator as without compiling. What changes from step to step besides is an input: values of schedules.
    An optimizer other than Adam comes after the program, which then gives the gradients.
    Before it is used, it is compared with the step as it is on another batch and step. This library's own layers are
    in it as they are, and so are rounded in bfloat16 as they are without compiling.

    Args:
        train_step: the model and its objective; on the processor or an NVIDIA GPU.
        optimizer: of the model.
        batches: the size that most of them have is compiled for, and another of which there are many.
        seed: of the noise.
        grad_clip: bounds the gradient.
        steps: that are planned.

    Raises:
        CapabilityError: another device or precision, adversaries, or a choice that depends on numbers; or no compiler.
    """

    def __init__(
        self,
        train_step: TrainStep,
        optimizer: Optimizer,
        batches: Batches,
        seed: int,
        grad_clip: float | None = None,
        steps: int = 0,
    ) -> None:
        self._step = train_step
        self._optimizer, self._batches = optimizer, batches
        self._seed, self._clip = seed, grad_clip
        self._weights = {name: p for name, p in self._step.named_parameters() if p.requires_grad}
        self._schedules: list[Schedule] = []
        self._changed_buffers: dict[str, Tensor] = {}
        self._term_names: list[str] = []
        self._detached: list[Tensor] = []
        self._programs: dict[torch.Size, Any] = {}
        (usual, _), *others = batches.batch_sizes()
        many = [place for place, count in others if count * steps >= _MIN_STEPS * batches.steps_per_epoch]
        try:
            with preserved_rng(batches.device):
                self._used_weights = self._probe(batches.gather(usual), usual)
                written = has_functional_form(optimizer)
                self._adam = FunctionalAdam(optimizer, self._used_weights) if written else None
                for place in (usual, *many):
                    self._programs[batches.gather(place).x.shape] = self._compile(place)
        except CapabilityError:
            raise
        except Exception as error:  # the compiler's, the linker's, or those of operations that it cannot write down
            if "_local_scalar_dense" in str(error):
                raise CapabilityError(_DATA_DEPENDENT) from error
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise CapabilityError(f"this step cannot be compiled: {reason}") from error

    def accepts(self, rows: Batch) -> bool:
        """Whether they are as many as was compiled for."""
        return rows.x.shape in self._programs

    def __call__(self, rows: Batch, step: int) -> dict[str, float]:
        """Takes the step; returns the loss and the means of its terms.

        Args:
            rows: what `Batches.gather` gives.
            step: its number.

        Raises:
            DivergenceError: the loss or the gradient is no finite number; the weights are then those of before.
        """
        with torch.no_grad():
            numbers, *gradients = self._programs[rows.x.shape](*self._memory(), *self._step_inputs(rows, step))
        gradient_norm, *means = numbers.tolist()
        values = dict(zip(self._term_names, means, strict=True))
        check_finite({"gradient": gradient_norm, **values}, f"at step {step}")
        if self._adam is None:
            self._update(gradients)
        return values

    def _update(self, gradients: Sequence[Tensor]) -> None:
        self._optimizer.zero_grad(set_to_none=True)
        for weight, gradient in zip(self._used_weights, gradients, strict=True):
            weight.grad = gradient
        self._optimizer.step()

    def _probe(self, rows: Batch, step: int) -> list[nn.Parameter]:
        """Makes the pass once and notes what is read and what is reached."""
        device = rows.x.device.type
        if device not in ("cpu", "cuda"):
            raise CapabilityError("a step is compiled on the processor or an NVIDIA GPU only")
        if device == "cpu" and not _supports(self._step.precision):
            raise CapabilityError(f"a step is not compiled in {self._step.precision} on this processor")
        if self._step.objective.auxiliary_networks:
            raise CapabilityError("a step with adversaries is not compiled")
        before = {name: buffer.clone() for name, buffer in self._step.named_buffers()}

        def note(schedule: Schedule, step: int) -> float:
            self._schedules.append(schedule)
            return schedule(step)

        with override_schedules(note):
            output = self._step(self._batches.prepare(rows), step)
        self._changed_buffers = {name: b for name, b in self._step.named_buffers() if not torch.equal(b, before[name])}
        self._term_names = list(output.scalars())
        weights = list(self._weights.values())
        gradients = cast("tuple[Tensor | None, ...]", torch.autograd.grad(output.loss, weights, allow_unused=True))
        _copy_into([before[name] for name in self._changed_buffers], list(self._changed_buffers.values()))
        return [p for p, gradient in zip(weights, gradients, strict=True) if gradient is not None]

    def _memory(self) -> list[Tensor]:
        """Weights, other numbers that steps keep, Adam's state: the same memory at every step."""
        if not self._detached:
            self._detached = [p.detach() for p in self._weights.values()]
        return [*self._detached, *self._changed_buffers.values(), *([] if self._adam is None else self._adam.state())]

    def _step_inputs(self, rows: Batch, step: int) -> list[Tensor]:
        """What is the same for all weights in Adam, values of schedules, what there is of the rows."""
        adam = [] if self._adam is None else [self._adam.scalars()]
        scheduled = torch.tensor([schedule(step) for schedule in self._schedules], dtype=torch.float64)
        shown = [rows.x] if rows.target is rows.x else [rows.x, rows.target]
        context = [] if rows.context is None else [rows.context]
        return [*adam, scheduled, *shown, *context]

    def _functional_step(self, rows: Batch, *inputs: Tensor) -> tuple[Tensor, ...]:
        """The step as a function of `_memory` and `_step_inputs`; the rows tell which of these there are."""
        given = iter(inputs)
        own = dict(zip(self._weights, islice(given, len(self._weights)), strict=True))
        kept = dict(zip(self._changed_buffers, islice(given, len(self._changed_buffers)), strict=True))
        adam = [] if self._adam is None else list(islice(given, 3 * len(self._used_weights) + 1))
        scheduled = iter(next(given).unbind())
        x = next(given)
        target = x if rows.target is rows.x else next(given)
        batch = self._batches.prepare(Batch(x, target, None if rows.context is None else next(given)))
        weights = {name: weight.detach().requires_grad_() for name, weight in own.items()}
        reached = {id(p) for p in self._used_weights}
        names = [name for name, p in self._weights.items() if id(p) in reached]
        with torch.enable_grad(), override_schedules(lambda _, __: next(scheduled)):
            output: ObjectiveOutput = functional_call(self._step, {**weights, **kept}, (batch, 0))
            gradients = torch.autograd.grad(output.loss, [weights[name] for name in names])
        numbers, gradients = _clip_and_stack(output, gradients, self._clip)
        if self._adam is None:
            return numbers, *gradients
        self._adam.update([own[name] for name in names], adam, gradients, torch.isfinite(numbers).all())
        return (numbers,)

    def _compile(self, place: int) -> Any:
        """The program for batches of the size of that step's, compared with the step as it is."""
        rows = self._batches.gather(place)
        program = compile_traced(partial(self._functional_step, rows), self._memory(), self._step_inputs(rows, place))
        self._compare(program, rows, place + self._batches.steps_per_epoch)
        return program

    def _compare(self, program: Any, rows: Batch, step: int) -> None:
        memory, given = self._memory(), self._step_inputs(rows, step)
        before = cloned(memory)
        seed_rng(self._seed, step)
        output = self._step(self._batches.prepare(rows), step)
        expected, wanted = _clip_and_stack(output, torch.autograd.grad(output.loss, self._used_weights), self._clip)
        kept = cloned(list(self._changed_buffers.values()))
        _copy_into(before, memory)
        seed_rng(self._seed, step)
        try:
            with torch.no_grad():
                numbers, *gradients = program(*memory, *given)
            after = cloned(memory)[len(self._weights) :]
        finally:
            _copy_into(before, memory)
        if self._adam is not None:
            gradients = self._adam.gradients(after[len(kept) :])
        pairs = zip((expected, *wanted, *kept), (numbers, *gradients, *after[: len(kept)]), strict=True)
        if not all(_are_close(a, b, _TOLERANCE_OF[self._step.precision]) for a, b in pairs):
            raise CapabilityError(_DATA_DEPENDENT)


def _clip_and_stack(
    output: ObjectiveOutput, gradients: Sequence[Tensor], grad_clip: float | None
) -> tuple[Tensor, Sequence[Tensor]]:
    """The gradient_norm of the gradient (0 where it is not asked for), the loss and the means of its terms; and the gradients,
    cut to a gradient_norm all together as PyTorch's `clip_grad_norm_` does it.
    """
    numbers = [value.detach() for value in output.scalars().values()]
    if grad_clip is None:
        return torch.stack([torch.zeros_like(numbers[0]), *numbers]), gradients
    gradient_norm = torch.stack([gradient.norm() for gradient in gradients]).norm()
    factor = (grad_clip / (gradient_norm + 1e-6)).clamp(max=1)
    return torch.stack([gradient_norm, *numbers]), [gradient * factor for gradient in gradients]


def _are_close(expected: Tensor, found: Tensor, off: float) -> bool:
    expected, found = expected.double(), found.double()
    return bool((expected - found).norm() <= off * expected.norm())


def _copy_into(values: Sequence[Tensor], memory: Sequence[Tensor]) -> None:
    with torch.no_grad():
        for place, value in zip(memory, values, strict=True):
            place.copy_(value)


def _supports(precision: str) -> bool:
    return precision == "float32" or has_bfloat16()
