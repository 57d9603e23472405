"""Start-up times of the command line and of imports.

    python benchmarks/light.py

Seconds of new processes with the files in the system's cache: medians of nine, minimum and maximum.
"""

import statistics
import subprocess
import sys
import time

_IMPORT = "import torch, time; start = time.perf_counter(); import autoencode; print(time.perf_counter() - start)"
_PARTS = (
    "import torch, time; start = time.perf_counter(); import autoencode.recipes, autoencode.tasks; "
    "print(time.perf_counter() - start)"
)


def main() -> None:
    """Prints one line for each."""
    report("autoencode --help", [timed("-m", "autoencode", "--help") for _ in range(9)])
    report("autoencode train --help", [timed("-m", "autoencode", "train", "--help") for _ in range(9)])
    report("import torch", [timed("-c", "import torch") for _ in range(9)])
    report("import autoencode, after torch", [printed(_IMPORT) for _ in range(9)])
    report("all recipes and tasks, after torch", [printed(_PARTS) for _ in range(9)])


def timed(*arguments: str) -> float:
    """Seconds of a whole process."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    return time.perf_counter() - start


def printed(program: str) -> float:
    """Seconds that a process prints."""
    return float(subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout)


def report(what: str, seconds: list[float]) -> None:
    """Prints the median, minimum and maximum without the first run."""
    some = seconds[1:]
    print(f"{what:44} {statistics.median(some):6.3f} s   ({min(some):.3f} to {max(some):.3f})", flush=True)


if __name__ == "__main__":
    main()
