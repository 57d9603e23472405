"""The words or characters that a model knows: how lines become tokens, and tokens become lines."""

import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple, final

import torch
from jaxtyping import Float32, Int, Shaped
from torch import Tensor

from autoencode.distributions.token_sequences import END, UNKNOWN
from autoencode.errors import DataError

MAX_ENTRIES, MAX_ENTRY = 100_000, 60
"""Different tokens that a vocabulary can have; characters of one."""
UNKNOWN_TEXT = "<unknown>"
"""What stands in text for what is not in the vocabulary."""
_FIRST = max(END, UNKNOWN) + 1
_SHOWN, _LEAST_SEEN = 5, 2
_WORD = re.compile(r"\w+(?:['’\-]\w+)*|[^\w\s]")
CLOSING = frozenset(".,!?;:%)]}…”’")
QUOTES = frozenset('"')
OPENING = frozenset("([{“‘")
"""Characters that no space stands before, that come in pairs, and that no space stands after."""


def clean_line(line: str) -> str:
    """A line without characters that cannot be printed, and with single spaces, none of them around it.

    Example:
        >>> clean_line("  a\\tb\\x1b \\n")
        'a b'
    """
    return " ".join("".join(c if c.isprintable() else " " for c in line).split())


class EncodedLines(NamedTuple):
    """Lines as tokens.

    Args:
        tokens: (n, length), with the end and padding after each line.
        unknown: the words or characters that are not in the vocabulary, as often as they occur.
        cut: how many lines were longer and were cut.
    """

    tokens: Int[Tensor, "n length"]
    unknown: list[str]
    cut: int


class LearnedTokens(NamedTuple):
    """A vocabulary that knows what the training part has, and rows of its tokens.

    Args:
        vocabulary: the one that a model is given.
        rows: of each part, (n, length).
        notes: what a person should know of it.
    """

    vocabulary: "Vocabulary"
    rows: Mapping[str, Int[Tensor, "_ _"]]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary(ABC):
    """What a model knows of a language: its tokens, the most frequent first.

    Args:
        entries: no two alike; the first is token 2, after the end and what is unknown.
    """

    entries: tuple[str, ...]

    noun: ClassVar[str]
    """What tokens are called, in the plural."""
    option: ClassVar[str]
    """How a person names it on the command line."""
    longest: ClassVar[int]
    """Of what `cut_by` names, how many a line has at most."""
    cut_by: ClassVar[str]
    """What `split` gives, in the plural."""
    is_of_music: ClassVar[bool] = False
    """Whether tokens are the steps of a tune."""

    @classmethod
    @abstractmethod
    def split(cls, line: str) -> list[str]:
        """The tokens of a line, as text, or what they are joined from."""
        raise NotImplementedError

    def merged(self, pieces: list[str]) -> list[str]:
        """The tokens that are joined from what `split` gave; that itself but for byte pairs."""
        return pieces

    @classmethod
    @abstractmethod
    def join(cls, tokens: Sequence[str]) -> str:
        """A line of tokens."""
        raise NotImplementedError

    @classmethod
    def of(cls, lines: Iterable[Sequence[str]]) -> "Vocabulary":
        """All tokens of some lines, at most 100,000: the most frequent first, of equally frequent ones by letter.

        Args:
            lines: as `split` gave them.
        """
        counts = Counter(token for line in lines for token in line if len(token) <= MAX_ENTRY)
        return cls(tuple(sorted(counts, key=lambda token: (-counts[token], token))[:MAX_ENTRIES]))

    @property
    def size(self) -> int:
        """How many different tokens there are, the end and the unknown one included."""
        return _FIRST + len(self.entries)

    def encode(self, lines: Sequence[Sequence[str]], length: int) -> EncodedLines:
        """Lines as tokens.

        Args:
            lines: as `split` gave them.
            length: of a row, its end included.
        """
        numbers = {entry: number for number, entry in enumerate(self.entries, _FIRST)}
        tokens = torch.full((len(lines), length), END, dtype=torch.int32)
        unknown, cut = list[str](), 0
        for row, line in enumerate(lines):
            kept = line[: length - 1]
            cut += len(line) >= length
            unknown += [token for token in kept if token not in numbers]
            tokens[row, : len(kept)] = torch.tensor([numbers.get(token, UNKNOWN) for token in kept], dtype=torch.int32)
        return EncodedLines(tokens, unknown, cut)

    def read(self, lines: Sequence[str], length: int) -> tuple[Float32[Tensor, "n length"], str | None]:
        """Lines as a model takes them.

        Args:
            lines: as they were typed or read.
            length: of a row, its end included.

        Returns:
            Rows of tokens, and a line where some are not known to the model, or a line was cut.

        Raises:
            DataError: a line holds nothing.
        """
        split = [self.merged(self.split(clean_line(line))) for line in lines]
        if not all(split):
            raise DataError(f"a line holds no {self.noun}: give a line of text")
        encoded = self.encode(split, length)
        notes = list[str]()
        if encoded.unknown:
            some = ", ".join(dict.fromkeys(encoded.unknown[:_SHOWN]))
            more = ", …" if len(encoded.unknown) > _SHOWN else ""
            n, of = len(encoded.unknown), sum(map(len, split))
            are = f"{n:,} of {of:,} {self.noun} {'is' if n == 1 else 'are'}"
            notes.append(f"{are} new to the model, which reads {UNKNOWN_TEXT}: {some}{more}")
        if encoded.cut:
            lines_are = "1 line is" if encoded.cut == 1 else f"{encoded.cut:,} lines are"
            notes.append(f"{lines_are} cut after {length - 1} {self.noun}, the longest of the training data")
        return encoded.tokens.float(), "; ".join(notes) or None

    def decode(self, tokens: Shaped[Tensor, "n length"]) -> list[str]:
        """Rows of tokens as lines; what follows the end is left out."""
        return [self.join([self._text(token) for token in _before_end(row)]) for row in tokens.long().tolist()]

    def _text(self, token: int) -> str:
        place = token - _FIRST
        return self.entries[place] if 0 <= place < len(self.entries) else UNKNOWN_TEXT

    def learned(self, rows: Mapping[str, Int[Tensor, "_ _"]]) -> LearnedTokens:
        """With the tokens that occur twice or more in the training part, the others as the unknown one.

        Args:
            rows: of each part, "train" among them.
        """
        narrowed, numbers = self.narrowed(rows["train"], _LEAST_SEEN)
        known = {name: numbers[some.long()] for name, some in rows.items()}
        tokens, unknown = (sum(int(which(some).sum()) for some in known.values()) for which in (is_token, _is_unknown))
        share = f"{unknown / max(1, tokens):.1%}".replace("%", " %")
        others = f"; {share} of all are others, which the model knows as {UNKNOWN_TEXT}" if unknown else ""
        seen = f"{len(narrowed.entries):,} different {self.noun}, seen twice or more in the training part{others}"
        return LearnedTokens(narrowed, known, (seen,))

    def narrowed(self, train: Int[Tensor, "n length"], least: int) -> "tuple[Vocabulary, Int[Tensor, ' size']]":
        """The same with those tokens alone that occur often enough, and what each old token becomes.

        Args:
            train: the rows that are counted.
            least: how often a token must occur. Where none does, all are kept.

        Returns:
            The vocabulary, and the new number of each old token: that of the unknown one for those left out.
        """
        counts = torch.bincount(train.flatten().long(), minlength=self.size)[_FIRST:]
        kept = counts >= least
        kept = kept if bool(kept.any()) else torch.ones_like(kept)
        numbers = torch.cat([torch.tensor([END, UNKNOWN]), torch.where(kept, kept.cumsum(0) + _FIRST - 1, UNKNOWN)])
        entries = tuple(entry for entry, keep in zip(self.entries, kept.tolist(), strict=True) if keep)
        return replace(self, entries=entries), numbers.int()


def is_token(rows: Tensor) -> Tensor:
    """Where rows hold a token, not the end or what follows it."""
    return rows != END


def _is_unknown(rows: Tensor) -> Tensor:
    return rows == UNKNOWN


def _before_end(row: list[int]) -> list[int]:
    return row[: row.index(END)] if END in row else row


@final
@dataclass(frozen=True)
class Words(Vocabulary):
    """Words in lower case, and punctuation.

    Example:
        >>> Words.split("Don't panic, Ford!")
        ["don't", 'panic', ',', 'ford', '!']
        >>> Words.join(['"', "don't", 'panic', '"', ',', 'he', 'said', '.'])
        '"don\\'t panic", he said.'
    """

    noun = option = cut_by = "words"
    longest = 60

    @classmethod
    def split(cls, line: str) -> list[str]:
        """Words and punctuation; words joined by an apostrophe or a hyphen are one."""
        return _WORD.findall(line.lower())

    @classmethod
    def join(cls, tokens: Sequence[str]) -> str:
        """Words with spaces between them, and punctuation where it belongs."""
        text, glued, quoted = "", True, False
        for token in tokens:
            quote = token in QUOTES
            closes = token in CLOSING or (quote and quoted)
            text += token if glued or closes else f" {token}"
            glued = token in OPENING or (quote and not quoted)
            quoted ^= quote
        return text


@final
@dataclass(frozen=True)
class Characters(Vocabulary):
    """Single characters, for short lines such as names.

    Example:
        >>> Characters.split("Ada"), Characters.join(["A", "d", "a"])
        (['A', 'd', 'a'], 'Ada')
    """

    noun = option = cut_by = "characters"
    longest = 200

    @classmethod
    def split(cls, line: str) -> list[str]:
        """The characters of a line, upper and lower case apart."""
        return list(line)

    @classmethod
    def join(cls, tokens: Sequence[str]) -> str:
        """All characters, one after the other."""
        return "".join(tokens)
