"""Restores pictures and clips of any size."""

from autoencode.runs.restorer import Restorer
from autoencode.tasks.restore.restore import Restorations, restore

__all__ = ["Restorations", "Restorer", "restore"]
