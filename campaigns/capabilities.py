"""Root reads what its mode forbids; a child that tries unreadable files gives that up."""

import ctypes
import os
from pathlib import Path

_VERSION = 0x20080522
_DAC_OVERRIDE, _DAC_READ_SEARCH = 1, 2


def drop_override() -> None:
    """Takes from this process the right to pass over files' modes, where it has it (Linux)."""
    if os.geteuid() != 0:
        return
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("CapEff"))
    kept = int(line.split()[1], 16) & ~(1 << _DAC_OVERRIDE | 1 << _DAC_READ_SEARCH)
    header = (ctypes.c_uint32 * 2)(_VERSION, 0)
    low, high = kept & 0xFFFFFFFF, kept >> 32
    ctypes.CDLL(None).capset(header, (ctypes.c_uint32 * 6)(low, low, 0, high, high, 0))
