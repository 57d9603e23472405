"""A likelihood of chords: which keys sound at each step."""

from collections.abc import Sequence

from jaxtyping import Bool, Float, Int64
from torch import Tensor

from autoencode.distributions.chord_sequences import PAST_END, ChordSequences, step_counts
from autoencode.errors import ArgumentError, DataError
from autoencode.likelihoods.likelihood import Likelihood, LogProbKind, check_finite


class ChordLikelihood(Likelihood):
    """p(x|z) = ∏ over steps and keys: whether a key sounds, given the step's code.

    The decoder gives a number for each key, and one above 0 where the step is there.

    Args:
        data_shape: (steps, keys).

    Raises:
        ArgumentError: the data are no sequences of chords.
    """

    def __init__(self, data_shape: Sequence[int]) -> None:
        super().__init__(data_shape)
        if len(self.data_shape) != 2:
            raise ArgumentError(
                f"a likelihood of chords is for pieces (steps, keys), and these data have the shape {data_shape}"
            )
        self.features_shape = (self.data_shape[0], self.data_shape[1] + 1)

    def forward(self, features: Float[Tensor, "*leading steps keys_and_one"]) -> ChordSequences:
        """Event shape `data_shape`."""
        return ChordSequences(features[..., :-1], features[..., -1] > 0)

    @property
    def is_sequential(self) -> bool:
        """How much is computed depends on a code's length, which a file for another program does not allow."""
        return True

    @property
    def varies_in_work(self) -> bool:
        """It depends on the lengths of pieces."""
        return True

    def steps(self, x: Float[Tensor, "batch steps keys"]) -> Int64[Tensor, " batch"]:
        """How many steps each piece has."""
        return step_counts(x)

    def counted(self, x: Float[Tensor, "batch steps keys"]) -> Bool[Tensor, "batch steps keys"]:
        """Every key of the steps that are there."""
        return x != PAST_END

    def check(self, x: Float[Tensor, "batch steps keys"]) -> None:
        """Raises `DataError` unless every key sounds, does not, or is past the end."""
        check_finite(x)
        if not bool(((x == 0) | (x == 1) | (x == PAST_END)).all()):
            raise DataError(
                f"this model takes chords, 1 where a key sounds and 0 elsewhere, and these data have values from "
                f"{x.min().item():.4g} to {x.max().item():.4g}: give MIDI files"
            )

    def log_prob_kind(self, x: Float[Tensor, "batch steps keys"]) -> LogProbKind:
        """A mass."""
        return LogProbKind.MASS
