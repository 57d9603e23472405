"""Sentences made by a rule: who does what, where or when, as statements, questions and denials."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import torch

from autoencode.data.examples import Examples
from autoencode.data.options import ReadOptions
from autoencode.data.published.cache import Fetch
from autoencode.data.published.dataset_registry import dataset
from autoencode.data.split import OfficialSplit
from autoencode.data.text.lines import Lines, examples_of

_SENTENCES, _TEST, _SEED, _LENGTH = 6_000, 500, 2013, 15
_KINDS = ("present", "past", "denial", "question")
_ONE = (
    "my brother",
    "the old man",
    "the cat",
    "our teacher",
    "she",
    "the girl next door",
    "your neighbour",
    "the king",
)
_SEVERAL = ("we", "the children", "they", "my parents", "two dogs")
_DEEDS = {
    ("eat", "eats", "ate"): ("an apple", "some bread", "the soup", "a red cake"),
    ("read", "reads", "read"): ("a book", "this letter", "the newspaper"),
    ("see", "sees", "saw"): ("the moon", "a bird", "the sea", "an old house", "a red car"),
    ("find", "finds", "found"): ("a key", "some gold", "the way home", "a small dog"),
    ("carry", "carries", "carried"): ("a heavy box", "the chair", "some water"),
    ("like", "likes", "liked"): ("music", "the rain", "this song", "cold tea"),
}
_WHERE = ("", "in the garden", "at home", "near the river", "in the morning", "every day", "after school")


@dataset(
    "made-sentences",
    about="6,000 short English sentences made by a rule, in four classes; for a first model of text",
    home="made here",
    licence="none needed: generated",
    data_shape=(_LENGTH,),
)
def made_sentences(fetch: Fetch) -> Examples:
    """Makes the sentences, the same ones each time, no two alike; nothing is fetched."""
    lines, kinds = _all_sentences()
    return replace(
        examples_of(Lines(lines), ReadOptions(tokens="words")),
        labels=torch.tensor(kinds),
        classes=_KINDS,
        official=OfficialSplit(test=_TEST, default_validation=_TEST),
        notes=(f"sentences made by a rule, in the classes {', '.join(_KINDS)}",),
    )


@lru_cache(maxsize=1)
def _all_sentences() -> tuple[list[str], list[int]]:
    random, found = np.random.default_rng(_SEED), dict[str, int]()
    while len(found) < _SENTENCES:
        kind = int(random.integers(len(_KINDS)))
        found.setdefault(_sentence(random, kind), kind)
    return list(found), list(found.values())


def _sentence(random: np.random.Generator, kind: int) -> str:
    """One sentence of a kind."""
    several = random.random() < len(_SEVERAL) / (len(_ONE) + len(_SEVERAL))
    who, deeds = _one_of(random, _SEVERAL if several else _ONE), list(_DEEDS)
    base, third, past = deeds[int(random.integers(len(deeds)))]
    what, where = _one_of(random, _DEEDS[base, third, past]), _one_of(random, _WHERE)
    do = "do" if several else "does"
    begun = (
        f"{who} {base if several else third}",
        f"{who} {past}",
        f"{who} {do} not {base}",
        f"{do} {who} {base}",
    )[kind]
    return f"{begun} {what} {where}".strip() + ("?" if kind == _KINDS.index("question") else ".")


def _one_of(random: np.random.Generator, some: tuple[str, ...]) -> str:
    return some[int(random.integers(len(some)))]
