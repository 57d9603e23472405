"""Encoder and decoder as files that run without this library."""

from autoencode.registry import import_submodules
from autoencode.tasks.export.export import Exported, export
from autoencode.tasks.export.formats import export_formats

__all__ = ["Exported", "export", "export_formats"]

import_submodules(__name__)
