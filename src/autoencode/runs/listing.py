"""The runs in a folder."""

from dataclasses import dataclass
from pathlib import Path

from autoencode.errors import RunError
from autoencode.runs.folder import RunFolder


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
    """The runs directly inside a folder, the newest first; folders that are no runs are left out."""
    root = Path(parent)
    lines: list[RunSummary] = []
    for path in sorted(root.iterdir()) if root.is_dir() else []:
        try:
            lines.append(_summary(RunFolder(path)))
        except RunError:
            continue
    return sorted(lines, key=lambda line: line.created, reverse=True)


def _summary(folder: RunFolder) -> RunSummary:
    facts, metrics = folder.metadata, folder.metrics()
    return RunSummary(
        path=folder.path,
        recipe=facts.get("recipe") or "by hand",
        data=facts.get("data", {}).get("name", "?"),
        status=facts["status"],
        epochs=metrics[-1]["epoch"] if metrics else 0.0,
        loss=min((line["validation"]["loss"] for line in metrics), default=None),
        minutes=metrics[-1]["seconds"] / 60 if metrics else 0.0,
        created=facts["created"],
    )
