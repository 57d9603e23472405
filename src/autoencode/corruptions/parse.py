"""Corruptions as a person writes them."""

import re
from collections.abc import Sequence

from autoencode.corruptions.compose import Compose, OneOf
from autoencode.corruptions.corruption import BaseCorruption, Corruption, corruptions

IDENTITY = "none"
"""Among several of which each picture suffers one: leaves it as it is."""
_BETWEEN = re.compile(r"""\|(?=(?:[^"]*"[^"]*")*[^"]*$)""")
"""A bar that is not inside quotes."""


def parse_corruption(text: str) -> Corruption:
    """A corruption from its name, or its name and its amount; or several, of which each picture suffers one.

        NAME                 with the kind's own amount
        NAME:AMOUNT          the same amount for every picture
        NAME:LOW..HIGH       each picture draws its own
        watermark:MARK       a picture file or a text; see `Watermark`
        ONE | ANOTHER | …    any of these, with equal chances; `none` leaves a picture as it is

    Args:
        text: as above.

    Raises:
        UnknownNameError: no such kind.
        ArgumentError: no number, or one without meaning for that kind.

    Example:
        >>> parse_corruption("salt-and-pepper:0.1")
        SaltAndPepper(amount=0.1)
        >>> parse_corruption("gaussian:0.05..0.3")
        Gaussian(amount=(0.05, 0.3))
        >>> parse_corruption("blur:3 | none")
        OneOf(parts=(Blur(amount=3.0), Compose(parts=())))
    """
    several = _BETWEEN.split(text)
    return _kind(text) if len(several) == 1 else OneOf(tuple(map(_alternative, several)))


def _alternative(text: str) -> Corruption:
    return Compose() if text.strip() == IDENTITY else _kind(text)


def _kind(text: str) -> BaseCorruption:
    name, colon, rest = text.partition(":")
    kind = corruptions[name.strip()]
    return kind.from_text(rest.strip()) if colon else kind()


def parse_corruptions(texts: str | Sequence[str]) -> Compose:
    """Several corruptions in order, the first one first.

    Args:
        texts: each as `corruption` takes it; one text alone is as good.

    Raises:
        UnknownNameError: no such kind.
        ArgumentError: no number, or one without meaning for that kind.

    Example:
        >>> parse_corruptions(["jpeg:30", "gaussian"])
        Compose(parts=(Jpeg(amount=30.0), Gaussian(amount=0.1)))
    """
    return Compose(tuple(map(parse_corruption, [texts] if isinstance(texts, str) else texts)))
