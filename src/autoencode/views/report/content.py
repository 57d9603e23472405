"""What stands on the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autoencode.views.figures.rendering import Drawing


@dataclass(frozen=True, eq=False)
class Figure:
    """A picture or a chart with its words.

    Args:
        title: a few words.
        caption: what one sees, and how to read it, for a person who sees such a picture for the first time.
        alt: the same in one sentence for those who do not see it.
        image: what a function of `evaluation.figures` gave, or any Pillow image.
    """

    title: str
    caption: str
    alt: str
    image: Drawing


@dataclass(frozen=True)
class Row:
    """A number.

    Args:
        name: such as "elbo".
        value: as it should be read, rounded: "−234.1".
        unit: such as "nats per example"; "" for none.
        meaning: in plain words.
    """

    name: str
    value: str
    unit: str
    meaning: str


@dataclass(frozen=True, eq=False)
class ReportContent:
    """All of the page, from top to bottom. What is left empty leaves no trace.

    Args:
        title: the name of the run.
        lead: one sentence: what was trained on what, how long, where.
        notes: facts about the data and the numbers that a person must be shown.
        figures: what the model learned; wide ones get a row of their own, others stand side by side.
        training: how the training went: the curves.
        numbers: what was measured.
        command: what to type for the same again.
        facts: seed, parts of the data, versions, hardware, date.
        log: the lines of metrics.jsonl.
    """

    title: str
    lead: str
    notes: Sequence[str] = ()
    figures: Sequence[Figure] = ()
    training: Sequence[Figure] = ()
    numbers: Sequence[Row] = ()
    command: str = ""
    facts: Mapping[str, str] = field(default_factory=dict[str, str])
    log: Sequence[Mapping[str, Any]] = ()
