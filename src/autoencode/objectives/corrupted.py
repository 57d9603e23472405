"""Objectives on corrupted examples: the denoising kind of any autoencoder."""

from dataclasses import dataclass

from autoencode.corruptions import Corruption
from autoencode.data.batch import Batch
from autoencode.objectives.forward import Forward
from autoencode.objectives.objective import Objective, Output
from autoencode.objectives.player import Player


@dataclass(frozen=True)
class Corrupted(Objective):
    """Any objective, with the model shown corrupted examples and asked for the clean ones.

    The corruption is also applied in validation, with noise that is the same at every call.

    Args:
        part: the objective.
        corruption: what spoils the examples.

    References:
        Vincent, Larochelle, Bengio and Manzagol, "Extracting and composing robust features with denoising
        autoencoders", ICML 2008, section 2.3.
    """

    part: Objective
    corruption: Corruption

    def __post_init__(self) -> None:
        object.__setattr__(self, "n_samples", self.part.n_samples)

    @property
    def players(self) -> dict[str, Player]:
        """The part's."""
        return self.part.players

    def prepare(self, batch: Batch) -> Batch:
        """The corrupted batch."""
        return self.part.prepare(self.corruption(batch))

    def judge(self, seen: Forward, step: int | None) -> Output:
        """As the part judges."""
        return self.part.judge(seen, step)
