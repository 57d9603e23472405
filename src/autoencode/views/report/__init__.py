"""report.html: what a model learned, in one HTML file that needs no network and runs no script."""

from autoencode.views.report.content import Figure, Passages, ReportContent, Row
from autoencode.views.report.page import write_report

__all__ = ["Figure", "Passages", "ReportContent", "Row", "write_report"]
