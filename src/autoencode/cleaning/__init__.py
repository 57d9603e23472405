"""Cleans scans and photographs with ready-made models, by NumPy and Pillow alone: PyTorch is not needed."""

from autoencode.cleaning.clean_files import Cleaned, CleanedFile, clean, clean_bytes
from autoencode.cleaning.page import CleanedPage, clean_page
from autoencode.cleaning.ready_models import ReadyModel, ready_models

__all__ = [
    "Cleaned",
    "CleanedFile",
    "CleanedPage",
    "ReadyModel",
    "clean",
    "clean_bytes",
    "clean_page",
    "ready_models",
]
