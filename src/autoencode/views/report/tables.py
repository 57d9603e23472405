"""The tables of the report: the evaluation and the log."""

from collections.abc import Mapping, Sequence
from typing import Any

from autoencode.views.pages import tag, text
from autoencode.views.report.content import Row

_LONG = 24
"""Characters; a longer value is a list and may be broken into lines."""


def numbers_table(rows: Sequence[Row]) -> str:
    """Name, value with unit, and meaning; nothing if there are no rows."""
    if not rows:
        return ""
    heads = tag("tr", *(tag("th", head, scope="col") for head in ("Name", "Value", "What it means")))
    return tag("table", tag("thead", heads), tag("tbody", *(_number(row) for row in rows)), class_="numbers")


def _number(row: Row) -> str:
    unit = tag("span", text(row.unit), class_="unit") if row.unit else ""
    kind = "value" if len(row.value) <= _LONG else "value long"
    value = tag("td", tag("span", text(row.value), class_=kind), " ", unit)
    return tag("tr", tag("th", text(row.name), scope="row"), value, tag("td", text(row.meaning)))


def log_table(log: Sequence[Mapping[str, Any]]) -> str:
    """A row for each epoch, collapsed at first; nothing if there are none."""
    if not log:
        return ""
    parts = {split: list(log[-1].get(split, {})) for split in ("train", "validation")}
    above = tag(
        "tr",
        tag("td", colspan="2"),
        *(_head(split, len(terms)) for split, terms in parts.items()),
        tag("td", colspan="3"),
    )
    names = ["epoch", "step", *(term for terms in parts.values() for term in terms), "learning rate", "time", ""]
    heads = tag("tr", *(tag("th", text(name), scope="col") for name in names))
    body = tag("tbody", *(_epoch(epoch, parts) for epoch in log))
    table = tag("table", tag("thead", above, heads), body, class_="log")
    summary = tag(
        "summary", f"Training log of {len(log):,} {'epoch' if len(log) == 1 else 'epochs'}, in nats per example"
    )
    return tag("details", summary, tag("div", table, class_="frame"))


def _head(name: str, terms: int) -> str:
    return tag("th", text(name), colspan=str(terms), scope="colgroup") if terms else ""


def _epoch(epoch: Mapping[str, Any], parts: Mapping[str, Sequence[str]]) -> str:
    terms = [_decimals(epoch.get(split, {}).get(term)) for split, names in parts.items() for term in names]
    rate = epoch.get("learning_rate")
    rest = ["" if rate is None else f"{rate:.2g}", _time(epoch.get("seconds")), "best" if epoch.get("best") else ""]
    cells = [f"{epoch['epoch']:.4g}", f"{epoch['step']:,}", *terms, *rest]
    return tag("tr", *(tag("td", text(cell)) for cell in cells))


def _decimals(value: float | None) -> str:
    return "" if value is None else f"{value:,.2f}"


def _time(seconds: float | None) -> str:
    """Minutes and seconds."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
