"""The codes of a model as whole numbers, and how these are distributed: under its prior, and given an example."""

from abc import ABC, abstractmethod
from typing import Any

from torch import Tensor

from autoencode.compression.alphabets import Alphabet, Round
from autoencode.compression.ans import Integers, Stacks


class CodeSymbols(ABC):
    """The code of every stream's example, which can be pushed on stacks and popped from them."""

    @abstractmethod
    def pop_code(self, stacks: Stacks, rows: Integers) -> Integers:
        """Pops codes, (numbers, streams), the first number first."""
        raise NotImplementedError

    @abstractmethod
    def push_code(self, stacks: Stacks, z: Integers, rows: Integers) -> None:
        """Pushes codes, the last number first."""
        raise NotImplementedError


class CodeSpace(CodeSymbols):
    """The codes that a model may have, under its prior.

    An example's code is popped from what the code before it has left. Where codes are not distributed as the prior
    says, these bits are no random ones, and the code is no draw of the posterior; so they are masked.
    """

    masked_words: int = 0
    """How many are masked after a code was pushed; 0 for no mask."""

    def mask(self, stacks: Stacks, example: int, rows: Integers) -> None:
        """Masks what the next code will be popped from; done again, it is undone."""
        if self.masked_words:
            stacks.mask(example, self.masked_words, rows)

    @abstractmethod
    def select(self, rows: Integers) -> "CodeSpace":
        """The same for some of the streams."""
        raise NotImplementedError

    @abstractmethod
    def posterior(self, q: Any, round_to: Round) -> CodeSymbols:
        """The same codes given an example.

        Args:
            q: the posterior, batch shape (streams,).
            round_to: rounds its parameters.
        """
        raise NotImplementedError

    @abstractmethod
    def values(self, z: Integers) -> Tensor:
        """What the decoder of the model is given, (streams, *latent_shape)."""
        raise NotImplementedError


class IndependentCodes(CodeSymbols):
    """Numbers that do not depend on one another.

    Args:
        alphabet: of each.
        count: how many there are.
    """

    def __init__(self, alphabet: Alphabet, count: int) -> None:
        self._alphabet, self._count = alphabet, count

    def pop_code(self, stacks: Stacks, rows: Integers) -> Integers:  # noqa: D102
        return self._alphabet.pop(stacks, self._count, rows)

    def push_code(self, stacks: Stacks, z: Integers, rows: Integers) -> None:  # noqa: D102
        self._alphabet.push(stacks, z, rows)


class KnownCodes(CodeSymbols):
    """Codes that the example decides: they cost nothing.

    Args:
        z: (numbers, streams).
    """

    def __init__(self, z: Integers) -> None:
        self._z = z

    def pop_code(self, stacks: Stacks, rows: Integers) -> Integers:  # noqa: D102
        return self._z

    def push_code(self, stacks: Stacks, z: Integers, rows: Integers) -> None:
        """Nothing."""


def for_each_stream(parameters: Tensor, streams: int) -> Tensor:
    """The parameters of a prior, (streams, *their shape)."""
    return parameters.detach().expand(streams, *parameters.shape)
