"""The page itself."""

from pathlib import Path

from autoencode.storage import atomic_write
from autoencode.views import pages
from autoencode.views.pages import facts_list, section, tag, text
from autoencode.views.report.content import ReportContent
from autoencode.views.report.gallery import gallery
from autoencode.views.report.tables import log_table, numbers_table


def write_report(path: Path, content: ReportContent) -> None:
    """Writes the page, whole or not at all: one file without scripts, links or anything outside itself.

    Args:
        path: where; it should end in .html.
        content: what stands on it.

    Raises:
        StorageError: the file cannot be written.
    """
    atomic_write(path, page(content))


def page(content: ReportContent) -> str:
    """The page as HTML."""
    return pages.page(
        "report",
        content.title,
        content.lead,
        "\n".join(filter(None, _sections(content))),
        style=pages.asset("autoencode.views.report", "page.css"),
        notes=pages.items("ul", content.notes, class_="notes"),
        foot="Keep it with the model, or send it to someone.",
    )


def _sections(content: ReportContent) -> list[str]:
    return [
        section("What it learned", gallery(content.figures)),
        section("How the training went", gallery(content.training)),
        section("The numbers", numbers_table(content.numbers)),
        section("How it was made", _command(content.command), facts_list(content.facts), log_table(content.log)),
    ]


def _command(command: str) -> str:
    return tag("pre", tag("code", text(command))) if command else ""
