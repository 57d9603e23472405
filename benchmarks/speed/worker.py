"""A contender in a process of its own. Started by benchmarks/speed.py, in the contender's environment.

    python -m speed.worker '{"module": "with_pytorch", "job": "A", …}'

It trains on the first batches, reports its number of parameters and its loss, and then, for each line `go SECONDS` on
its standard input, trains for so long and reports the number of images. Reports are lines of JSON on standard output;
what the contender itself prints goes to standard error.
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
    request = json.loads(sys.argv[1])
    job = replace(JOBS[request["job"]], **request["changes"])
    gate = Gate(_teller(), _seconds, request["steps"], request["patience"])
    train = importlib.import_module(f"speed.{request['module']}").train
    train(job, Path(request["data"]), gate, **request["options"])


def _teller() -> Callable[[dict[str, Any]], None]:
    said = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return lambda facts: print(json.dumps(facts), file=said, flush=True)


def _seconds() -> float:
    line = sys.stdin.readline()
    if not line:
        os._exit(0)  # the driver is gone, so the loop must not finish its work
    return float(line.split()[1])


if __name__ == "__main__":
    main()
