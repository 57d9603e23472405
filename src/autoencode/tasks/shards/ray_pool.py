"""Ray Data: the same work by actors on one machine or on a cluster."""

import os
import socket
from collections.abc import Callable, Generator, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from autoencode.errors import CapabilityError, RunError
from autoencode.tasks.shards.shard_work import ShardDone

_LOCAL = "local"
_PATIENCE = 5.0
"""Seconds."""


class _Actor:
    """Works on shards, one at a time."""

    def __init__(self, work: Callable[[Path], ShardDone]) -> None:
        self._work = work

    def __call__(self, rows: dict[str, Any]) -> dict[str, Any]:
        """What came of a batch of shards."""
        return {"done": [self._work(Path(str(shard))) for shard in rows["shard"]]}


def done_by_ray(work: Callable[[Path], ShardDone], todo: Sequence[Path], address: str) -> Generator[ShardDone]:
    """Works by Ray Data: shards, then actors of a whole core each, in order; without telemetry and dashboard.

    On a cluster run, shards and results lie where every machine reaches them under the same path.

    Args:
        work: what is done to each shard.
        todo: the shards.
        address: of the cluster, or "local".

    Raises:
        CapabilityError: Ray is not installed.
        RunError: no cluster at the address.
    """
    if find_spec("ray") is None:
        raise CapabilityError("Ray is not installed: pip install 'autoencode[ray]', or leave --ray out")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    ray, data = import_module("ray"), import_module("ray.data")
    where = {"include_dashboard": False} if address == _LOCAL else {"address": address}
    try:
        _check_reachable(address)
        ray.init(**where, log_to_driver=False, logging_level="error")
    except (OSError, ValueError, RuntimeError) as error:
        raise RunError(f"there is no Ray cluster at {address}: start one there, or say --ray local") from error
    try:
        context = data.DataContext.get_current()
        context.execution_options.preserve_order = True
        context.enable_progress_bars = False
        cores = max(1, int(ray.cluster_resources().get("CPU", 1)) - 1)  # one is left to the tasks that read
        rows = data.from_items([{"shard": str(shard)} for shard in todo], override_num_blocks=len(todo))
        actors = min(cores, len(todo))
        for row in rows.map_batches(
            _Actor, fn_constructor_args=(work,), batch_size=1, num_cpus=1, concurrency=actors
        ).iter_rows():
            yield row["done"]
    finally:
        ray.shutdown()


def _check_reachable(address: str) -> None:
    """Raises OSError where nothing answers at a host and port; Ray itself would try for minutes and end the process."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if colon and port.isdigit():
        socket.create_connection((host, int(port)), timeout=_PATIENCE).close()
