"""A contender in a process of its own. Started by benchmarks/speed.py, in the contender's environment.

    python -m speed.worker '{"module": "with_pytorch", "job": "A", …}'

It learns from the first batches, says how many numbers it learns and what its loss is, and then, for each line
`go SECONDS` on its standard input, trains on for so long and says how many images it learned from. What it says is a
line of JSON each, on standard output; what the contender itself prints goes to standard error.
"""

import importlib
import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from speed.gate import Gate
from speed.jobs import JOBS


def main() -> None:
    """Trains until its input ends."""
    asked = json.loads(sys.argv[1])
    job = replace(JOBS[asked["job"]], **asked["changes"])
    gate = Gate(_teller(), _seconds, asked["steps"], asked["patience"])
    train = importlib.import_module(f"speed.{asked['module']}").train
    train(job, Path(asked["data"]), gate, **asked["options"])


def _teller() -> Callable[[dict[str, Any]], None]:
    said = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return lambda facts: print(json.dumps(facts), file=said, flush=True)


def _seconds() -> float:
    line = sys.stdin.readline()
    if not line:
        os._exit(0)  # the driver is gone; whatever the loop would still do at its end is not wanted
    return float(line.split()[1])


if __name__ == "__main__":
    main()
