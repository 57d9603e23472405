"""What a campaign counts."""

import traceback
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "autoencode"


@dataclass(frozen=True)
class Fault:
    """Something that must not happen.

    Args:
        kind: traceback, hang, memory, signal, message, warning, outside, read, lost, bits, leftover.
        place: the last line of the package that was reached, such as "runs/run.py:211 in class_index".
        error: in one line.
        command: what was run.
    """

    kind: str
    place: str
    error: str
    command: str


@dataclass(frozen=True)
class CaseResult:
    """What came of one case.

    Args:
        number: makes the case again, with the same seed.
        about: what was done to the files.
        commands: how many were run.
        refused: how many of them ended with a one-line refusal.
        faults: none if all is well.
    """

    number: int
    about: str
    commands: int
    refused: int
    faults: tuple[Fault, ...]


def place_of(error: BaseException) -> str:
    """The last frame of the package in a traceback."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if _is_own(frame.filename)]
    last = (own or frames)[-1:]
    return f"{_short(last[0].filename)}:{last[0].lineno} in {last[0].name}" if last else "?"


def place_in_dump(text: str) -> str:
    """The same from what `faulthandler` wrote, in which the innermost frame comes first."""
    for line in text.splitlines():
        if line.startswith('  File "') and _is_own(name := line.split('"')[1]):
            number = line.partition(", line ")[2]
            return f"{_short(name)}:{number.replace(' in ', ' in ')}"
    return "?"


def _is_own(filename: str) -> bool:
    return "/autoencode/" in filename and "site-packages" not in filename


def _short(filename: str) -> str:
    return filename.rpartition("/autoencode/")[2] if _is_own(filename) else Path(filename).name


def grouped(results: Iterable[CaseResult]) -> list[tuple[Fault, int, CaseResult]]:
    """One fault of each kind and place, how often it came, and the first case of it; the most frequent first."""
    first: dict[tuple[str, str], tuple[Fault, CaseResult]] = {}
    count: Counter[tuple[str, str]] = Counter()
    for result in results:
        for fault in result.faults:
            key = (fault.kind, fault.place if fault.place != "?" else fault.error[:60])
            first.setdefault(key, (fault, result))
            count[key] += 1
    return [(first[key][0], number, first[key][1]) for key, number in count.most_common()]
