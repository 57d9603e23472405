"""Corruptions as a person writes them."""

from collections.abc import Sequence

from autoencode.corruptions.composed import Composed
from autoencode.corruptions.corruption import Graded, corruptions


def corruption(text: str) -> Graded:
    """A corruption from its name, or its name and its amount.

        NAME                 with the kind's own amount
        NAME:AMOUNT          the same amount for every picture
        NAME:LOW..HIGH       each picture draws its own
        watermark:MARK       a picture file or a text; see `Watermark`

    Args:
        text: as above.

    Raises:
        UnknownNameError: no such kind.
        ArgumentError: no number, or one without meaning for that kind.

    Example:
        >>> corruption("salt-and-pepper:0.1")
        SaltAndPepper(amount=0.1)
        >>> corruption("gaussian:0.05..0.3")
        Gaussian(amount=(0.05, 0.3))
    """
    name, colon, rest = text.partition(":")
    kind = corruptions[name.strip()]
    return kind.from_text(rest.strip()) if colon else kind()


def composed(texts: str | Sequence[str]) -> Composed:
    """Several corruptions in order, the first one first.

    Args:
        texts: each as `corruption` takes it; one text alone is as good.

    Raises:
        UnknownNameError: no such kind.
        ArgumentError: no number, or one without meaning for that kind.

    Example:
        >>> composed(["jpeg:30", "gaussian"])
        Composed(parts=(Jpeg(amount=30.0), Gaussian(amount=0.1)))
    """
    return Composed(tuple(map(corruption, [texts] if isinstance(texts, str) else texts)))
