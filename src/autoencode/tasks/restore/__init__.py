"""Restores pictures and clips of any size."""

from autoencode.tasks.restore.pictures import Restorations, restore
from autoencode.tasks.restore.restorer import Restorer

__all__ = ["Restorations", "Restorer", "restore"]
