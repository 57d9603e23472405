"""Files of one kind that is no picture, such as text, music or recordings, by the endings of their names."""

import os
from dataclasses import dataclass
from pathlib import Path

from autoencode.data.content import suffix_of
from autoencode.data.images.scan import scan_pictures


@dataclass(frozen=True)
class FileKind:
    """Finds files of one kind.

    Args:
        endings: of their names, in lower case and with the dot.

    Example:
        >>> FileKind(frozenset({".txt"})).is_source("no-such-file.txt")
        False
    """

    endings: frozenset[str]

    def files(self, folder: Path) -> list[Path]:
        """Those in a folder and below, as paths inside it, in order."""
        return scan_pictures(folder, self.endings, keep_generated=True).pictures

    def fills(self, folder: Path) -> bool:
        """Whether a folder has such files and no pictures."""
        endings = tuple(self.endings)
        named = any(name.lower().endswith(endings) for _, _, names in os.walk(folder) for name in names)
        return named and bool(self.files(folder)) and not scan_pictures(folder).pictures

    def is_source(self, source: object) -> bool:
        """Whether a person named such a file, or a folder of such, by a quick look."""
        if not isinstance(source, str | Path):
            return False
        try:
            path = Path(source).expanduser()
            return self.fills(path) if path.is_dir() else path.is_file() and suffix_of(path) in self.endings
        except (OSError, ValueError, RuntimeError):  # a name that is none: `load` says so
            return False
