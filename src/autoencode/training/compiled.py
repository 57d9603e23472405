"""A step's forward and backward pass as one compiled program."""

import warnings
from collections.abc import Sequence
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.func import functional_call, functionalize

from autoencode.data import Batch, Batches
from autoencode.errors import CapabilityError
from autoencode.objectives import Output
from autoencode.objectives.schedules import Schedule, read_by
from autoencode.training.seeding import own_noise, seed_noise
from autoencode.training.step import TrainStep

_LEAST_STEPS = 8_000
"""Fewer gain less than the ten seconds that a compiler takes."""
_CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
_CLOSE = 1e-3


def is_worth_compiling(train_step: TrainStep, steps: int, device: torch.device) -> bool:
    """Whether a compiled step would be faster, by more than the compiler takes, and has nothing that rules it out.

    Small dense networks spend a third of a step between operations, which a compiled one saves: 1.5 times the steps of
    `dense-vae`. Convolutions are as fast or slower when they are compiled (docs/decisions/0012).
    """
    small = not any(isinstance(part, _CONVOLUTIONS) for part in train_step.modules())
    alone = not train_step.objective.players
    return small and alone and steps >= _LEAST_STEPS and device.type == "cpu" and train_step.precision == "float32"


class CompiledStep:
    """What a `TrainStep` computes, with its gradients, as one program for batches of one size.

        batch, weights, scheduled numbers ─► [ forward ─► backward ] ─► loss, means of the terms, gradients

    The pass is made once with real numbers and every operation is written down (as JAX does); noise is drawn by the
    same generator as without compiling. What changes from step to step besides is an input: values of schedules.
    Before it is used, it is compared with the pass as it is on another batch and step.

    Args:
        train_step: the model and its objective; on the processor, in float32.
        batches: the size that most of them have is compiled for.
        seed: of the noise.

    Raises:
        CapabilityError: another device or precision, players, a state besides the weights, or a choice that depends on
            numbers; or no compiler.
    """

    def __init__(self, train_step: TrainStep, batches: Batches, seed: int) -> None:
        self._step, self._seed = train_step, seed
        self._weights = {name: p for name, p in train_step.named_parameters() if p.requires_grad}
        self._schedules: list[Schedule] = []
        self._names: list[str] = []
        place = batches.usual()
        batch = batches(place)
        self._shape = batch.x.shape
        try:
            with own_noise(batches.device):
                self._reached = self._look(batch, place)
                self._program = _compiled(self._pass, self._inputs(batch, place), batch)
                self._compare(batches(place), place + batches.steps_per_epoch)
        except CapabilityError:
            raise
        except Exception as error:  # the compiler's, the linker's, or those of operations that it cannot write down
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise CapabilityError(f"this step cannot be compiled: {reason}") from error

    def fits(self, batch: Batch) -> bool:
        """Whether it is of the size that was compiled for."""
        return batch.x.shape == self._shape

    def __call__(self, batch: Batch, step: int) -> dict[str, Tensor]:
        """Gives every weight its gradient; returns the loss and the means of its terms, a scalar each."""
        with torch.no_grad():
            numbers, *slopes = self._program(*self._inputs(batch, step))
        for weight, slope in zip(self._reached, slopes, strict=True):
            weight.grad = slope
        return dict(zip(self._names, numbers.unbind(), strict=True))

    def _look(self, batch: Batch, step: int) -> list[nn.Parameter]:
        """Makes the pass once and notes what is read and what is reached."""
        if batch.x.device.type != "cpu" or self._step.precision != "float32":
            raise CapabilityError("a step is compiled on the processor and in float32 only")
        if self._step.objective.players:
            raise CapabilityError("a step with players is not compiled")
        state = [buffer.clone() for buffer in self._step.buffers()]

        def note(schedule: Schedule, step: int) -> float:
            self._schedules.append(schedule)
            return schedule(step)

        with read_by(note):
            output = self._step(batch, step)
        if not all(torch.equal(a, b) for a, b in zip(state, self._step.buffers(), strict=True)):
            raise CapabilityError("a step that keeps numbers besides the weights is not compiled")
        self._names = list(output.scalars())
        weights = list(self._weights.values())
        slopes = cast("tuple[Tensor | None, ...]", torch.autograd.grad(output.loss, weights, allow_unused=True))
        return [p for p, slope in zip(weights, slopes, strict=True) if slope is not None]

    def _inputs(self, batch: Batch, step: int) -> list[Tensor]:
        shown = [batch.x] if batch.target is batch.x else [batch.x, batch.target]
        told = [] if batch.context is None else [batch.context]
        scheduled = [torch.tensor(schedule(step), dtype=torch.float64) for schedule in self._schedules]
        return [*(p.detach() for p in self._weights.values()), *scheduled, *shown, *told]

    def _pass(self, batch: Batch, *inputs: Tensor) -> tuple[Tensor, ...]:
        """The pass as a function of `_inputs`; the batch tells which of these there are."""
        weights = dict(zip(self._weights, (i.detach().requires_grad_() for i in inputs), strict=False))
        rest = iter(inputs[len(weights) :])
        numbers = [next(rest) for _ in self._schedules]
        x = next(rest)
        target = x if batch.target is batch.x else next(rest)
        shown = Batch(x, target, None if batch.context is None else next(rest))
        scheduled = iter(numbers)
        with torch.enable_grad(), read_by(lambda _, __: next(scheduled)):
            output: Output = functional_call(self._step, weights, (shown, 0))
            reached = {id(p) for p in self._reached}
            of = [weights[name] for name, p in self._weights.items() if id(p) in reached]
            slopes = torch.autograd.grad(output.loss, of)
        return torch.stack(list(output.scalars().values())), *slopes

    def _compare(self, batch: Batch, step: int) -> None:
        seed_noise(self._seed, step)
        output = self._step(batch, step)
        expected = [torch.stack(list(output.scalars().values())), *torch.autograd.grad(output.loss, self._reached)]
        seed_noise(self._seed, step)
        with torch.no_grad():
            got = self._program(*self._inputs(batch, step))
        if not all(_alike(a, b) for a, b in zip(expected, got, strict=True)):
            raise CapabilityError("a step that chooses by its numbers is not compiled")


def _alike(a: Tensor, b: Tensor) -> bool:
    return a.shape == b.shape and bool((a - b).norm() <= _CLOSE * a.norm())


def _compiled(function: Any, inputs: Sequence[Tensor], batch: Batch) -> Any:
    """The function, written down operation by operation, without writing in place, and compiled."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch's own, about PyTorch's own, at the first import of its compiler
        import torch._inductor
        from torch._inductor import config
        from torch.fx.experimental.proxy_tensor import make_fx

        graph = make_fx(lambda *some: function(batch, *some))(*inputs)
        graph = make_fx(functionalize(graph))(*inputs)
        with config.patch(fallback_random=True):
            return torch._inductor.compile(graph, list(inputs))
