"""Disks that fail."""

import errno
import io


class FullDisk(io.FileIO):
    """A file whose disk is full."""

    def write(self, content):
        raise OSError(errno.ENOSPC, "No space left on device")
