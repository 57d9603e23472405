"""A trained model as a folder: open it, list it, read its inputs, name its outputs."""

from autoencode.runs.folder import RunFolder
from autoencode.runs.listing import RunSummary, find_run, list_runs
from autoencode.runs.run import Run

__all__ = ["Run", "RunFolder", "RunSummary", "find_run", "list_runs"]
