"""The runs in a folder."""

import os
from dataclasses import dataclass
from pathlib import Path

from autoencode.data import SkippedFile
from autoencode.errors import RunError
from autoencode.runs.folder import RunFolder
from autoencode.storage import RUN_FILE, is_run_folder

LAST = "last"
"""What stands for the newest run."""


@dataclass(frozen=True)
class RunSummary:
    """A run in one line.

    Args:
        path: its folder.
        recipe: the name, or "by hand".
        data: the data's name.
        status: running, complete, stopped early, interrupted or diverged.
        epochs: that were made.
        loss: the best validation loss, in nats for each example; None before the first epoch.
        minutes: of training.
        created: date and time.
    """

    path: Path
    recipe: str
    data: str
    status: str
    epochs: float
    loss: float | None
    minutes: float
    created: str


def list_runs(parent: str | Path = "runs") -> list[RunSummary]:
    """The runs directly inside a folder, the newest first; run folders that are damaged are left out."""
    return read_runs(parent)[0]


def find_run(name: str | Path, parent: str | Path = "runs") -> Path:
    """The folder of a run that a person names.

    Args:
        name: a path; or the name of a run inside `parent`, which a folder of that name without a run does not hide;
            or "last" for the newest run there.
        parent: the folder of runs.

    Raises:
        RunError: "last", and there is no run.
    """
    path, inside = Path(name), Path(parent, name)
    if is_run_folder(path):
        return path
    if str(name) == LAST and not os.path.lexists(path):
        runs = list_runs(parent)
        if not runs:
            raise RunError(f"there is no last run, as {parent}/ has none: train one, or give the path of a run folder")
        return runs[0].path
    return inside if is_run_folder(inside) else path


def read_runs(parent: str | Path = "runs") -> tuple[list[RunSummary], list[SkippedFile]]:
    """The runs directly inside a folder, the newest first, and the run folders that cannot be read, with the reason."""
    root = Path(parent)
    summaries: list[RunSummary] = []
    damaged: list[SkippedFile] = []
    for path in sorted(root.iterdir()) if root.is_dir() else []:
        if not os.path.lexists(path / RUN_FILE):
            continue
        try:
            summaries.append(_summary(RunFolder(path)))
        except RunError as error:
            damaged.append(SkippedFile(str(path), str(error)))
    return sorted(summaries, key=lambda summary: summary.created, reverse=True), damaged


def _summary(folder: RunFolder) -> RunSummary:
    record, metrics = folder.record, folder.metrics()
    return RunSummary(
        path=folder.path,
        recipe=record.recipe or "by hand",
        data=record.data.name if record.data else "?",
        status=str(record.status),
        epochs=metrics[-1].epoch if metrics else 0.0,
        loss=min((epoch.validation["loss"] for epoch in metrics), default=None),
        minutes=metrics[-1].seconds / 60 if metrics else 0.0,
        created=record.created,
    )
