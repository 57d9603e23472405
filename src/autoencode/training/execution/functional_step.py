"""A training step as a function of tensors, for a compiler to trace."""

from collections.abc import Sequence
from itertools import islice
from typing import cast

import torch
from torch import Tensor, nn
from torch.func import functional_call

from autoencode.data import Batch
from autoencode.objectives import ObjectiveOutput
from autoencode.objectives.schedules import Schedule, override_schedules
from autoencode.training.execution.functional_adam import FunctionalAdam, has_functional_form
from autoencode.training.execution.step_executor import EagerStep


class FunctionalStep:
    """A step whose whole state and input are arguments, as a tracer needs it.

        state:  weights, buffers that steps change, Adam's moments     the same memory at every step
        inputs: Adam's scalars, values of schedules, stored examples   new at every step
                ─► [ batch ─► forward ─► backward ─► clip ─► Adam ] ─► norm of the gradient, loss, means of the terms

    It is probed once with a real batch: which weights get gradients, which buffers change, and which schedules are
    read. An optimizer other than Adam is not part of the function, which then also returns the gradients.

    Args:
        eager: the same step, eagerly; the function uses its model, optimizer and clipping.
        rows: stored examples to probe with.
        step: the number of their step.
    """

    def __init__(self, eager: EagerStep, rows: Batch, step: int) -> None:
        self._eager = eager
        self._weights = {name: p for name, p in eager.train_step.named_parameters() if p.requires_grad}
        self._schedules: list[Schedule] = []
        self._detached: list[Tensor] = []
        self.changed_buffers: dict[str, Tensor] = {}
        self.term_names: list[str] = []
        self.used_weights = self._probe(rows, step)
        adam = has_functional_form(eager.optimizer)
        self._adam = FunctionalAdam(eager.optimizer, self.used_weights) if adam else None

    def _probe(self, rows: Batch, step: int) -> list[nn.Parameter]:
        """Makes one forward and backward pass, and undoes what it changed; returns the weights that get gradients."""
        train_step = self._eager.train_step
        before = {name: buffer.clone() for name, buffer in train_step.named_buffers()}

        def note(schedule: Schedule, step: int) -> float:
            self._schedules.append(schedule)
            return schedule(step)

        with override_schedules(note):
            output = train_step(self._eager.batches.prepare(rows), step)
        self.changed_buffers = {name: b for name, b in train_step.named_buffers() if not torch.equal(b, before[name])}
        self.term_names = list(output.scalars())
        weights = list(self._weights.values())
        gradients = cast("tuple[Tensor | None, ...]", torch.autograd.grad(output.loss, weights, allow_unused=True))
        copy_into([before[name] for name in self.changed_buffers], list(self.changed_buffers.values()))
        return [p for p, gradient in zip(weights, gradients, strict=True) if gradient is not None]

    def state(self) -> list[Tensor]:
        """Weights, changed buffers and Adam's moments: the same memory at every step."""
        if not self._detached:
            self._detached = [p.detach() for p in self._weights.values()]
        return [*self._detached, *self.changed_buffers.values(), *([] if self._adam is None else self._adam.state())]

    def inputs(self, rows: Batch, step: int) -> list[Tensor]:
        """Adam's scalars, the values of schedules, and what there is of the stored examples."""
        adam = [] if self._adam is None else [self._adam.scalars()]
        scheduled = torch.tensor([schedule(step) for schedule in self._schedules], dtype=torch.float64)
        examples = [rows.x] if rows.target is rows.x else [rows.x, rows.target]
        context = [] if rows.context is None else [rows.context]
        return [*adam, scheduled, *examples, *context]

    def __call__(self, rows: Batch, *tensors: Tensor) -> tuple[Tensor, ...]:
        """The step as a function of `state` and `inputs`, in this order.

        Args:
            rows: says which of target and context are among the inputs; its values are not used.
            tensors: state, whose memory is changed, and inputs.

        Returns:
            The gradient's norm (0 without clipping), the loss and the means of its terms in one vector; then the
            gradients, where the optimizer is not part of the function.
        """
        remaining = iter(tensors)
        own = dict(zip(self._weights, islice(remaining, len(self._weights)), strict=True))
        kept = dict(zip(self.changed_buffers, islice(remaining, len(self.changed_buffers)), strict=True))
        adam = [] if self._adam is None else list(islice(remaining, 3 * len(self.used_weights) + 1))
        scheduled = iter(next(remaining).unbind())
        x = next(remaining)
        target = x if rows.target is rows.x else next(remaining)
        batch = self._eager.batches.prepare(Batch(x, target, None if rows.context is None else next(remaining)))
        weights = {name: weight.detach().requires_grad_() for name, weight in own.items()}
        reached = {id(p) for p in self.used_weights}
        names = [name for name, p in self._weights.items() if id(p) in reached]
        with torch.enable_grad(), override_schedules(lambda _, __: next(scheduled)):
            output: ObjectiveOutput = functional_call(self._eager.train_step, {**weights, **kept}, (batch, 0))
            gradients = torch.autograd.grad(output.loss, [weights[name] for name in names])
        numbers, gradients = self.clip_and_stack(output, gradients)
        if self._adam is None:
            return numbers, *gradients
        self._adam.update([own[name] for name in names], adam, gradients, torch.isfinite(numbers).all())
        return (numbers,)

    def clip_and_stack(self, output: ObjectiveOutput, gradients: Sequence[Tensor]) -> tuple[Tensor, Sequence[Tensor]]:
        """The vector that the function returns, and the gradients, clipped as PyTorch's `clip_grad_norm_` does it."""
        numbers = [value.detach() for value in output.scalars().values()]
        if self._eager.grad_clip is None:
            return torch.stack([torch.zeros_like(numbers[0]), *numbers]), gradients
        norm = torch.stack([gradient.norm() for gradient in gradients]).norm()
        factor = (self._eager.grad_clip / (norm + 1e-6)).clamp(max=1)
        return torch.stack([norm, *numbers]), [gradient * factor for gradient in gradients]

    def update(self, gradients: Sequence[Tensor]) -> None:
        """Lets the optimizer use the gradients, where the function has not updated the weights itself."""
        if self._adam is not None:
            return
        optimizer = self._eager.optimizer
        optimizer.zero_grad(set_to_none=True)
        for weight, gradient in zip(self.used_weights, gradients, strict=True):
            weight.grad = gradient
        optimizer.step()

    def gradients_of(self, returned: Sequence[Tensor], state: Sequence[Tensor]) -> Sequence[Tensor]:
        """The gradients of a call: those that it returned, or those that explain how Adam's moments changed.

        Args:
            returned: what the function returned after the vector of numbers.
            state: a copy of `state()` after the call; the state itself is as before the call again.
        """
        if self._adam is None:
            return returned
        return self._adam.gradients(state[len(self._weights) + len(self.changed_buffers) :])

    def buffers_of(self, state: Sequence[Tensor]) -> Sequence[Tensor]:
        """The changed buffers in a copy of `state()`."""
        return state[len(self._weights) : len(self._weights) + len(self.changed_buffers)]


def copy_into(values: Sequence[Tensor], memory: Sequence[Tensor]) -> None:
    """Writes each value into the memory of another tensor."""
    with torch.no_grad():
        for place, value in zip(memory, values, strict=True):
            place.copy_(value)
