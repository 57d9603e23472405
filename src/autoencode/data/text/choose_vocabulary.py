"""The kinds of vocabulary, and which one suits some lines."""

from collections import Counter
from collections.abc import Sequence

from autoencode.data.text.byte_pairs import BytePairs
from autoencode.data.text.vocabulary import Characters, Vocabulary, Words

VOCABULARIES: dict[str, type[Vocabulary]] = {kind.option: kind for kind in (Words, Characters, BytePairs)}
"""The kinds of vocabulary, by how a person names them."""
_SENTENCE, _KNOWN = 3, 0.7
_NAME = 24
"""Bytes that a name has at most, mostly."""


def vocabulary_that_suits(lines: Sequence[str]) -> type[Vocabulary]:
    """Words where half of the lines have three or more, and seven tenths of all words occur twice; else characters.

    Args:
        lines: at least one.

    Example:
        >>> vocabulary_that_suits(["Ada", "Grace", "Mary Ann"]).noun
        'characters'
    """
    words = [Words.split(line) for line in lines]
    if sorted(map(len, words))[len(words) // 2] < _SENTENCE:
        return Characters
    counts = Counter(word for line in words for word in line)
    return Words if sum(n for n in counts.values() if n > 1) >= _KNOWN * counts.total() else Characters


def are_long(lines: Sequence[str]) -> bool:
    """Whether half of the lines are longer than names are, so that byte pairs could suit them.

    Example:
        >>> are_long(["Ada", "Mary Ann"]), are_long(["我想去图书馆看书。", "Ada", "今天天气很好我们去公园吧"])
        (False, True)
    """
    return sorted(len(line.encode()) for line in lines)[len(lines) // 2] > _NAME
