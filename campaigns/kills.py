"""kill -9 at a random moment, then the same command again: it must be taken, and the weights' bits must be the same."""

import os
import shutil
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random

from campaigns.base_runs import Workshop
from campaigns.changes import Changes
from campaigns.child import Ended, Limits, autoencode, run
from campaigns.fault import CaseResult, Fault
from campaigns.removal import remove_tree
from campaigns.run_contents import differing_tensors, leftovers

_LIMITS = Limits(seconds=60, memory=8 * 2**30)
_TRAIN = ("train", "digits", "--limit", "200", "--validation", "30", "--test", "30", "--seed", "1", "-o", "run")
_OFTEN = ("--checkpoint-seconds", "0.05")


@dataclass(frozen=True)
class Job:
    """A command that is killed.

    Args:
        words: the command.
        base: the run folder that it starts from, by the words that made it; none for a new one.
    """

    words: tuple[str, ...]
    base: tuple[str, ...] = ()


_SHORT = (*_TRAIN, "-r", "dense-vae", "--hidden", "16", "--epochs", "2", "--no-report")
JOBS: dict[str, Job] = {
    "train": Job((*_TRAIN, "-r", "dense-vae", "--hidden", "16", "--epochs", "12", *_OFTEN, "--no-report")),
    "train threads": Job((*_TRAIN, "-r", "conv-vae", "--epochs", "3", *_OFTEN, "--threads", "2", "--no-report")),
    "train average": Job((*_TRAIN, "-r", "conv-ae", "--epochs", "4", *_OFTEN, "--ema-decay", "0.9", "--no-report")),
    "train report": Job((*_TRAIN, "-r", "dense-vae", "--hidden", "16", "--epochs", "2")),
    "train rae": Job((*_TRAIN, "-r", "rae", "--epochs", "2", "--no-report")),
    "train adversarial": Job((*_TRAIN, "-r", "adversarial-ae", "--epochs", "3", *_OFTEN, "--no-report")),
    "resume": Job(("train", "--resume", "run", "--epochs", "14", *_OFTEN, "--no-report"), _SHORT),
    "resume threads": Job(
        ("train", "--resume", "run", "--epochs", "10", *_OFTEN, "--threads", "2", "--no-report"), _SHORT
    ),
    "fit-prior": Job(("fit-prior", "run", "mixture"), _SHORT),
    "fit-prior flow": Job(("fit-prior", "run", "flow", "--epochs", "1"), _SHORT),
    "report": Job(("report", "run"), _SHORT),
}


@dataclass(frozen=True)
class Reference:
    """What an undisturbed command leaves.

    Args:
        folder: the run folder.
        seconds: that it took.
        events: how often it changed something on the disk.
    """

    folder: Path
    seconds: float
    events: int


class Kills:
    """Kills at random moments."""

    count = 100

    @cached_property
    def references(self) -> dict[str, Reference]:
        """By the name of the job; filled by `prepare`."""
        return {}

    def prepare(self, workshop: Workshop, numbers: Sequence[int]) -> None:
        """Runs every job of these cases once without harm."""
        for name in dict.fromkeys(map(_name, numbers)):
            job = JOBS[name]
            home = workshop.root / "references" / name.replace(" ", "-")
            self._start(workshop, job, home)
            changes = Changes()
            ended = _run(job, home, changes.count)
            if ended.status:
                raise SystemExit(f"cannot prepare: {' '.join(job.words)}: {ended.stderr} {ended.faults}")
            self.references[name] = Reference(home / "run", ended.seconds, changes.number)

    def _start(self, workshop: Workshop, job: Job, home: Path) -> None:
        home.mkdir(parents=True)
        if job.base:
            made = workshop.root / "run"
            if not made.exists():
                workshop.command(*job.base, cwd=workshop.root)
            shutil.copytree(made, home / "run")

    def run_case(self, workshop: Workshop, number: int) -> CaseResult:
        """One kill, or two one after the other, and the command again."""
        random, home = Random(f"kills {workshop.seed} {number}"), workshop.root / f"case-{number}"
        name = _name(number)
        job, reference = JOBS[name], self.references[name]
        self._start(workshop, job, home)
        said = [self._kill(job, reference, home, random) for _ in range(random.choice([1, 1, 2]))]
        faults = [
            *again(job.words, home, _LIMITS, log=home / "log"),
            *compare(reference.folder, home / "run", job.words),
        ]
        remove_tree(home)
        return CaseResult(number, f"{name}: killed {', then '.join(said)}", len(said) + 1, 0, tuple(faults))

    def _kill(self, job: Job, reference: Reference, home: Path, random: Random) -> str:
        if random.random() < 0.5:
            event = random.randint(1, max(1, reference.events))
            _run(job, home, Changes(event).count)
            return f"at change {event} of {reference.events} to the disk"
        seconds = random.uniform(0, 1.1 * reference.seconds)
        _run(job, home, lambda: _kill_after(seconds))
        return f"after {seconds:.2f} of {reference.seconds:.2f} s"


def _name(number: int) -> str:
    """The job of a case."""
    return list(JOBS)[number % len(JOBS)]


def _run(job: Job, home: Path, before: Callable[[], None]) -> Ended:
    return run(autoencode(*job.words), job.words, cwd=home, log=home / "log", limits=_LIMITS, before=before)


def again(words: tuple[str, ...], home: Path, limits: Limits, *, log: Path) -> list[Fault]:
    """The same command after harm; what it says to do instead counts, as long as it works.

    Args:
        words: the command.
        home: its working folder, with the run folder `run` in it.
        limits: what it may use.
        log: where its words go.
    """
    first = run(autoencode(*words), words, cwd=home, log=log, limits=limits)
    if not first.status or _is_done(first, home):
        return list(first.faults)
    resume = ("train", "--resume", "run", *(word for word in words if word == "--no-report"))
    if words[0] == "train" and "-o" in words and "--resume" in first.stderr:
        second = run(autoencode(*resume), resume, cwd=home, log=log, limits=limits)
        if not second.status or _is_done(second, home):
            return [*first.faults, *second.faults]
        said = f"{_last_line(first)} | then: {_last_line(second)}"
        return [*first.faults, *second.faults, Fault("lost", "neither the command nor --resume", said, " ".join(words))]
    return [*first.faults, Fault("lost", "the same command is refused", _last_line(first), " ".join(words))]


def _is_done(ended: Ended, home: Path) -> bool:
    """Whether it was refused as there was nothing left to do."""
    file = home / "run" / "run.json"
    return "complete" in ended.stderr and file.is_file() and '"status": "complete"' in file.read_text()


def _last_line(ended: Ended) -> str:
    return (ended.stderr.strip().splitlines() or ["?"])[-1][:300]


def compare(reference: Path, folder: Path, words: tuple[str, ...]) -> list[Fault]:
    """Differing bits, and what was left lying about."""
    odd = [
        Fault("bits", name, "other bits than without harm", " ".join(words))
        for name in differing_tensors(reference, folder)
    ]
    return odd + [Fault("leftover", "a file that is not whole", name, " ".join(words)) for name in leftovers(folder)]


def _kill_after(seconds: float) -> None:
    timer = threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGKILL))
    timer.daemon = True
    timer.start()
