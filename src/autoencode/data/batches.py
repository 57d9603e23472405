"""Batches as a pure function of seed and step."""

from collections import Counter
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from autoencode.data.batch import Batch
from autoencode.data.subset import Subset, to_unit_floats
from autoencode.errors import ArgumentError, DataError
from autoencode.runtime.seeding import derive_seed

_EPOCH = 2
_REPEATED = 32


class Batches:
    """The batches to train with: `batches(step)` depends on the seed and the step alone.

    To resume a run takes only the number of the step. Each epoch shows every example once, in an order of its own. Its
    examples are dealt out evenly: the sizes of its batches differ by at most one and none exceeds `batch_size`, because
    a last batch of two or three would make one noisy step an epoch. Where only some examples have a label, each batch
    repeats 32 of those behind its own, in turn: by chance most batches would have none.

        step ─► (epoch, place) ─► order by (seed, epoch) ─► gather ─► device ─► float32 in [0, 1] ─► transform

    Args:
        subset: the examples, in memory; a tensor stands for a subset without labels.
        batch_size: the most examples in a batch, at least 1.
        seed: chooses the order; the global generators are neither read nor changed.
        transform: what to do to each batch on its device, such as a corruption.
        device: where the batches are put. Bytes are moved as bytes and divided there.

    Raises:
        ArgumentError: a batch size below 1.
        DataError: there are no examples.

    Example:
        >>> batches = Batches(torch.rand(10, 3), batch_size=4, seed=0)
        >>> batches.steps_per_epoch, [len(batches(step)) for step in range(3)]
        (3, [3, 3, 4])
        >>> torch.equal(batches(7).x, batches(7).x)
        True
    """

    def __init__(
        self,
        subset: Subset | Tensor,
        batch_size: int,
        *,
        seed: int,
        transform: Callable[[Batch], Batch] | None = None,
        device: str | torch.device = "cpu",
    ) -> None:
        self.subset = _as_subset(subset)
        self.batch_size = _check_batch_size(batch_size, len(self.subset))
        self.seed = seed
        self.transform = transform
        self.device = torch.device(device)
        self.steps_per_epoch = -(-len(self.subset) // batch_size)
        self._epoch, self._order = -1, torch.empty(0, dtype=torch.int64)
        self._labelled = _find_labelled(self.subset)

    def __call__(self, step: int) -> Batch:
        """The batch of one step.

        Args:
            step: counted from 0, over all epochs.

        Returns:
            `x` and `target` as float32, (batch, *data_shape), the same object where the subset has no targets; labels
            or other context of the subset come as `context`. Of a stochastic subset the pictures are drawn here, from
            the global generator.

        Raises:
            ArgumentError: a negative step.
        """
        return self.prepare(self.gather(step))

    def gather(self, step: int) -> Batch:
        """The same examples as they are stored, on the batches' device: what `prepare` makes the batch of.

        Raises:
            ArgumentError: a negative step.
        """
        if step < 0:
            raise ArgumentError(f"steps are counted from 0, not {step}")
        indices, target = self._indices(step), self.subset.target
        x, context = self._select(self.subset.x, indices), self.subset.conditioning(indices)
        return Batch(
            x,
            x if target is None else self._select(target, indices),
            None if context is None else context.to(self.device),
        )

    def prepare(self, rows: Batch) -> Batch:
        """The batch of stored examples: in the model's units, drawn, and transformed. PyTorch's operations alone."""
        x = to_unit_floats(rows.x)
        x = torch.bernoulli(x) if self.subset.stochastic else x
        batch = Batch(x, x if rows.target is rows.x else to_unit_floats(rows.target), rows.context)
        return batch if self.transform is None else self.transform(batch)

    def _select(self, x: Tensor, indices: Tensor) -> Tensor:
        return x.index_select(0, indices).to(self.device)

    def _indices(self, step: int) -> Tensor:
        own = self._order_of_epoch(step // self.steps_per_epoch)[self._slice_of_epoch(step)]
        return torch.cat([own, self._labelled_indices(step)]) if len(self._labelled) else own

    def _slice_of_epoch(self, step: int) -> slice:
        """Which places of its epoch's order a step has."""
        n, place = len(self.subset), step % self.steps_per_epoch
        return slice(n * place // self.steps_per_epoch, n * (place + 1) // self.steps_per_epoch)

    def batch_sizes(self) -> list[tuple[int, int]]:
        """The first step of each size of batch, and how many of that size an epoch has: the commonest size first."""
        dealt = map(self._slice_of_epoch, range(self.steps_per_epoch))
        sizes = [rows.stop - rows.start for rows in dealt]
        return [(sizes.index(size), count) for size, count in Counter(sizes).most_common()]

    def _labelled_indices(self, step: int) -> Tensor:
        turn = _REPEATED * step + torch.arange(_REPEATED, device=self._labelled.device)
        return self._labelled[turn % len(self._labelled)]

    def _order_of_epoch(self, epoch: int) -> Tensor:
        if epoch != self._epoch:
            generator = torch.Generator().manual_seed(derive_seed(self.seed, _EPOCH, epoch))
            self._order = torch.randperm(len(self.subset), generator=generator).to(self.subset.x.device)
            self._epoch = epoch
        return self._order

    def __repr__(self) -> str:
        return f"Batches({len(self.subset):,} examples in {self.steps_per_epoch:,} batches, seed {self.seed})"


def sequential_batches(
    subset: Subset | Tensor, batch_size: int, *, device: str | torch.device = "cpu"
) -> Iterator[Batch]:
    """Every example once, in order, for evaluation.

    Args:
        subset: the examples, in memory; a tensor stands for a subset without labels.
        batch_size: the most examples in a batch, at least 1; the last batch has what is left.
        device: where the batches are put.

    Yields:
        Batches whose `x` is float32 in the model's units, (batch, *data_shape).

    Raises:
        ArgumentError: a batch size below 1.
        DataError: there are no examples.

    Example:
        >>> [len(batch) for batch in sequential_batches(torch.rand(10, 3), 4)]
        [4, 4, 2]
    """
    subset = _as_subset(subset)
    _check_batch_size(batch_size, len(subset))
    device = torch.device(device)
    return (_rows(subset, slice(start, start + batch_size), device) for start in range(0, len(subset), batch_size))


def _rows(subset: Subset, rows: slice, device: torch.device) -> Batch:
    context = subset.conditioning(rows)
    x = to_unit_floats(subset.x[rows].to(device))
    target = x if subset.target is None else to_unit_floats(subset.target[rows].to(device))
    return Batch(x, target, None if context is None else context.to(device))


def _as_subset(subset: Subset | Tensor) -> Subset:
    return subset if isinstance(subset, Subset) else Subset(subset)


def _find_labelled(subset: Subset) -> Tensor:
    """The places with a label where others have none (-1), in an order of chance; no places otherwise."""
    if subset.labels is None or not (subset.labels < 0).any():
        return torch.empty(0, dtype=torch.int64)
    indices = (subset.labels >= 0).nonzero()[:, 0]
    order = torch.randperm(len(indices), generator=torch.Generator().manual_seed(0))
    return indices[order.to(indices.device)]


def _check_batch_size(batch_size: int, n: int) -> int:
    if batch_size < 1:
        raise ArgumentError(f"a batch has at least 1 example, not {batch_size}")
    if n == 0:
        raise DataError("there are no examples to make batches of")
    return batch_size
