"""Small pieces of HTML; names from people and data are escaped."""

from collections.abc import Iterable, Mapping
from html import escape


def tag(name: str, *content: str, **attributes: str) -> str:
    """An element. Its content is HTML already, its attributes are plain text; `class_` stands for class.

    Example:
        >>> tag("p", text("a < b"), class_="note")
        '<p class="note">a &lt; b</p>'
    """
    return f"<{name}{_attributes(attributes)}>{''.join(content)}</{name}>"


def image(**attributes: str) -> str:
    """An <img>, which has no content."""
    return f"<img{_attributes(attributes)}>"


def text(words: str) -> str:
    """Plain text as HTML."""
    return escape(words)


def _attributes(attributes: dict[str, str]) -> str:
    return "".join(f' {name.rstrip("_")}="{escape(value)}"' for name, value in attributes.items())


def section(heading: str, *content: str) -> str:
    """A section of the page, or nothing if it would be empty."""
    return tag("section", tag("h2", text(heading)), *content) if any(content) else ""


def items(kind: str, words: Iterable[str], **attributes: str) -> str:
    """A list of plain texts, or nothing if there are none."""
    inside = "".join(tag("li", text(each)) for each in words)
    return tag(kind, inside, **attributes) if inside else ""


def facts_list(facts: Mapping[str, str]) -> str:
    """Names and values as plain text; nothing if there are none."""
    pairs = (tag("div", tag("dt", text(name)), tag("dd", text(value))) for name, value in facts.items())
    return tag("dl", *pairs) if facts else ""
