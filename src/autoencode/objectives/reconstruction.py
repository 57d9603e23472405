"""The objective of a plain autoencoder."""

from dataclasses import dataclass

from autoencode.objectives.forward_pass import ForwardPass
from autoencode.objectives.objective import Objective, ObjectiveOutput


@dataclass(frozen=True)
class Reconstruction(Objective):
    """How well the code describes the example, −log p(x|z), and nothing else.

    With a normal likelihood of fixed scale s it is the squared error / (2 s²) plus a constant.

    Terms: `nll`, in nats for each example.
    """

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The loss, and `nll` for each example."""
        nll = -fwd.log_likelihood().mean(0)
        return ObjectiveOutput(nll.mean(), {"nll": nll})
