"""The content of the report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autoencode.views.figures.rendering import Drawing


@dataclass(frozen=True, eq=False)
class Figure:
    """A picture or a chart with title and caption.

    Args:
        title: a few words.
        caption: what the figure shows and how to read it, for someone who sees such a figure for the first time.
        alt: the same in one sentence, for screen readers.
        image: from a function of `autoencode.views.figures`, or any Pillow image.
    """

    title: str
    caption: str
    alt: str
    image: Drawing


@dataclass(frozen=True)
class Passages:
    """Lines of text, in groups.

    Args:
        title: a few words.
        caption: what they are and how to read them.
        groups: lines that belong together, such as a sentence and what became of it; the first stands out.
    """

    title: str
    caption: str
    groups: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Row:
    """A number.

    Args:
        name: such as "elbo".
        value: rounded, as text: "−234.1".
        unit: such as "nats per example"; "" for none.
        meaning: in plain words.
    """

    name: str
    value: str
    unit: str
    meaning: str


@dataclass(frozen=True, eq=False)
class ReportContent:
    """All of the page, from top to bottom. Empty parts are left out.

    Args:
        title: the name of the run.
        verdict: one plain sentence on the model, with which the page begins.
        lead: one sentence: which model was trained on which data, how long, and on which hardware.
        notes: what a reader must know about the data and the numbers.
        passages: what the model learned of text.
        figures: what the model learned; wide ones get a row of their own, others are side by side.
        training: figures of the training, such as learning curves.
        numbers: what was measured.
        command: the command that repeats the training.
        facts: seed, splits of the data, versions, hardware, date.
        log: the lines of metrics.jsonl.
    """

    title: str
    lead: str
    verdict: str = ""
    notes: Sequence[str] = ()
    passages: Sequence[Passages] = ()
    figures: Sequence[Figure] = ()
    training: Sequence[Figure] = ()
    numbers: Sequence[Row] = ()
    command: str = ""
    facts: Mapping[str, str] = field(default_factory=dict[str, str])
    log: Sequence[Mapping[str, Any]] = ()
