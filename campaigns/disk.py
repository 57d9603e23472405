"""A disk that is full at some point: nothing half-written is taken for whole, and the same command works afterwards."""

import ctypes
import os
import resource
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random

from campaigns.base_runs import Workshop
from campaigns.child import Limits, autoencode, run
from campaigns.fault import CaseResult, Fault
from campaigns.kills import again, compare
from campaigns.removal import remove_tree
from campaigns.run_contents import half_written, leftovers

_LIMITS = Limits(seconds=60, memory=8 * 2**30)
_TRAIN = ("train", "digits", "--limit", "100", "--validation", "30", "--test", "30", "--seed", "1", "-o", "run")
_SHORT = (*_TRAIN, "-r", "dense-vae", "--hidden", "16", "--epochs", "1", "--no-report")
JOBS: dict[str, tuple[str, ...]] = {
    "train": (*_TRAIN, "-r", "dense-vae", "--hidden", "16", "--epochs", "3", "--checkpoint-seconds", "0.05"),
    "resume": ("train", "--resume", "run", "--epochs", "4"),
    "train rae": (*_TRAIN, "-r", "rae", "--epochs", "1", "--no-report"),
    "fit-prior": ("fit-prior", "run", "mixture"),
    "report": ("report", "run"),
    "explore": ("explore", "run"),
    "generate": ("generate", "run", "-n", "20"),
    "map": ("map", "run"),
    "morph": ("morph", "run", "test:1", "test:2", "--frames", "3"),
    "reconstruct": ("reconstruct", "run"),
}
_PAGE, _LARGE = 4096, 2**28
_NEW_MOUNTS, _NEW_USER = 0x20000, 0x10000000


@dataclass(frozen=True)
class Reference:
    """What a command leaves where there is room enough.

    Args:
        folder: the run folder.
        size: bytes that it wrote more than there were.
    """

    folder: Path
    size: int


class Disk:
    """Full disks."""

    count = 20

    @cached_property
    def references(self) -> dict[str, Reference]:
        """By the name of the job; filled by `prepare`."""
        return {}

    def prepare(self, workshop: Workshop, numbers: Sequence[int]) -> None:
        """Runs every job of these cases once with room enough."""
        workshop.command(*_SHORT, cwd=workshop.root)
        for name in dict.fromkeys(map(_name, numbers)):
            words = JOBS[name]
            home = workshop.root / "references" / name.replace(" ", "-")
            home.mkdir(parents=True)
            _start(workshop, words, home)
            before = _size(home)
            ended = run(autoencode(*words), words, cwd=home, log=workshop.root / "log", limits=_LIMITS)
            if ended.status:
                raise SystemExit(f"cannot prepare: {' '.join(words)}: {ended.stderr} {ended.faults}")
            self.references[name] = Reference(home / "run", _size(home) - before)

    def run_case(self, workshop: Workshop, number: int) -> CaseResult:
        """One command on a disk with too little room, then again with enough."""
        random, home = Random(f"disk {workshop.seed} {number}"), workshop.root / f"case-{number}"
        name = _name(number)
        words, reference = JOBS[name], self.references[name]
        work = home / "disk"
        work.mkdir(parents=True)
        most = int(1.1 * reference.size / _PAGE)
        room = random.randint(0, random.choice([most, min(most, 8)])) * _PAGE  # small files come first
        disk: SmallDisk | SmallFiles = SmallDisk(work) if may_mount(work) else SmallFiles()
        _start(workshop, words, work)
        disk.shrink(_size(work) + room)
        first = run(autoencode(*words), words, cwd=work, log=home / "log", limits=_LIMITS, before=disk.before)
        faults = [*first.faults, *_damage(work, words)]
        disk.grow()
        if first.status:
            faults += [*again(words, work, _LIMITS, log=home / "log"), *compare(reference.folder, work / "run", words)]
        disk.close()
        remove_tree(home)
        about = f"{name}: {room:,} of {reference.size:,} bytes free, ended with {first.status}"
        return CaseResult(number, about, 2, int(first.status == 1), tuple(faults))


def _name(number: int) -> str:
    """The job of a case."""
    return list(JOBS)[number % len(JOBS)]


def _start(workshop: Workshop, words: tuple[str, ...], home: Path) -> None:
    if "-o" not in words:
        shutil.copytree(workshop.root / "run", home / "run")


def _size(folder: Path) -> int:
    """Bytes on the disk, a page at least for a file."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return sum(-(-path.stat().st_size // _PAGE) * _PAGE for path in files)


def _damage(work: Path, words: tuple[str, ...]) -> list[Fault]:
    """What a full disk left that it should not."""
    said = " ".join(words)
    halves = [Fault("lost", "a file that is not whole has its final name", line, said) for line in half_written(work)]
    return halves + [Fault("leftover", "a part of a file", name, said) for name in leftovers(work)]


class SmallDisk:
    """A file system in memory, with as much room as wanted, that this process and its children alone see (Linux)."""

    def __init__(self, place: Path) -> None:
        self._place = place
        _mount(place, _LARGE)

    def shrink(self, size: int) -> None:
        """Leaves room for so many bytes in all."""
        _mount(self._place, max(_PAGE, size), again=True)

    def before(self) -> None:
        """Nothing to do in a child."""

    def grow(self) -> None:
        """Room enough."""
        _mount(self._place, _LARGE, again=True)

    def close(self) -> None:
        """Takes it away."""
        ctypes.CDLL(None).umount2(os.fsencode(self._place), 2)


class SmallFiles:
    """Where nothing may be mounted: no file may be larger than so many bytes."""

    def __init__(self) -> None:
        self._size: int | None = None

    def shrink(self, size: int) -> None:
        """The limit, for the next child."""
        self._size = size // 4

    def before(self) -> None:
        """Sets the limit in a child."""
        if self._size is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (self._size, resource.RLIM_INFINITY))

    def grow(self) -> None:
        """No limit from now on."""
        self._size = None

    def close(self) -> None:
        """Nothing to take away."""


def may_mount(place: Path) -> bool:
    """Whether this process may mount file systems of its own; it is then in a world of its own."""
    libc = ctypes.CDLL(None, use_errno=True)
    flags = _NEW_MOUNTS if os.geteuid() == 0 else _NEW_MOUNTS | _NEW_USER
    if libc.unshare(flags):
        return False
    try:
        libc.mount(b"none", b"/", None, 0x44000, None)  # private, recursively: nothing reaches the others
        _mount(place, _LARGE)
    except OSError:
        return False
    libc.umount2(os.fsencode(place), 2)
    return True


def _mount(place: Path, size: int, *, again: bool = False) -> None:
    options = f"size={size}".encode()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"tmpfs", os.fsencode(place), b"tmpfs", 32 if again else 0, options):
        raise OSError(ctypes.get_errno(), f"cannot mount {place}")
