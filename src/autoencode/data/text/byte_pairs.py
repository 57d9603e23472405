"""Byte pairs: parts of words that the training part has often, so that every text has tokens."""

import json
import os
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from types import ModuleType
from typing import Any, final

from jaxtyping import Int
from torch import Tensor

from autoencode.data.extras import import_extra
from autoencode.data.text.vocabulary import MAX_ENTRY, LearnedTokens, Vocabulary, clean_line, is_token
from autoencode.distributions.token_sequences import END

MOST_BYTE_PAIRS = 4_000
"""Tokens that are learned at most, the 256 bytes included."""
_LEAST_SEEN = 10
"""How often a pair of tokens stands in the training part, at least, to become one token."""
_WORD = r" ?[\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*| ?\p{N}+| ?[^\s\p{L}\p{M}\p{N}]+|\s+"
"""What pairs are joined within: a word or a number with the space before it."""
_THREADS = "TOKENIZERS_PARALLELISM"


def _byte_signs() -> tuple[str, ...]:
    """A sign that can be printed for each of the 256 bytes, as the library has them since GPT-2."""
    own, others = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}, count(0x100)
    return tuple(chr(byte if byte in own else next(others)) for byte in range(256))


BYTES = _byte_signs()
_NUMBERS = {sign: byte for byte, sign in enumerate(BYTES)}


def token_bytes(entry: str) -> bytes:
    """The bytes that an entry stands for.

    Example:
        >>> token_bytes("Ġcaf"), token_bytes("Ã©").decode()
        (b' caf', 'é')
    """
    return bytes(_NUMBERS[sign] for sign in entry)


@final
@dataclass(frozen=True)
class BytePairs(Vocabulary):
    """The 256 bytes of UTF-8, and pairs of tokens that are joined to one; no text is unknown, and all of it comes back.

    `split` gives the bytes of a line, and `merged` joins them; before pairs were learned, bytes are the tokens.

        "café" ─► c a f Ã © ─► (c a) (Ã ©) ─► ca f Ã© ─► (ca f) ─► caf Ã©

    Args:
        entries: the bytes, and then the joined tokens in the order in which they were learned.
        merges: the two tokens of each pair, in that order.

    References:
        Sennrich, Haddow and Birch, "Neural machine translation of rare words with subword units", ACL 2016, section
        3.2; on bytes: Radford et al., "Language models are unsupervised multitask learners", 2019, section 2.2.

    Example:
        >>> pairs = BytePairs.of_merges([("c", "a"), ("ca", "f")])
        >>> pairs.merged(pairs.split("café")), pairs.join(["caf", "Ã", "©"])
        (['caf', 'Ã', '©'], 'café')
    """

    entries: tuple[str, ...] = BYTES
    merges: tuple[tuple[str, str], ...] = ()

    noun = "byte pairs"
    option = "byte-pairs"
    longest = 600
    cut_by = "bytes"

    @classmethod
    def split(cls, line: str) -> list[str]:
        """A sign for each byte of a line in UTF-8."""
        return [BYTES[byte] for byte in line.encode()]

    @classmethod
    def join(cls, tokens: Sequence[str]) -> str:
        """The text of the bytes; what is no UTF-8 is U+FFFD, and what cannot be printed is a space."""
        return clean_line(b"".join(map(token_bytes, tokens)).decode(errors="replace"))

    @classmethod
    def of(cls, lines: object) -> "BytePairs":
        """The bytes alone, whatever the lines are: pairs are learned later, from the training part.

        Raises:
            CapabilityError: the library that learns them is not installed.
        """
        _import_tokenizers()
        return cls()

    @classmethod
    def of_merges(cls, merges: Sequence[tuple[str, str]]) -> "BytePairs":
        """With these pairs, of which two may give the same token."""
        return cls(tuple(dict.fromkeys([*BYTES, *(a + b for a, b in merges)])), tuple(merges))

    def merged(self, pieces: list[str]) -> list[str]:
        """Bytes joined to tokens.

        Raises:
            CapabilityError: the library that joins them is not installed.
        """
        if not self.merges:
            return pieces
        return self._tokenizer.encode(self.join(pieces), add_special_tokens=False).tokens

    def learned(self, rows: Mapping[str, Int[Tensor, "_ _"]]) -> LearnedTokens:
        """With the pairs of the training part, in rows as long as the longest line of all parts needs.

        Raises:
            CapabilityError: the library that learns them is not installed.
        """
        lines = {name: _whole_characters(some) for name, some in rows.items()}
        pairs = learn_byte_pairs(lines["train"])
        split = {name: [pairs.merged(pairs.split(line)) for line in some] for name, some in lines.items()}
        length = max(len(tokens) for some in split.values() for tokens in some) + 1
        joined = {name: pairs.encode(some, length).tokens for name, some in split.items()}
        each = int(is_token(rows["train"]).sum()) / max(1, int(is_token(joined["train"]).sum()))
        note = f"{len(pairs.entries):,} different {self.noun}, learned from the training part, of {each:.1f} bytes each"
        return LearnedTokens(pairs, joined, (note,))

    @cached_property
    def _tokenizer(self) -> Any:
        numbers = {entry: number for number, entry in enumerate(self.entries)}
        return _make_tokenizer(_import_tokenizers(), vocab=numbers, merges=list(self.merges))


def learn_byte_pairs(lines: Sequence[str]) -> BytePairs:
    """The pairs that stand most often in some lines: as many as give 4,000 tokens, each seen 10 times or more.

    Raises:
        CapabilityError: the library that learns them is not installed.
    """
    library = _import_tokenizers()
    tokenizer = _make_tokenizer(library)
    trainer = library.trainers.BpeTrainer(
        vocab_size=MOST_BYTE_PAIRS,
        min_frequency=_LEAST_SEEN,
        initial_alphabet=list(BYTES),
        max_token_length=MAX_ENTRY,
        show_progress=False,
    )
    with _one_thread():
        tokenizer.train_from_iterator(lines, trainer)
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    return BytePairs.of_merges([(a, b) for a, b in merges])


def _whole_characters(rows: Int[Tensor, "n length"]) -> list[str]:
    """Rows of bytes as lines; of those that were cut, a last character that lacks bytes is left out."""
    are_cut = (rows[:, BytePairs.longest - 1 : -1] != END).any(1).tolist()
    lines = BytePairs().decode(rows)
    return [line.rstrip("\ufffd") if is_cut else line for line, is_cut in zip(lines, are_cut, strict=True)]


def _import_tokenizers() -> ModuleType:
    return import_extra("tokenizers", "byte pairs are learned and read by tokenizers")


def _make_tokenizer(library: ModuleType, **learned: Any) -> Any:
    """A tokenizer of the library, with what was learned or nothing."""
    made, before = library.Tokenizer(library.models.BPE(**learned)), library.pre_tokenizers
    words = before.Split(library.Regex(_WORD), "isolated")
    made.pre_tokenizer = before.Sequence([words, before.ByteLevel(add_prefix_space=False, use_regex=False)])
    return made


@contextmanager
def _one_thread() -> Generator[None]:
    """In this context the library starts no threads of its own."""
    before = os.environ.get(_THREADS)
    os.environ[_THREADS] = "false"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_THREADS]
        else:
            os.environ[_THREADS] = before
