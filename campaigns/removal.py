"""Folders that resist."""

import shutil
from pathlib import Path


def remove_tree(folder: Path) -> None:
    """Removes a folder, whatever modes its files have."""
    shutil.rmtree(folder, onerror=_make_writable)


def _make_writable(function: object, path: str, error: object) -> None:
    parent = Path(path).parent
    parent.chmod(0o700)
    if Path(path).is_dir() and not Path(path).is_symlink():
        Path(path).chmod(0o700)
        shutil.rmtree(path, ignore_errors=True)
    else:
        Path(path).unlink(missing_ok=True)
