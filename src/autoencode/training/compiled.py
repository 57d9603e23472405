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
from autoencode.objectives import Output
from autoencode.objectives.schedules import Schedule, read_by
from autoencode.training.layers import is_ours
from autoencode.training.programs import copies, program_of
from autoencode.training.seeding import own_noise, seed_noise
from autoencode.training.step import TrainStep, check_finite
from autoencode.training.written_adam import WrittenAdam, can_be_written

_LEAST_STEPS = 8_000
"""Fewer gain less than the ten seconds that a compiler takes."""
_CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
_CHOOSES = "a step that chooses by its numbers is not compiled"
_CLOSE = {"float32": 1e-3, "bfloat16": 3e-2}


def is_worth_compiling(train_step: TrainStep, steps: int, device: torch.device) -> bool:
    """Whether a compiled step would be faster, by more than the compiler takes, and has nothing that rules it out.

    A step of small networks spends a quarter to a half of its time between operations, most of which a compiled one
    saves (docs/decisions/0012, 0017). Where all convolutions are PyTorch's, a compiled step is as fast or slower.
    """
    if train_step.objective.players or steps < _LEAST_STEPS or device.type != "cpu":
        return False
    convolutions = [part for part in train_step.modules() if isinstance(part, _CONVOLUTIONS)]
    ours = any(is_ours(part, train_step.precision) for part in convolutions)
    return _is_here(train_step.precision) and (ours or not convolutions)


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
        clip: bounds the gradient.
        steps: that are planned.

    Raises:
        CapabilityError: another device or precision, players, or a choice that depends on numbers; or no compiler.
    """

    def __init__(
        self,
        train_step: TrainStep,
        optimizer: Optimizer,
        batches: Batches,
        seed: int,
        clip: float | None = None,
        steps: int = 0,
    ) -> None:
        self._step = train_step
        self._optimizer, self._batches = optimizer, batches
        self._seed, self._clip = seed, clip
        self._weights = {name: p for name, p in self._step.named_parameters() if p.requires_grad}
        self._schedules: list[Schedule] = []
        self._kept: dict[str, Tensor] = {}
        self._names: list[str] = []
        self._detached: list[Tensor] = []
        self._programs: dict[torch.Size, Any] = {}
        (usual, _), *others = batches.sizes()
        many = [place for place, count in others if count * steps >= _LEAST_STEPS * batches.steps_per_epoch]
        try:
            with own_noise(batches.device):
                self._reached = self._look(batches.rows(usual), usual)
                written = can_be_written(optimizer)
                self._adam = WrittenAdam(optimizer, self._reached) if written else None
                for place in (usual, *many):
                    self._programs[batches.rows(place).x.shape] = self._compile(place)
        except CapabilityError:
            raise
        except Exception as error:  # the compiler's, the linker's, or those of operations that it cannot write down
            if "_local_scalar_dense" in str(error):
                raise CapabilityError(_CHOOSES) from error
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise CapabilityError(f"this step cannot be compiled: {reason}") from error

    def fits(self, rows: Batch) -> bool:
        """Whether they are as many as was compiled for."""
        return rows.x.shape in self._programs

    def __call__(self, rows: Batch, step: int) -> dict[str, float]:
        """Takes the step; returns the loss and the means of its terms.

        Args:
            rows: what `Batches.rows` gives.
            step: its number.

        Raises:
            DivergenceError: the loss or the gradient is no finite number; the weights are then those of before.
        """
        with torch.no_grad():
            numbers, *slopes = self._programs[rows.x.shape](*self._memory(), *self._given(rows, step))
        length, *means = numbers.tolist()
        values = dict(zip(self._names, means, strict=True))
        check_finite({"gradient": length, **values}, f"at step {step}")
        if self._adam is None:
            self._update(slopes)
        return values

    def _update(self, slopes: Sequence[Tensor]) -> None:
        self._optimizer.zero_grad(set_to_none=True)
        for weight, slope in zip(self._reached, slopes, strict=True):
            weight.grad = slope
        self._optimizer.step()

    def _look(self, rows: Batch, step: int) -> list[nn.Parameter]:
        """Makes the pass once and notes what is read and what is reached."""
        device = rows.x.device.type
        if device not in ("cpu", "cuda"):
            raise CapabilityError("a step is compiled on the processor or an NVIDIA GPU only")
        if device == "cpu" and not _is_here(self._step.precision):
            raise CapabilityError(f"a step is not compiled in {self._step.precision} on this processor")
        if self._step.objective.players:
            raise CapabilityError("a step with players is not compiled")
        before = {name: buffer.clone() for name, buffer in self._step.named_buffers()}

        def note(schedule: Schedule, step: int) -> float:
            self._schedules.append(schedule)
            return schedule(step)

        with read_by(note):
            output = self._step(self._batches.finished(rows), step)
        self._kept = {name: b for name, b in self._step.named_buffers() if not torch.equal(b, before[name])}
        self._names = list(output.scalars())
        weights = list(self._weights.values())
        slopes = cast("tuple[Tensor | None, ...]", torch.autograd.grad(output.loss, weights, allow_unused=True))
        _put([before[name] for name in self._kept], list(self._kept.values()))
        return [p for p, slope in zip(weights, slopes, strict=True) if slope is not None]

    def _memory(self) -> list[Tensor]:
        """Weights, other numbers that steps keep, Adam's state: the same memory at every step."""
        if not self._detached:
            self._detached = [p.detach() for p in self._weights.values()]
        return [*self._detached, *self._kept.values(), *([] if self._adam is None else self._adam.state())]

    def _given(self, rows: Batch, step: int) -> list[Tensor]:
        """What is the same for all weights in Adam, values of schedules, what there is of the rows."""
        adam = [] if self._adam is None else [self._adam.numbers()]
        scheduled = torch.tensor([schedule(step) for schedule in self._schedules], dtype=torch.float64)
        shown = [rows.x] if rows.target is rows.x else [rows.x, rows.target]
        told = [] if rows.context is None else [rows.context]
        return [*adam, scheduled, *shown, *told]

    def _pass(self, rows: Batch, *inputs: Tensor) -> tuple[Tensor, ...]:
        """The step as a function of `_memory` and `_given`; the rows tell which of these there are."""
        given = iter(inputs)
        own = dict(zip(self._weights, islice(given, len(self._weights)), strict=True))
        kept = dict(zip(self._kept, islice(given, len(self._kept)), strict=True))
        adam = [] if self._adam is None else list(islice(given, 3 * len(self._reached) + 1))
        scheduled = iter(next(given).unbind())
        x = next(given)
        target = x if rows.target is rows.x else next(given)
        batch = self._batches.finished(Batch(x, target, None if rows.context is None else next(given)))
        weights = {name: weight.detach().requires_grad_() for name, weight in own.items()}
        reached = {id(p) for p in self._reached}
        names = [name for name, p in self._weights.items() if id(p) in reached]
        with torch.enable_grad(), read_by(lambda _, __: next(scheduled)):
            output: Output = functional_call(self._step, {**weights, **kept}, (batch, 0))
            slopes = torch.autograd.grad(output.loss, [weights[name] for name in names])
        numbers, slopes = _results(output, slopes, self._clip)
        if self._adam is None:
            return numbers, *slopes
        self._adam.update([own[name] for name in names], adam, slopes, torch.isfinite(numbers).all())
        return (numbers,)

    def _compile(self, place: int) -> Any:
        """The program for batches of the size of that step's, compared with the step as it is."""
        rows = self._batches.rows(place)
        program = program_of(partial(self._pass, rows), self._memory(), self._given(rows, place))
        self._compare(program, rows, place + self._batches.steps_per_epoch)
        return program

    def _compare(self, program: Any, rows: Batch, step: int) -> None:
        memory, given = self._memory(), self._given(rows, step)
        before = copies(memory)
        seed_noise(self._seed, step)
        output = self._step(self._batches.finished(rows), step)
        expected, wanted = _results(output, torch.autograd.grad(output.loss, self._reached), self._clip)
        kept = copies(list(self._kept.values()))
        _put(before, memory)
        seed_noise(self._seed, step)
        try:
            with torch.no_grad():
                numbers, *slopes = program(*memory, *given)
            after = copies(memory)[len(self._weights) :]
        finally:
            _put(before, memory)
        if self._adam is not None:
            slopes = self._adam.slopes(after[len(kept) :])
        pairs = zip((expected, *wanted, *kept), (numbers, *slopes, *after[: len(kept)]), strict=True)
        if not all(_are_close(a, b, _CLOSE[self._step.precision]) for a, b in pairs):
            raise CapabilityError(_CHOOSES)


def _results(output: Output, slopes: Sequence[Tensor], clip: float | None) -> tuple[Tensor, Sequence[Tensor]]:
    """The length of the gradient (0 where it is not asked for), the loss and the means of its terms; and the slopes,
    cut to a length all together as PyTorch's `clip_grad_norm_` does it.
    """
    numbers = [value.detach() for value in output.scalars().values()]
    if clip is None:
        return torch.stack([torch.zeros_like(numbers[0]), *numbers]), slopes
    length = torch.stack([slope.norm() for slope in slopes]).norm()
    factor = (clip / (length + 1e-6)).clamp(max=1)
    return torch.stack([length, *numbers]), [slope * factor for slope in slopes]


def _are_close(expected: Tensor, found: Tensor, off: float) -> bool:
    expected, found = expected.double(), found.double()
    return bool((expected - found).norm() <= off * expected.norm())


def _put(values: Sequence[Tensor], memory: Sequence[Tensor]) -> None:
    with torch.no_grad():
        for place, value in zip(memory, values, strict=True):
            place.copy_(value)


def _is_here(precision: str) -> bool:
    return precision == "float32" or has_bfloat16()
