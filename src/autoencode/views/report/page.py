"""The page of the report."""

from pathlib import Path

from autoencode.storage import atomic_write
from autoencode.views import pages
from autoencode.views.pages import facts_list, section, tag, text
from autoencode.views.report.content import ReportContent
from autoencode.views.report.gallery import gallery
from autoencode.views.report.passages import passages
from autoencode.views.report.tables import log_table, numbers_table


def write_report(path: Path, content: ReportContent) -> None:
    """Writes the report as one file, completely or not at all, without scripts, links or external files.

    Args:
        path: where; it should end in .html.
        content: of the page.

    Raises:
        StorageError: the file cannot be written.
    """
    atomic_write(path, page(content))


def page(content: ReportContent) -> str:
    """The page as HTML."""
    return pages.page(
        "report",
        content.title,
        content.verdict or content.lead,
        "\n".join(filter(None, _sections(content))),
        style=pages.asset("autoencode.views.report", "page.css"),
        notes=pages.items("ul", _notes(content), class_="notes"),
        foot="You can keep it with the model or send it to someone.",
    )


def _notes(content: ReportContent) -> list[str]:
    return [content.lead, *content.notes] if content.verdict else [*content.notes]


def _sections(content: ReportContent) -> list[str]:
    return [
        section("What the model learned", passages(content.passages), gallery(content.figures)),
        section("Training", gallery(content.training)),
        section("Evaluation", numbers_table(content.numbers)),
        section("Settings", _command(content.command), facts_list(content.facts), log_table(content.log)),
    ]


def _command(command: str) -> str:
    return tag("pre", tag("code", text(command))) if command else ""
