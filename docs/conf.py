"""Sphinx: the pages of docs/ as a site. `make docs` builds it; warnings are errors."""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import reference_pages

from autoencode import __version__

project = "autoencode"
copyright = "The autoencode developers"
release = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
html_theme = "furo"
html_title = f"autoencode {__version__}"
myst_heading_anchors = 3
smartquotes = False  # --option is not –option
default_role = "code"  # `name` in docstrings
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
add_module_names = False
napoleon_numpy_docstring = False
napoleon_custom_sections = ["Terms"]

reference_pages.write(Path(__file__).parent / "reference")


def setup(app: Any) -> None:
    """Docstrings are plain text with Google's sections, not reStructuredText."""
    app.connect("autodoc-process-docstring", reference_pages.escape_docstring, priority=100)  # before napoleon
    app.connect("autodoc-skip-member", reference_pages.skip_member, priority=100)
