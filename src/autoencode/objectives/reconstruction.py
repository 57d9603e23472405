"""The objective of a plain autoencoder."""

from dataclasses import dataclass

from autoencode.objectives.forward import Forward
from autoencode.objectives.objective import Objective, Output


@dataclass(frozen=True)
class Reconstruction(Objective):
    """How well the code describes the example, −log p(x|z), and nothing else.

    With a normal likelihood of fixed scale s it is the squared error / (2 s²) plus a constant.

    Terms: `nll`, in nats for each example.
    """

    def judge(self, seen: Forward, step: int | None) -> Output:
        """The loss, and `nll` for each example."""
        nll = -seen.log_likelihood().mean(0)
        return Output(nll.mean(), {"nll": nll})
