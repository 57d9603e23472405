"""Plants known bugs one at a time, and reports those that no test catches.

A test suite that passes does not show what it would catch. Each row of scripts/mutants/*.toml is a one-line bug of a
kind that has been made before: a KL clamped at zero, a mean in place of a sum, `sample` in place of `rsample`. This
script copies `src` to a temporary folder, plants one bug there, runs the tests that should fail, and reports the bugs
that survive.

    python scripts/mutants.py                    all of them
    python scripts/mutants.py --only kl          those with "kl" in their name or file
    python scripts/mutants.py --list             their names

Exit status: 0 if every bug is caught, 1 if one survives or a row no longer fits the source.
"""

import argparse
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # before PyTorch is imported: a fork has only the thread that forked

import beartype  # noqa: F401 - imported once here, not once a row
import numpy  # noqa: F401
import PIL.Image  # noqa: F401
import pydantic  # noqa: F401
import pytest
import scipy.stats  # noqa: F401
import sklearn.base  # noqa: F401
import torch  # noqa: F401
import typer.testing  # noqa: F401

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = Path("src/autoencode")
CAUGHT, SURVIVED, BROKEN = "caught", "SURVIVED", "BROKEN"
SECONDS = 600


@dataclass(frozen=True)
class Mutant:
    """One planted bug.

    Args:
        name: what is wrong.
        file: inside the package.
        original: a fragment that is in the file exactly once.
        planted: its replacement.
        tests: paths of the tests that should fail.
    """

    name: str
    file: str
    original: str
    planted: str
    tests: tuple[str, ...]

    def problem(self) -> str | None:
        """Why the row does not fit the source, or None."""
        file = ROOT / PACKAGE / self.file
        if not file.is_file():
            return f"there is no {PACKAGE / self.file}"
        if missing := [test for test in self.tests if not (ROOT / test).exists()]:
            return f"there is no {missing[0]}"
        count = file.read_text().count(self.original)
        return None if count == 1 else f"its fragment occurs {count} times in {PACKAGE / self.file}, not once"


def read_table() -> list[Mutant]:
    """The rows of all tables in scripts/mutants/."""
    tables = [tomllib.loads(file.read_text()) for file in sorted((ROOT / "scripts" / "mutants").glob("*.toml"))]
    rows = [Mutant(**{**row, "tests": tuple(row["tests"])}) for table in tables for row in table["mutant"]]
    names = [row.name for row in rows]
    if twice := {name for name in names if names.count(name) > 1}:
        raise SystemExit(f"two mutants are named {twice.pop()}")
    return rows


def run_tests(source: Path, tests: Sequence[str]) -> tuple[int, str]:
    """Pytest's exit status against the package in `source`, and the end of its output.

    The tests run in a fork of this process, which has imported PyTorch and pytest but never the package.
    """
    with tempfile.NamedTemporaryFile() as output:
        child = multiprocessing.get_context("fork").Process(target=_pytest, args=(source, tests, output.name))
        child.start()
        child.join(SECONDS)
        if child.exitcode is None:
            os.killpg(child.pid or 0, signal.SIGKILL)
            child.join()
            return 1, f"stopped after {SECONDS} s"
        return child.exitcode, Path(output.name).read_text(errors="replace")[-2000:]


def _pytest(source: Path, tests: Sequence[str], output: str) -> None:
    """Leaves the process with pytest's exit status; it and what it starts import the package from `source`."""
    os.setpgid(0, 0)
    os.chdir(ROOT)
    os.environ["PYTHONPATH"] = str(source)
    sys.path.insert(0, str(source))
    descriptor = os.open(output, os.O_WRONLY | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(descriptor, stream)
    status = pytest.main(
        ["-x", "-q", "-p", "no:cacheprovider", "--no-header", "-W", "ignore::pytest.PytestAssertRewriteWarning", *tests]
    )
    sys.stdout.flush()
    os._exit(int(status))


def copy_source(folder: Path) -> Path:
    """A copy of `src`, with compiled files where there are any, so that a row compiles one file and not all."""
    return Path(shutil.copytree(ROOT / "src", folder / "src"))


def test_mutant(mutant: Mutant, source: Path) -> tuple[str, str]:
    """Plants the bug in the copy, runs its tests and takes it out again; returns the verdict and details."""
    if problem := mutant.problem():
        return BROKEN, problem
    file = source / "autoencode" / mutant.file
    original = file.read_text()
    file.write_text(original.replace(mutant.original, mutant.planted))
    _remove_compiled(file)
    try:
        status, details = run_tests(source, mutant.tests)
    finally:
        file.write_text(original)
        _remove_compiled(file)
    if status == 0:
        return SURVIVED, f"in {PACKAGE / mutant.file}: {mutant.planted.strip()}"
    # 1 means that a test failed; anything else means that pytest could not collect them.
    return (CAUGHT, "") if status == 1 else (BROKEN, f"pytest ended with {status}: {details}")


def _remove_compiled(file: Path) -> None:
    """A compiled file is trusted by its second and size, which a bug that is planted and taken out can share."""
    for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*"):
        compiled.unlink()


def test_mutants(mutants: Sequence[Mutant]) -> list[tuple[str, str]]:
    """The verdicts of one process's rows, each said as it is known."""
    verdicts = []
    with tempfile.TemporaryDirectory() as folder:
        source = copy_source(Path(folder))
        for mutant in mutants:
            verdict, details = test_mutant(mutant, source)
            verdicts.append((verdict, details))
            print(f"{verdict:<9} {mutant.name}{': ' + details if details else ''}", flush=True)
    return verdicts


def check_untouched(mutants: Sequence[Mutant]) -> None:
    """The tests must pass without a bug, as otherwise they would catch everything."""
    tests = sorted({test for mutant in mutants if not mutant.problem() for test in mutant.tests})
    status, details = run_tests(ROOT / "src", tests) if tests else (0, "")
    if status != 0:
        raise SystemExit(f"the tests fail without a planted bug:\n{details}")


def main() -> int:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description="plant known bugs, report those that no test catches")
    parser.add_argument("--only", metavar="NAME", help="mutants with this text in their name or file")
    parser.add_argument("--list", action="store_true", help="list names without running anything")
    parser.add_argument(
        "--no-baseline", action="store_true", help="do not run the tests without a bug first: they have just passed"
    )
    parser.add_argument(
        "--jobs", type=int, default=max(1, (os.cpu_count() or 2) // 2), help="number of mutants at a time"
    )
    options = parser.parse_args()
    mutants = [m for m in read_table() if not options.only or options.only in f"{m.name} {m.file}"]
    if not mutants:
        raise SystemExit(f"no mutant has '{options.only}' in its name; see --list")
    if options.list:
        for mutant in mutants:
            print(f"{mutant.name:<45} {mutant.file}")
        return 0
    if not options.no_baseline:
        check_untouched(mutants)
    with ProcessPoolExecutor(options.jobs, multiprocessing.get_context("fork")) as pool:
        shares = pool.map(test_mutants, [mutants[job :: options.jobs] for job in range(options.jobs)])
        verdicts = [verdict for share in shares for verdict, _ in share]
    print(", ".join(f"{verdicts.count(verdict)} {verdict.lower()}" for verdict in (CAUGHT, SURVIVED, BROKEN)))
    return 0 if verdicts.count(CAUGHT) == len(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
