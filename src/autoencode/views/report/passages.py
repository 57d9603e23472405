"""Lines of text in tables."""

from collections.abc import Sequence

from autoencode.views.pages import tag, text
from autoencode.views.report.content import Passages


def passages(found: Sequence[Passages]) -> str:
    """Each with its title and caption; nothing if there are none."""
    return "".join(map(_passages, found))


def _passages(each: Passages) -> str:
    words = tag("figcaption", tag("h3", text(each.title)), tag("p", text(each.caption)))
    return tag("figure", words, tag("div", *(_group(group) for group in each.groups), class_="passages"))


def _group(lines: Sequence[str]) -> str:
    return tag("div", *(tag("p", text(line)) for line in lines))
