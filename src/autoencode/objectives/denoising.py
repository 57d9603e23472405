"""Objectives on corrupted examples: the denoising kind of any autoencoder."""

from dataclasses import dataclass

from autoencode.corruptions import Corruption
from autoencode.data.batch import Batch
from autoencode.objectives.auxiliary_network import AuxiliaryNetwork
from autoencode.objectives.forward_pass import ForwardPass
from autoencode.objectives.objective import Objective, ObjectiveOutput


@dataclass(frozen=True)
class Denoising(Objective):
    """Any objective, with the model shown corrupted examples and asked for the clean ones.

    The corruption is also applied in validation, with noise that is the same at every call.

    Args:
        objective: the objective.
        corruption: what corrupts the examples.

    References:
        Vincent, Larochelle, Bengio and Manzagol, "Extracting and composing robust features with denoising
        autoencoders", ICML 2008, section 2.3.
    """

    objective: Objective
    corruption: Corruption

    def __post_init__(self) -> None:
        object.__setattr__(self, "n_samples", self.objective.n_samples)

    @property
    def auxiliary_networks(self) -> dict[str, AuxiliaryNetwork]:
        """The part's."""
        return self.objective.auxiliary_networks

    def prepare(self, batch: Batch) -> Batch:
        """The corrupted batch."""
        return self.objective.prepare(self.corruption(batch))

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """As the part judges."""
        return self.objective.evaluate(fwd, step)
