"""Works on shards one after the other, or in several processes."""

import multiprocessing
import os
import re
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from autoencode.data.shards.find_shards import shard_files
from autoencode.errors import ArgumentError, DataError, RunError
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter, note_what_is_kept, resolve_reporter, track
from autoencode.storage import atomic_write, remove_unfinished
from autoencode.tasks.shards.ray_pool import done_by_ray
from autoencode.tasks.shards.shard_work import ShardDone, ShardWork

_PART = re.compile(r"(\d+)/(\d+)")
_FACTS = "shards.json"
_SHOWN = 3


@dataclass(frozen=True)
class ShardsDone:
    """What came of it.

    Args:
        out: the folder of the results.
        done: the shards that were worked on now.
        present: how many results were there already.
    """

    out: Path
    done: tuple[ShardDone, ...]
    present: int

    @property
    def rows(self) -> int:
        """How many examples were written now."""
        return sum(one.rows for one in self.done)


def work_on_shards(
    work: ShardWork,
    inputs: Sequence[str | Path],
    *,
    part: str | None = None,
    processes: int = 1,
    ray: str | None = None,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> ShardsDone:
    """Makes a result of each shard; results that are there already are kept.

    A result is written under a temporary name and renamed, so that each is whole however the work ends, and the same
    command goes on from there. Its bytes depend on the shard, the run and the options alone.

    Args:
        work: what is done to each.
        inputs: shards: files, folders of them, and patterns such as "shard-{0000..0127}.tar".
        part: "3/16" is the third of 16 parts of the shards, for one of 16 machines; None for all.
        processes: how many work at the same time on this machine.
        ray: the address of a Ray cluster, or "local" for one on this machine; None without Ray.
        reporter: receives the progress of "working", in shards, and a warning for each example that is left out.
        cancel: checked between shards.

    Raises:
        ArgumentError: no shards, a part without a meaning, or a folder with the results of something else.
        CancelledError: `cancel` asked for it.
        CapabilityError: Ray is wanted and not installed.
        DataError: a shard could not be read; the others are done.
        RunError: a process has ended, or there is no cluster.
    """
    reporter = resolve_reporter(reporter)
    shards = part_of(list_shards(inputs), part)
    if work.out.exists() and not work.out.is_dir():
        raise ArgumentError(f"--out {work.out} is a file: give a folder")
    _check_names(work, shards)
    _check_same_work(work)
    remove_unfinished(work.out)
    todo = [shard for shard in shards if not work.result_of(shard).exists()]
    present = len(shards) - len(todo)
    if present:
        reporter.note(f"{present:,} of {len(shards):,} results are there already and are kept")
    done = list[ShardDone]()
    with (
        note_what_is_kept(reporter, lambda: f"{present + len(done):,} of {len(shards):,} results are in {work.out}"),
        track(reporter, "working", len(shards), "shards", done=present, cancel=cancel) as progress,
    ):
        for one in _done(work, todo, processes, ray):
            done.append(one)
            for skip in one.skipped:
                reporter.warn(str(skip))
            progress.advance(detail=one.shard.name)
    if failed := [one for one in done if one.error]:
        listed = "; ".join(f"{one.shard.name}: {one.error}" for one in failed[:_SHOWN])
        raise DataError(
            f"{len(failed):,} of {len(todo):,} shards could not be worked on, the others are done: {listed}"
        )
    return ShardsDone(work.out, tuple(done), present)


def list_shards(inputs: Sequence[str | Path]) -> list[Path]:
    """The files that inputs name, in order.

    Raises:
        ArgumentError: there are none.
        DataError: a pattern of more than a million files.
    """
    files = list[Path]()
    for given in inputs:
        if Path(given).is_dir():
            files += sorted(
                file for file in Path(given).iterdir() if file.suffix.lower() in (".tar", ".parquet", ".csv")
            )
        else:
            files += shard_files(str(given))  # of tables, too, which are no shards to train on
    if not files:
        raise ArgumentError("there are no shards: name .tar, .parquet or .csv files, or a folder of them")
    if missing := [file for file in files if not file.is_file()]:
        raise ArgumentError(f"there is no shard {missing[0]}: check the numbers of the pattern")
    return files


def part_of(shards: list[Path], part: str | None) -> list[Path]:
    """Every n-th of the shards.

    Args:
        shards: all of them.
        part: "k/n", counted from 1.

    Raises:
        ArgumentError: anything else.

    Example:
        >>> [str(path) for path in part_of([Path(name) for name in "abcde"], "2/3")]
        ['b', 'e']
    """
    if part is None:
        return shards
    found = _PART.fullmatch(part)
    if found is None or not 1 <= int(found[1]) <= int(found[2]):
        raise ArgumentError(f"--part takes a part and how many there are, such as 3/16, not {part!r}")
    return shards[int(found[1]) - 1 :: int(found[2])]


def _check_names(work: ShardWork, shards: Sequence[Path]) -> None:
    results = dict[Path, Path]()
    for shard in shards:
        other = results.setdefault(work.result_of(shard), shard)
        if other != shard:
            raise ArgumentError(f"{other} and {shard} have one name, and so would their results: give one a new name")
        if work.result_of(shard).resolve() == shard.resolve():
            raise ArgumentError(f"{shard} would be overwritten: choose another folder with --out")


def _check_same_work(work: ShardWork) -> None:
    """Raises where the folder holds results of another run, command or options."""
    facts, path = work.facts(), work.out / _FACTS
    if not path.exists():
        atomic_write(path, facts)
    elif path.read_text(errors="replace") != facts:
        raise ArgumentError(
            f"{work.out} holds the results of another run or of other options: choose another folder with --out"
        )


def _done(work: ShardWork, todo: Sequence[Path], processes: int, ray: str | None) -> Iterator[ShardDone]:
    if ray is not None:
        return done_by_ray(work, todo, ray)
    if processes == 1 or len(todo) < 2:
        return map(work, todo)
    return _done_by_pool(work, todo, min(processes, len(todo)))


def _done_by_pool(work: Callable[[Path], ShardDone], todo: Sequence[Path], processes: int) -> Generator[ShardDone]:
    """Works in new processes; however the block ends, none is left."""
    before = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), initializer=_begin_worker)
    try:
        for future in as_completed([pool.submit(work, shard) for shard in todo]):
            yield future.result()
    except BrokenProcessPool as error:
        raise RunError(
            "a process of the pool has ended (killed, or without memory): whole results are kept; run the same command "
            "again, with fewer --processes if memory was short"
        ) from error
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in set(multiprocessing.active_children()) - before:
            child.terminate()
            child.join()


def _begin_worker() -> None:
    """Leaves Ctrl-C to the first process, and ends when that one has."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=lambda: (parent.join(), os._exit(1)), daemon=True).start()
