"""The order of the measurements: one contender at a time, in turn."""

import statistics
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from speed.contenders import Contender
from speed.process import Failed, Process, environment_for, memory_left

LET_GO = 0.5
"""A setting with less than this share of the images of its contender's best, at the same precision, has no chance."""

LEFT = 3.0
"""GB of memory that must be free where another contender is to start."""


@dataclass(frozen=True)
class Plan:
    """How a job is run.

    Args:
        letter: of the job.
        changes: to the job, for a small check.
        data: the pictures.
        folder: where contenders may write.
        pythons: of each environment, or why there is none.
        threads: that each contender has.
        steps: whose losses are compared.
        rounds: slices of each contender.
        seconds: of a slice.
        limit: seconds that a contender may take to its first step. Half of it is for the others whose losses are noted.
    """

    letter: str
    changes: dict[str, Any]
    data: Path
    folder: Path
    pythons: dict[str, Path | str]
    threads: int
    steps: int
    rounds: int
    seconds: float
    limit: float

    def log(self, place: int, contender: Contender) -> Path:
        """The log file of a contender."""
        return self.folder / "logs" / f"{self.letter}-{place}-{contender.module}.log"


@dataclass
class Row:
    """What was found of a contender.

    Args:
        contender: who.
        parameters: numbers that it learns.
        steps: whose losses were noted.
        loss: their mean over the last third.
        versions: of its packages.
        trial: images a second in a first slice, right after its first steps.
        speeds: images a second in each round.
        failed: why there is nothing more.
    """

    contender: Contender
    parameters: int | None = None
    steps: int = 0
    loss: float | None = None
    versions: dict[str, str] = field(default_factory=dict[str, str])
    trial: float | None = None
    speeds: list[float] = field(default_factory=list[float])
    failed: str = ""

    @property
    def speed(self) -> float | None:
        """The median of the rounds, or the trial slice."""
        return None if self.failed else statistics.median(self.speeds) if self.speeds else self.trial


def race(plan: Plan, rows: list[Row]) -> None:
    """Fills in the rows: first steps and a trial slice of each, one after the other; then the rounds, in turn."""
    processes: dict[int, Process] = {}
    try:
        for place, row in enumerate(rows):
            _say(f"{plan.letter}: {row.contender}")
            _attempt(plan, row, processes, place)
            _let_go(rows, processes)
        for number in range(plan.rounds):
            _say(f"{plan.letter}: round {number + 1} of {plan.rounds}, {len(processes)} contenders")
            for place in sorted(processes):
                _attempt(plan, rows[place], processes, place)
    finally:
        for process in processes.values():
            process.end()


def _attempt(plan: Plan, row: Row, processes: dict[int, Process], place: int) -> None:
    """The first steps and the trial, or the next slice; a contender that fails is dropped."""
    try:
        if place in processes:
            row.speeds.append(processes[place].slice(plan.seconds, plan.limit))
        else:
            processes[place] = _started(plan, row.contender, place)
            _first_steps(plan, row, processes[place])
            row.trial = processes[place].slice(plan.seconds, plan.limit)
    except Failed as reason:
        row.failed = str(reason)
        _say(f"{plan.letter}: {row.contender}: {reason}; see {plan.log(place, row.contender)}")
        if place in processes:
            processes.pop(place).end()


def _started(plan: Plan, contender: Contender, place: int) -> Process:
    python = plan.pythons[contender.environment]
    if isinstance(python, str):
        raise Failed(f"no environment: {python}")
    if memory_left() < LEFT:
        raise Failed("too little free memory: choose fewer contenders with --contenders")
    log = plan.log(place, contender)
    work = {"work": str(plan.folder / "work" / log.stem)} if contender.module == "ours" else {}
    request = {
        "module": contender.module,
        "job": plan.letter,
        "changes": plan.changes,
        "data": str(plan.data),
        "steps": plan.steps,
        "patience": plan.limit / 2,
        "options": {**contender.options, **work},
    }
    environ = environment_for(contender.environment == "own", plan.threads, contender.environ)
    log.parent.mkdir(parents=True, exist_ok=True)
    return Process(python, request, environ, log)


def _first_steps(plan: Plan, row: Row, process: Process) -> None:
    process.read(plan.limit)
    facts = process.read(plan.limit)
    process.stop()
    row.parameters, row.steps, row.loss = facts["parameters"], facts["steps"], facts["loss"]
    row.versions = facts["versions"]


def _let_go(rows: list[Row], processes: dict[int, Process]) -> None:
    """Ends settings that are too slow, to save time and memory."""
    for place in list(processes):
        like = (rows[place].contender.name, rows[place].contender.precision)
        best = max(row.trial or 0 for row in rows if (row.contender.name, row.contender.precision) == like)
        if rows[place].trial < LET_GO * best:
            processes.pop(place).end()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
