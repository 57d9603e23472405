"""The driver's end of a contender: its process, which is stopped whenever it is not its turn."""

import json
import os
import select
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

BENCHMARKS = Path(__file__).resolve().parents[1]


class Failed(Exception):  # noqa: N818  # a result, not an error of the benchmark
    """A contender did not do its work; the message says why."""


class Process:
    """A worker process. Between its turns it is stopped by a signal, so that its threads do not spin.

    Args:
        python: of its environment.
        request: what `worker` reads.
        environ: its environment variables.
        log: where its standard error goes.
    """

    def __init__(self, python: Path, request: dict[str, Any], environ: dict[str, str], log: Path) -> None:
        self.log, self._unread = log, b""
        with log.open("wb") as errors:
            self._process = subprocess.Popen(
                [python, "-m", "speed.worker", json.dumps(request)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=environ,
                process_group=0,  # Ctrl-C is for the driver; when the driver dies, the system ends stopped processes
            )

    def stop(self) -> None:
        """Stops the worker until its next turn."""
        self._send(signal.SIGSTOP)

    def slice(self, seconds: float, limit: float) -> float:
        """Images per second over so many seconds of its turn.

        Raises:
            Failed: it ended, or took longer by `limit`.
        """
        self._send(signal.SIGCONT)
        with suppress(BrokenPipeError):
            os.write(self._process.stdin.fileno(), f"go {seconds}\n".encode())
        answer = self.read(seconds + limit)
        self.stop()
        return answer["images"] / answer["seconds"]

    def read(self, seconds: float) -> dict[str, Any]:
        """The next message of the worker.

        Raises:
            Failed: it ended before, or sent nothing for so long.
        """
        until = time.monotonic() + seconds
        stdout = self._process.stdout.fileno()
        while b"\n" not in self._unread:
            if not select.select([stdout], [], [], max(0.0, until - time.monotonic()))[0]:
                raise Failed(f"nothing within {seconds:.0f} s")
            heard = os.read(stdout, 65536)
            if not heard:
                raise Failed(self._ending())
            self._unread += heard
        line, _, self._unread = self._unread.partition(b"\n")
        return json.loads(line)

    def end(self) -> None:
        """Ends it, and what it started."""
        self._send(signal.SIGKILL)
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()

    def _send(self, what: signal.Signals) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, what)

    def _ending(self) -> str:
        status = self._process.wait()
        lines = [line.strip() for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
        if status < 0:
            return f"ended by {signal.Signals(-status).name}"
        return f"{lines[-1][:120] if lines else 'ended'} (status {status})"


def bind(threads: int | None) -> int:
    """Binds this process, and all that it starts, to so many cores, where the system can (Linux). Gives how many.

    Args:
        threads: None for all that there are.
    """
    if "sched_getaffinity" not in dir(os):
        return threads or os.cpu_count() or 1
    cores = sorted(os.sched_getaffinity(0))[:threads]
    os.sched_setaffinity(0, cores)
    return len(cores)


def memory_left() -> float:
    """GB of free memory; infinite if the system does not report it (Linux does)."""
    listing = Path("/proc/meminfo")
    lines = listing.read_text().splitlines() if listing.is_file() else []
    found = [int(line.split()[1]) / 1e6 for line in lines if line.startswith("MemAvailable:")]
    return found[0] if found else float("inf")


def environment_for(own: bool, threads: int, more: dict[str, str]) -> dict[str, str]:
    """The variables of a worker: the number of threads, and only the packages of its own environment.

    Args:
        own: whether it runs in this environment, and so sees what this process sees.
        threads: for libraries that do not respect the CPU affinity.
        more: variables of the contender.
    """
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("OMP_", "MKL_", "KMP_"))}
    path = [str(BENCHMARKS), *([inherited["PYTHONPATH"]] if own and inherited.get("PYTHONPATH") else [])]
    return {
        **inherited,
        "PYTHONPATH": os.pathsep.join(path),
        "OMP_NUM_THREADS": str(threads),
        **({} if own else {"CUDA_VISIBLE_DEVICES": ""}),
        "JAX_PLATFORMS": "cpu",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "FORCE_COLOR": "1",  # our progress bar is drawn as on a terminal
        **more,
    }
