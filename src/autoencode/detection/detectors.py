"""The kinds of detectors, by the names that `train --recipe` takes, and the run folders that keep them."""

import shlex
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from autoencode.errors import RunError
from autoencode.registry import Registry, import_submodules
from autoencode.runs.folder import DETECTOR_FILE, RunFolder
from autoencode.runs.output_paths import new_run_path
from autoencode.runs.record import Status
from autoencode.runtime.reporter import Reporter

_detectors: Registry[type] = Registry("detector", "autoencode list recipes")
register_detector = _detectors.register
"""A decorator that makes a class a kind of detector; the first line of its docstring describes it in lists."""


def load_detectors() -> Registry[type]:
    """All kinds of detectors, what `train --recipe` takes besides the recipes of models."""
    import_submodules("autoencode.detection")
    return _detectors


def keep_detector(
    save: Callable[[RunFolder], None],
    recipe: str,
    out: Path | None,
    *,
    data: str,
    arguments: Mapping[str, Any],
    command: str | None,
    reporter: Reporter,
) -> Path:
    """Leaves a detector that was trained in a run folder.

    Args:
        save: writes it there.
        recipe: its kind.
        out: the folder; by default a new one under `runs/`, named after data and kind.
        data: a short name of what it was trained on.
        arguments: of its training.
        command: what made it, for its record; by default the command line.
        reporter: receives a note with the folder.

    Returns:
        The folder.

    Raises:
        RunError: it is there already.
    """
    path = out or new_run_path(Path("runs"), data, recipe)
    command = command or shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])
    folder = RunFolder.create(path, recipe=recipe, arguments=dict(arguments), command=command)
    save(folder)
    folder.update(status=Status.COMPLETE)
    reporter.note(f"run folder {path}")
    return path


def detector_file(folder: Path) -> Path:
    """The file of a detector in a run folder.

    Raises:
        RunError: no run folder, or one of something else.
    """
    RunFolder(folder)
    file = folder / DETECTOR_FILE
    if not file.exists():
        raise RunError(
            f"{folder} holds no detector: autoencode train TABLE --recipe outliers makes one of a table, --recipe "
            "series one of a series, and autoencode train GOOD --recipe anomaly one of good pictures"
        )
    return file
