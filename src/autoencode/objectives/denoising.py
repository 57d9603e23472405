"""Training on corrupted inputs with clean targets."""

from dataclasses import dataclass

from autoencode.corruptions import Corruption
from autoencode.data.batch import Batch
from autoencode.objectives.auxiliary_network import AuxiliaryNetwork
from autoencode.objectives.forward_pass import ForwardPass
from autoencode.objectives.objective import Objective, ObjectiveOutput


@dataclass(frozen=True)
class Denoising(Objective):
    """Any objective, with corrupted examples as the input and clean ones as the target.

    The corruption is also applied in validation, with the same noise in every pass.

    Args:
        objective: the objective.
        corruption: applied to the inputs.

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
        """Those of the objective."""
        return self.objective.auxiliary_networks

    @property
    def batch_statistics(self) -> list[str]:
        """Those of the objective."""
        return self.objective.batch_statistics

    def prepare(self, batch: Batch) -> Batch:
        """The corrupted batch."""
        return self.objective.prepare(self.corruption(batch))

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The objective on the corrupted batch."""
        return self.objective.evaluate(fwd, step)
