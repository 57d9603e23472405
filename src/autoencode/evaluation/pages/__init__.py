"""What all HTML pages share: one file each, that fetches nothing and runs no script but its own."""

from autoencode.evaluation.pages.assets import asset
from autoencode.evaluation.pages.frame import page
from autoencode.evaluation.pages.html import facts_list, image, items, section, tag, text
from autoencode.evaluation.pages.packing import to_json, data_block, to_base64, packed, uri
from autoencode.evaluation.pages.picture import picture_uri
from autoencode.evaluation.pages.sheet import fitting, sheet

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
