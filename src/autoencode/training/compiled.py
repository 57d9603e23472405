"""A step of training as one compiled program."""

import warnings
from collections.abc import Sequence
from itertools import islice
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.func import functional_call, functionalize
from torch.optim import Optimizer

from autoencode.data import Batch, Batches
from autoencode.errors import CapabilityError
from autoencode.objectives import Output
from autoencode.objectives.schedules import Schedule, read_by
from autoencode.training.seeding import own_noise, seed_noise
from autoencode.training.step import TrainStep, check_finite, clip_slopes
from autoencode.training.written_adam import WrittenAdam, can_be_written

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
    """A whole step, from stored examples to changed weights, as one program for batches of one size.

        rows, weights, Adam's state, scheduled numbers ─► [ batch ─► forward ─► backward ─► Adam ] ─► means of the terms

    The step is made once with real numbers and every operation is written down (as JAX does); noise is drawn by the
    same generator as without compiling. What changes from step to step besides is an input: values of schedules.
    Other optimizers than Adam, and clipping, come after the program, which then gives the gradients.
    Before it is used, it is compared with the step as it is on another batch and step.

    Args:
        train_step: the model and its objective; on the processor, in float32.
        optimizer: of the model.
        batches: the size that most of them have is compiled for.
        seed: of the noise.
        clip: bounds the gradient.

    Raises:
        CapabilityError: another device or precision, players, a state besides the weights, or a choice that depends on
            numbers; or no compiler.
    """

    def __init__(
        self, train_step: TrainStep, optimizer: Optimizer, batches: Batches, seed: int, clip: float | None = None
    ) -> None:
        self._step, self._optimizer, self._batches = train_step, optimizer, batches
        self._seed, self._clip = seed, clip
        self._weights = {name: p for name, p in train_step.named_parameters() if p.requires_grad}
        self._schedules: list[Schedule] = []
        self._names: list[str] = []
        place = batches.usual()
        rows = batches.rows(place)
        self._shape = rows.x.shape
        try:
            with own_noise(batches.device):
                self._reached = self._look(rows, place)
                self._adam = self._written()
                self._program = _compiled(self._pass, self._inputs(rows, place), rows)
                self._compare(batches.rows(place), place + batches.steps_per_epoch)
        except CapabilityError:
            raise
        except Exception as error:  # the compiler's, the linker's, or those of operations that it cannot write down
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise CapabilityError(f"this step cannot be compiled: {reason}") from error

    def fits(self, rows: Batch) -> bool:
        """Whether they are as many as was compiled for."""
        return rows.x.shape == self._shape

    def __call__(self, rows: Batch, step: int) -> dict[str, float]:
        """Takes the step; returns the loss and the means of its terms.

        Args:
            rows: what `Batches.rows` gives.
            step: its number.

        Raises:
            DivergenceError: the loss or the gradient is no finite number; the weights are then those of before.
        """
        with torch.no_grad():
            numbers, *slopes = self._program(*self._inputs(rows, step))
        values = dict(zip(self._names, numbers.tolist(), strict=True))
        check_finite(values, f"at step {step}")
        if self._adam is None:
            self._update(slopes, step)
        else:
            self._adam.count()
        return values

    def _update(self, slopes: Sequence[Tensor], step: int) -> None:
        self._optimizer.zero_grad(set_to_none=True)
        for weight, slope in zip(self._reached, slopes, strict=True):
            weight.grad = slope
        if self._clip is not None:
            clip_slopes(self._step, self._clip, step)
        self._optimizer.step()

    def _written(self) -> WrittenAdam | None:
        inside = self._clip is None and can_be_written(self._optimizer)
        return WrittenAdam(self._optimizer, self._reached) if inside else None

    def _look(self, rows: Batch, step: int) -> list[nn.Parameter]:
        """Makes the pass once and notes what is read and what is reached."""
        if rows.x.device.type != "cpu" or self._step.precision != "float32":
            raise CapabilityError("a step is compiled on the processor and in float32 only")
        if self._step.objective.players:
            raise CapabilityError("a step with players is not compiled")
        state = [buffer.clone() for buffer in self._step.buffers()]

        def note(schedule: Schedule, step: int) -> float:
            self._schedules.append(schedule)
            return schedule(step)

        with read_by(note):
            output = self._step(self._batches.finished(rows), step)
        if not all(torch.equal(a, b) for a, b in zip(state, self._step.buffers(), strict=True)):
            raise CapabilityError("a step that keeps numbers besides the weights is not compiled")
        self._names = list(output.scalars())
        weights = list(self._weights.values())
        slopes = cast("tuple[Tensor | None, ...]", torch.autograd.grad(output.loss, weights, allow_unused=True))
        return [p for p, slope in zip(weights, slopes, strict=True) if slope is not None]

    def _inputs(self, rows: Batch, step: int) -> list[Tensor]:
        """Weights, what Adam needs, values of schedules, and what there is of the rows."""
        weights = [p.detach() for p in self._weights.values()]
        adam = [] if self._adam is None else self._adam.inputs()
        scheduled = torch.tensor([schedule(step) for schedule in self._schedules], dtype=torch.float64)
        shown = [rows.x] if rows.target is rows.x else [rows.x, rows.target]
        told = [] if rows.context is None else [rows.context]
        return [*weights, *adam, scheduled, *shown, *told]

    def _pass(self, rows: Batch, *inputs: Tensor) -> tuple[Tensor, ...]:
        """The step as a function of `_inputs`; the rows tell which of these there are."""
        given = iter(inputs)
        own = dict(zip(self._weights, islice(given, len(self._weights)), strict=True))
        adam = [] if self._adam is None else list(islice(given, 2 * len(self._reached) + 1))
        scheduled = iter(next(given).unbind())
        x = next(given)
        target = x if rows.target is rows.x else next(given)
        batch = self._batches.finished(Batch(x, target, None if rows.context is None else next(given)))
        weights = {name: weight.detach().requires_grad_() for name, weight in own.items()}
        reached = {id(p) for p in self._reached}
        names = [name for name, p in self._weights.items() if id(p) in reached]
        with torch.enable_grad(), read_by(lambda _, __: next(scheduled)):
            output: Output = functional_call(self._step, weights, (batch, 0))
            slopes = torch.autograd.grad(output.loss, [weights[name] for name in names])
        numbers = torch.stack(list(output.scalars().values())).detach()
        if self._adam is None:
            return numbers, *slopes
        self._adam.update([own[name] for name in names], adam, slopes, torch.isfinite(numbers).all())
        return (numbers,)

    def _compare(self, rows: Batch, step: int) -> None:
        seed_noise(self._seed, step)
        output = self._step(self._batches.finished(rows), step)
        expected = [torch.stack(list(output.scalars().values())), *torch.autograd.grad(output.loss, self._reached)]
        inputs = _copies(self._inputs(rows, step))
        seed_noise(self._seed, step)
        with torch.no_grad():
            numbers, *slopes = self._program(*inputs)
        if self._adam is not None:
            slopes = self._adam.slopes(inputs[len(self._weights) :])
        if not all(_alike(a, b) for a, b in zip(expected, (numbers, *slopes), strict=True)):
            raise CapabilityError("a step that chooses by its numbers is not compiled")


def _alike(a: Tensor, b: Tensor) -> bool:
    return a.shape == b.shape and bool((a - b).norm() <= _CLOSE * a.norm())


def _compiled(function: Any, inputs: Sequence[Tensor], rows: Batch) -> Any:
    """The function, written down operation by operation, and compiled; of its inputs only copies are changed here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch's own, about PyTorch's own, at the first import of its compiler
        import torch._inductor
        from torch._inductor import config
        from torch.fx.experimental.proxy_tensor import make_fx

        graph = make_fx(lambda *some: function(rows, *some))(*_copies(inputs))
        graph = make_fx(functionalize(graph))(*_copies(inputs))
        with config.patch(fallback_random=True):
            return torch._inductor.compile(graph, list[Any](_copies(inputs)))


def _copies(inputs: Sequence[Tensor]) -> list[Tensor]:
    return [given.clone() for given in inputs]
