"""The processes that share a training, as torchrun starts them."""

import json
import os
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import torch
from torch import Tensor
from torch import distributed as dist

from autoencode.errors import ArgumentError, RunError

_VARIABLES = ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")
_PATIENCE = timedelta(hours=1)
"""How long processes wait for each other: the first one may read and compile."""


class Processes:
    """The processes of a training; by itself, the one that there is.

    What is decided once (minutes, threads, where files go) the first one decides, and the others are given it.
    """

    rank: int = 0
    """The number of this process, counted from 0."""
    count: int = 1
    """How many there are."""

    @property
    def is_first(self) -> bool:
        """Whether this is the one that writes and reports."""
        return self.rank == 0

    def gather(self, x: Tensor) -> list[Tensor]:
        """The tensors of all processes, of one shape, in their order.

        Raises:
            RunError: another process has ended.
        """
        return [x]

    def gather_text(self, text: str) -> list[str]:
        """The texts of all processes, in their order.

        Raises:
            RunError: another process has ended.
        """
        data = (
            torch.frombuffer(bytearray(text.encode()), dtype=torch.uint8) if text else torch.empty(0, dtype=torch.uint8)
        )
        sizes = [int(size) for size in self.gather(torch.tensor([len(data)]))]
        rows = self.gather(torch.cat([data, data.new_zeros(max(sizes) - len(data))]))
        return [bytes(row[:size].tolist()).decode() for row, size in zip(rows, sizes, strict=True)]

    def of_first(self, value: Any) -> Any:
        """What the first process has: a number, a text, None, or lists and dictionaries of them.

        Raises:
            RunError: another process has ended.
        """
        return value if self.count == 1 else json.loads(self.gather_text(json.dumps(value))[0])

    def any(self, *, value: bool) -> bool:
        """Whether it holds for any process.

        Raises:
            RunError: another process has ended.
        """
        return value if self.count == 1 else bool(torch.stack(self.gather(torch.tensor([value]))).any())

    def wait(self) -> None:
        """Until all processes are here.

        Raises:
            RunError: another process has ended.
        """
        self.gather(torch.zeros(1))

    def check_same(self, facts: Mapping[str, str]) -> None:
        """Raises unless all processes have the same facts; the message names the first that differ.

        Raises:
            RunError: they have not, or another process has ended.
        """
        all_facts: Sequence[dict[str, str]] = [json.loads(text) for text in self.gather_text(json.dumps(dict(facts)))]
        for rank, others in enumerate(all_facts):
            for name, value in all_facts[0].items():
                if others.get(name) != value:
                    raise RunError(
                        f"process {rank} has another {name} than the first one ({others.get(name)}, not {value}): all "
                        "need the same files, options and version"
                    )


class DistributedProcesses(Processes):
    """Several processes, which torch.distributed connects; tensors are exchanged on the processor."""

    def __init__(self) -> None:
        self.rank, self.count = dist.get_rank(), dist.get_world_size()

    def gather(self, x: Tensor) -> list[Tensor]:
        """As `Processes.gather`."""
        found = [torch.empty_like(x) for _ in range(self.count)]
        try:
            dist.all_gather(found, x)
        except RuntimeError as error:
            raise RunError(
                "another process of this training has ended: the last checkpoint is kept, and --resume goes on from it"
            ) from error
        return found


@contextmanager
def joined_processes() -> Generator[Processes]:
    """Inside the block this process belongs to those that torchrun started; otherwise it is alone.

    Raises:
        ArgumentError: some of torchrun's variables are missing from the environment, or are no numbers.
        RunError: the other processes cannot be reached.
    """
    if not is_one_of_several() or dist.is_initialized():
        yield current_processes()
        return
    try:
        dist.init_process_group("gloo", timeout=_PATIENCE)
    except (RuntimeError, ValueError, OSError) as error:
        raise RunError(f"the other processes of this training cannot be reached: {error}") from error
    try:
        yield DistributedProcesses()
    finally:
        dist.destroy_process_group()


def current_processes() -> Processes:
    """Those of the surrounding `joined_processes`, or this one alone."""
    return DistributedProcesses() if dist.is_available() and dist.is_initialized() else Processes()


def is_one_of_several() -> bool:
    """Whether torchrun started this process beside others.

    Raises:
        ArgumentError: some of its variables are missing from the environment, or are no numbers.
    """
    size = os.environ.get("WORLD_SIZE")
    if size is None:
        return False
    missing = [name for name in _VARIABLES if not os.environ.get(name)]
    if missing or not size.isdigit():
        what = f"{missing[0]} is not" if missing else f"is no number ({size[:20]!r})"
        raise ArgumentError(
            f"WORLD_SIZE is in the environment and {what}: start several processes by torchrun or by --processes, or "
            "unset WORLD_SIZE"
        )
    return int(size) > 1
