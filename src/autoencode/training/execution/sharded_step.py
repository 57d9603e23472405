"""A training step that several processes share."""

from collections.abc import Iterator

import torch
from jaxtyping import Float
from torch import Tensor, nn

from autoencode.data import Batch
from autoencode.errors import ArgumentError
from autoencode.runtime.processes import Processes
from autoencode.runtime.seeding import derive_seed, preserved_rng, seeded_rng
from autoencode.training.execution.step_executor import EagerStep, StepExecutor
from autoencode.training.execution.train_step import check_finite, clip_gradients


class ShardedStep(StepExecutor):
    """Computes the gradients of the parts of a batch, and adds them in the order of the parts.

        rows ─► shard 0, shard 1, … ─► (noise by seed, step and shard) gradient ─► sum in the order of shards ─► update

    Process r of R computes the shards r, r + R, r + 2 R, …; what a shard gives depends on its number alone, and floats
    are added in one order. So the weights are the same to the bit for any number of processes.

    Float buffers that a step changes, such as the running mean of a scale, begin each shard as they were before the
    step and are averaged over the shards.

    Args:
        eager: the step that is shared.
        seed: of the training.
        shards: into how many parts a batch is divided.
        processes: that share them.

    Raises:
        ArgumentError: the loss is no mean over examples, or more processes than shards.
    """

    is_compiled = False

    def __init__(self, eager: EagerStep, seed: int, shards: int, processes: Processes) -> None:
        if processes.count > shards:
            raise ArgumentError(
                f"{processes.count} processes cannot share {shards} shards: start fewer, or train anew with "
                f"--grad-shards {processes.count}"
            )
        self._eager, self._seed, self._shards, self._processes = eager, seed, shards, processes
        self._weights = [p for p in eager.train_step.parameters() if p.requires_grad]
        self._buffers: list[Tensor] = []
        self._names: list[str] = []
        self._check()

    def _check(self) -> None:
        """Raises where parts of a batch do not add up to the whole; finds the buffers that steps change."""
        objective = self._eager.train_step.objective
        if found := objective.batch_statistics:
            raise ArgumentError(f"a batch cannot be divided among processes: the loss needs {found[0]} as a whole")
        train_step, batches = self._eager.train_step, self._eager.batches
        before = {name: buffer.clone() for name, buffer in train_step.named_buffers()}
        with preserved_rng(batches.device), torch.no_grad():
            output = train_step(batches.prepare(batches.gather(0)), 0)
        self._names = list(output.scalars())
        for name, buffer in train_step.named_buffers():
            if torch.equal(buffer, before[name]):
                continue
            if not buffer.is_floating_point():
                raise ArgumentError(
                    f"a batch cannot be divided among processes: '{name}' of the model follows whole batches"
                )
            buffer.copy_(before[name])
            self._buffers.append(buffer)
        for name, buffer in train_step.named_buffers():
            buffer.copy_(before[name])

    def run(self, rows: Batch, step: int) -> dict[str, float]:
        """As `StepExecutor.run`."""
        before = [buffer.clone() for buffer in self._buffers]
        total = self._empty()
        for first in range(0, self._shards, self._processes.count):
            own = self._of_shard(rows, first + self._processes.rank, step, before)
            for part in self._processes.gather(own):
                total += part
        return self._update(total, step)

    def _of_shard(self, rows: Batch, shard: int, step: int, before: list[Tensor]) -> Float[Tensor, " numbers"]:
        """The share of a shard in gradients, changed buffers, and means of terms, one after the other; 0 if empty."""
        part, share = shard_of(rows, shard, self._shards)
        if not share:
            return self._empty()
        for buffer, value in zip(self._buffers, before, strict=True):
            buffer.copy_(value)
        for weight in self._weights:
            weight.grad = None
        eager = self._eager
        with seeded_rng(derive_seed(self._seed, step, shard), eager.batches.device):
            output = eager.train_step(eager.batches.prepare(part), step)
        (share * output.loss).backward()
        gradients = [torch.zeros_like(w) if w.grad is None else w.grad for w in self._weights]
        buffers = [share * buffer for buffer in self._buffers]
        scalars = [share * value for value in output.scalars().values()]
        return torch.cat([each.detach().float().cpu().flatten() for each in (*gradients, *buffers, *scalars)])

    def _update(self, total: Float[Tensor, " numbers"], step: int) -> dict[str, float]:
        """Makes the step with the sums of all shards."""
        device, parts = self._eager.batches.device, _in_shapes_of([*self._weights, *self._buffers], total)
        for weight in self._weights:
            weight.grad = next(parts).to(device, weight.dtype)
        for buffer in self._buffers:
            buffer.copy_(next(parts))
        values = dict(zip(self._names, total[len(total) - len(self._names) :].tolist(), strict=True))
        check_finite(values, f"at step {step}")
        if self._eager.grad_clip is not None:
            clip_gradients(self._eager.train_step, self._eager.grad_clip, step)
        self._eager.optimizer.step()
        return values

    def _empty(self) -> Float[Tensor, " numbers"]:
        return torch.zeros(sum(each.numel() for each in (*self._weights, *self._buffers)) + len(self._names))


def shard_of(rows: Batch, shard: int, shards: int) -> tuple[Batch, float]:
    """A part of the stored examples of a batch, and its share of them; 0 for a number beyond the last shard.

    Example:
        >>> parts = [shard_of(Batch(torch.arange(5.0)), shard, 2) for shard in range(2)]
        >>> [(part.x.tolist(), share) for part, share in parts]
        [([0.0, 1.0], 0.4), ([2.0, 3.0, 4.0], 0.6)]
    """
    n = len(rows)
    place = slice(n * shard // shards, n * (shard + 1) // shards) if shard < shards else slice(0, 0)
    x = rows.x[place]
    target = x if rows.target is rows.x else rows.target[place]
    part = Batch(x, target, None if rows.context is None else rows.context[place])
    return part, (place.stop - place.start) / n


def _in_shapes_of(
    tensors: list[nn.Parameter | Tensor] | list[Tensor], flat: Float[Tensor, " numbers"]
) -> Iterator[Tensor]:
    """The parts of a flat tensor in the shapes of others, one after the other."""
    start = 0
    for each in tensors:
        yield flat[start : start + each.numel()].view(each.shape)
        start += each.numel()
