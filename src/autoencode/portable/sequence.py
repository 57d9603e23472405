"""A network that reads what it has written, as two programs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.portable.program import Precision, Program
from autoencode.portable.tracing import trace

Start = Callable[[Tensor, Any], tuple[Tensor, Tensor]]
"""(code, context) → the first state, of any shape, and the features, (1, features) or (1, length, features)."""
WriteStep = Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]
"""(state, features of a place, token before) → the next state, and the logits of the next token, (1, tokens)."""


@dataclass(frozen=True)
class SequenceProgram:
    """A function from one code to a sequence of tokens, each given those before it.

        code ─► start ─► first state, features of all places
        (state, features of a place, token before) ─► step ─► (next state, logits of the next token)

    Args:
        start: from a code to the first state and all features, one after the other.
        step: from a state, the features of a place and a token to the next state and the logits.
        state: numbers of a state.
        features: numbers of the features of one place.
        length: tokens of a sequence, the last of which is the end.
        end: the token that ends a sequence, and is read before the first one.
    """

    start: Program
    step: Program
    state: int
    features: int
    length: int
    end: int

    @property
    def multiplications(self) -> int:
        """Multiplications by a weight in the longest sequence."""
        return self.start.multiplications + (self.length - 1) * self.step.multiplications

    @property
    def n_weights(self) -> int:
        """Numbers in the constants of both programs."""
        return self.start.n_weights + self.step.n_weights

    def manifest(self) -> dict[str, Any]:
        """All but the weights themselves, as JSON can hold it."""
        return {
            "start": self.start.manifest(),
            "step": self.step.manifest(),
            "startWeights": self.start.n_weights,
            "state": self.state,
            "features": self.features,
            "length": self.length,
            "end": self.end,
        }

    def weight_bytes(self, precision: Precision = "float32") -> bytes:
        """The weights of both programs, one after the other, little-endian."""
        return self.start.weight_bytes(precision) + self.step.weight_bytes(precision)


def trace_sequence(
    start: Start, step: WriteStep, code: Float[Tensor, "1 *latent_shape"], length: int, end: int,
    contexts: Sequence[Any] = (None,),
) -> SequenceProgram:  # fmt: skip
    """Runs each function once and keeps what it did as a program; see `trace`.

    Args:
        start: see `Start`.
        step: see `WriteStep`; a token is a whole number, (1,).
        code: an example of its input, in float32.
        length: tokens of a sequence, its end included.
        end: the token that ends it.
        contexts: conditioning inputs of `start`, one of these at a time.

    Raises:
        CapabilityError: an operation that the page has no kernel for, by name.
    """
    with torch.inference_mode():
        state, features = start(code, contexts[0])
    sizes = [state.numel(), features.shape[-1], 1]

    def begin(z: Tensor, context: Any) -> Tensor:
        return _joined(*start(z, context))

    def follow(row: Tensor, _: Any) -> Tensor:
        before, place, token = row.split(sizes, 1)
        return _joined(*step(before.reshape(state.shape), place, token[:, 0].long()))

    programs = trace(begin, code, contexts), trace(follow, torch.zeros(1, sum(sizes)))
    return SequenceProgram(*programs, sizes[0], sizes[1], length, end)


def _joined(*parts: Tensor) -> Float[Tensor, "1 numbers"]:
    return torch.cat([part.reshape(1, -1) for part in parts], 1)
