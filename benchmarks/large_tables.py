"""The peak memory of `train --recipe outliers` and `detect` for tables of growing length.

    python benchmarks/large_tables.py --rows 100000 1000000       some minutes on one core
    python benchmarks/large_tables.py --rows 100000 10000000

Each table is a .csv of six columns of numbers with two common factors and a category, written by a rule. Each command
is a process of its own, and its peak is the largest resident set that Linux counted for it. `--reading` stops after
the training, which reads the whole table and learns from 20,000 of its rows.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

PIECE = 100_000


def write(path: Path, rows: int) -> None:
    """A table, a piece at a time."""
    rng = np.random.default_rng(0)
    mixing = rng.normal(size=(2, 6))
    with path.open("w") as file:
        file.write(",".join(f"x{i}" for i in range(6)) + ",kind\n")
        for begin in range(0, rows, PIECE):
            n = min(PIECE, rows - begin)
            x = rng.normal(size=(n, 2)) @ mixing + 0.2 * rng.normal(size=(n, 6))
            kinds = rng.choice(["red", "green", "blue"], n)
            file.writelines(
                ",".join(f"{v:.3f}" for v in row) + f",{kind}\n" for row, kind in zip(x, kinds, strict=True)
            )


def run(*arguments: object) -> tuple[float, float]:
    """Peak memory in MB and seconds of the processor of a command."""
    begin = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-m", "autoencode", *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(map(str, arguments))} failed after {time.monotonic() - begin:.0f} s")
    return used.ru_maxrss / 1024, used.ru_utime + used.ru_stime


def main() -> None:
    """Prints a line for each length."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--reading", action="store_true")
    given = parser.parse_args()
    print(f"{'rows':>12}{'file, MB':>10}{'train, MB':>11}{'seconds':>9}{'detect, MB':>12}{'seconds':>9}")
    for rows in given.rows:
        with tempfile.TemporaryDirectory() as folder:
            table, detector = Path(folder) / "table.csv", Path(folder) / "run"
            write(table, rows)
            size = table.stat().st_size / 2**20
            trained = run("train", table, "--recipe", "outliers", "-o", detector)
            scored = (0.0, 0.0) if given.reading else run("detect", detector, table, "-o", Path(folder) / "scores.csv")
        line = f"{rows:12,}{size:10.0f}{trained[0]:11.0f}{trained[1]:9.0f}{scored[0]:12.0f}{scored[1]:9.0f}"
        print(line, flush=True)


if __name__ == "__main__":
    main()
