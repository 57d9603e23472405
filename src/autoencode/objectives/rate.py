"""The KL alone."""

from dataclasses import dataclass

from autoencode.distributions import kl
from autoencode.objectives.elbo import require_prior
from autoencode.objectives.forward_pass import ForwardPass
from autoencode.objectives.objective import Objective, ObjectiveOutput


@dataclass(frozen=True)
class Rate(Objective):
    """KL(q(z|x) ‖ p(z)) and nothing else: what a code may tell costs, and telling pays nothing.

    `Reconstruction() + 0.5 * Rate()` is the β-weighted bound with β = 0.5. Alone it makes every posterior the prior.

    Terms: `kl`, in nats for each example.
    """

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The loss, and `kl` for each example."""
        rate = kl(fwd.q, require_prior(fwd), fwd.z)
        return ObjectiveOutput(rate.mean(), {"kl": rate})
