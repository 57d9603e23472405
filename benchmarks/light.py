"""How long a person waits before anything begins.

    python benchmarks/light.py

Seconds of processes of their own, the files already in the system's memory: medians of nine, the least and the most.
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
    """Prints a line for each."""
    tell("autoencode --help", [timed("-m", "autoencode", "--help") for _ in range(9)])
    tell("autoencode train --help", [timed("-m", "autoencode", "train", "--help") for _ in range(9)])
    tell("import torch", [timed("-c", "import torch") for _ in range(9)])
    tell("import autoencode, after torch", [told(_IMPORT) for _ in range(9)])
    tell("all recipes and tasks, after torch", [told(_PARTS) for _ in range(9)])


def timed(*arguments: str) -> float:
    """Seconds of a whole process."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    return time.perf_counter() - start


def told(program: str) -> float:
    """Seconds that a process says."""
    return float(subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout)


def tell(what: str, seconds: list[float]) -> None:
    """The median with the least and the most, once the first is left out."""
    some = seconds[1:]
    print(f"{what:44} {statistics.median(some):6.3f} s   ({min(some):.3f} to {max(some):.3f})", flush=True)


if __name__ == "__main__":
    main()
