"""Array files, pictures and folders of pictures with something wrong, given to whatever reads data."""

import gzip
import struct
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from random import Random

from campaigns.base_runs import Workshop, make_bases
from campaigns.child import Ended, autoencode, run
from campaigns.fault import CaseResult, Fault
from campaigns.mutate import file_bytes
from campaigns.mutate.array_file import write_npy, write_npz
from campaigns.mutate.folder_of_pictures import write_folder
from campaigns.mutate.picture_file import ENDINGS, spoil_picture, write_picture
from campaigns.removal import remove_tree
from campaigns.tree import differences, snapshot

_KINDS = ("npy", "npz", "folder", "picture", "idx")


class Arrays:
    """Mutated data files."""

    count = 2_000

    def prepare(self, workshop: Workshop, numbers: Sequence[int]) -> None:
        """Trains the models that the files are shown to."""
        make_bases(workshop, ("dense-vae", "conv-ae"))

    def run_case(self, workshop: Workshop, number: int) -> CaseResult:
        """One file or folder; it is read, trained on for a step, and shown to a trained model."""
        random, home = Random(f"arrays {workshop.seed} {number}"), workshop.root / f"case-{number}"
        work = home / "work"
        work.mkdir(parents=True)
        kind = random.choices(_KINDS, [5, 5, 5, 2, 1])[0]
        name, said = _make(kind, work, random)
        base = workshop.bases / random.choice(["dense-vae", "conv-ae"])
        commands = _commands(kind, name, base, random)
        faults, refused = list[Fault](), 0
        for words, command in commands:
            ended, found = _run(words, command, work, home)
            refused += ended.status in (1, 2)
            faults += found
        remove_tree(home)
        return CaseResult(number, f"{name}: {said}", len(commands), refused, tuple(faults))


def _make(kind: str, work: Path, random: Random) -> tuple[str, str]:
    if kind == "npy":
        return "data.npy", write_npy(work / "data.npy", random) + _perhaps_no_file(work / "data.npy", random)
    if kind == "npz":
        return "data.npz", write_npz(work / "data.npz", random) + _perhaps_no_file(work / "data.npz", random)
    if kind == "folder":
        return "data", write_folder(work / "data", random)
    if kind == "picture":
        file = work / f"one.{random.choice(list(ENDINGS))}"
        write_picture(file, random)
        return file.name, spoil_picture(file, random) + _perhaps_no_file(file, random)
    return "images.gz", _write_idx(work / "images.gz", random)


def _perhaps_no_file(file: Path, random: Random) -> str:
    return "; " + file_bytes.in_kind(file, random) if random.random() < 0.08 else ""


def _write_idx(file: Path, random: Random) -> str:
    shape = random.choice([(5, 8, 8), (5,), (2**31, 2**31), (0, 8, 8), (5, 2**32 - 1), (70_000, 200, 200)])
    header = bytes([0, 0, random.choice([8, 8, 8, 9, 13]), random.choice([len(shape), 0, 4, 200])])
    content = header + struct.pack(f">{len(shape)}I", *shape) + random.randbytes(320)
    if random.random() < 0.2:
        content += bytes(200_000_000)
    file.write_bytes(gzip.compress(content, 1))
    damage = file_bytes.in_bytes(file, random) if random.random() < 0.5 else "whole"
    return f"IDX of {shape}, {damage}"


def _commands(kind: str, name: str, base: Path, random: Random) -> list[tuple[tuple[str, ...], Callable[[], None]]]:
    if kind == "idx":
        return [(("read_idx", name), partial(_read_idx, name))]
    report = () if random.random() < 0.1 else ("--no-report",)
    values = random.choice([()] * 6 + [("--values", "raw"), ("--values", "0-255"), ("--values", "0-1")])
    recipe = random.choice(
        [()] * 5 + [("-r", "conv-vae"), ("-r", "conditional-vae"), ("-r", "m2-vae"), ("-r", "dense-vae")]
    )
    train = ("train", name, "--steps", "1", *report, *values, *recipe, "-o", "run")
    reconstruct = ("reconstruct", str(base), name, "-o", "back")
    load = (("load", name), partial(_load, name))
    return [load, (train, autoencode(*train)), (reconstruct, autoencode(*reconstruct))]


def _load(name: str) -> None:
    from autoencode import load

    _reported(lambda: load(name))


def _read_idx(name: str) -> None:
    from autoencode.data.arrays.idx import read_idx

    _reported(lambda: read_idx(Path(name).read_bytes(), name))


def _reported(work: Callable[[], object]) -> None:
    """Refusals of a function, as the command line prints them."""
    from autoencode.errors import AutoencodeError

    try:
        work()
    except AutoencodeError as error:
        sys.stderr.write(f"autoencode: {error}\n")
        sys.exit(1)


def _run(words: tuple[str, ...], command: Callable[[], None], work: Path, home: Path) -> tuple[Ended, list[Fault]]:
    """What came of a command, and what it changed beside its own output."""
    results = [work / "run", work / "back"]
    before = snapshot(work, results)
    ended = run(command, words, cwd=work, log=home / "log")
    changed = differences(before, snapshot(work, results))
    outside = [Fault("outside", "a file that was only to be read", line, " ".join(words)) for line in changed]
    return ended, [*ended.faults, *outside]
