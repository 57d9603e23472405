"""Restores pictures and clips of any size."""

from autoencode.tasks.restore.pictures import Restorations, RestoreCallback, restore
from autoencode.tasks.restore.restorer import Restorer

__all__ = ["Restorations", "RestoreCallback", "Restorer", "restore"]
