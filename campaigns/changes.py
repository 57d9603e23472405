"""Every change that a process makes to the disk, counted, and its death at one of them."""

import mmap
import os
import signal
import struct
import sys

_EVENTS = frozenset(
    {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.truncate", "os.link", "os.symlink", "os.chmod"}
)
_WRITES = os.O_WRONLY | os.O_RDWR


class Changes:
    """Counts the openings for writing, renames and removals of a forked child, in memory that its parent shares.

    Args:
        fatal: at which of them the child is killed; None for none.
    """

    def __init__(self, fatal: int | None = None) -> None:
        self._memory, self._fatal = mmap.mmap(-1, 8), fatal

    @property
    def number(self) -> int:
        """How many there were."""
        return struct.unpack("q", self._memory[:8])[0]

    def count(self) -> None:
        """Begins to count in this process."""
        sys.addaudithook(self._hook)

    def _hook(self, event: str, arguments: tuple[object, ...]) -> None:
        if event in _EVENTS or (event == "open" and _is_for_writing(arguments)):
            self._memory[:8] = struct.pack("q", self.number + 1)
            if self.number == self._fatal:
                os.kill(os.getpid(), signal.SIGKILL)


def _is_for_writing(arguments: tuple[object, ...]) -> bool:
    flags = arguments[2] if len(arguments) > 2 else 0
    return isinstance(flags, int) and bool(flags & _WRITES)
