"""explorer.html: a self-contained page on which people explore a latent space."""

from autoencode.views.explorer.content import ExplorerContent, ExplorerExamples, LatentSummary
from autoencode.views.explorer.media import Medium, medium
from autoencode.views.explorer.page import explorer_page, write_explorer

__all__ = [
    "ExplorerExamples",
    "ExplorerContent",
    "LatentSummary",
    "Medium",
    "medium",
    "explorer_page",
    "write_explorer",
]
