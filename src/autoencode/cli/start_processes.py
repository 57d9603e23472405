"""Starts the same command in several processes."""

import subprocess
import sys


def start_processes(count: int) -> int:
    """Runs this command, without --processes, by torchrun; returns its exit status.

    Args:
        count: how many processes.
    """
    words = [word for place, word in enumerate(sys.argv[1:], 1) if not _is_of_processes(sys.argv, place)]
    torchrun = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={count}"]
    return subprocess.call(  # noqa: S603  # our own command
        [sys.executable, *torchrun, "-m", "autoencode", *words]
    )


def _is_of_processes(words: list[str], place: int) -> bool:
    """Whether a word is the option --processes, or its value."""
    return words[place].partition("=")[0] == "--processes" or words[place - 1] == "--processes"
