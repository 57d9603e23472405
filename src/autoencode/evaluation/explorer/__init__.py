"""explorer.html: one self-contained page on which a person walks in the space of codes."""

from autoencode.evaluation.explorer.content import ExplorerExamples, ExplorerContent, LatentSummary, Support
from autoencode.evaluation.explorer.page import explorer_page, write_explorer

__all__ = ["ExplorerExamples", "ExplorerContent", "LatentSummary", "Support", "explorer_page", "write_explorer"]
