"""The common parts of all HTML pages: each is one file that requests nothing and runs no script but its own."""

from autoencode.views.pages.assets import asset
from autoencode.views.pages.frame import page
from autoencode.views.pages.html import facts_list, image, items, section, tag, text
from autoencode.views.pages.packing import data_block, packed, to_base64, to_json, uri
from autoencode.views.pages.picture import picture_uri
from autoencode.views.pages.sheet import fitting, sheet

__all__ = [
    "to_json",
    "asset",
    "data_block",
    "facts_list",
    "fitting",
    "image",
    "to_base64",
    "items",
    "packed",
    "page",
    "picture_uri",
    "section",
    "sheet",
    "tag",
    "text",
    "uri",
]
