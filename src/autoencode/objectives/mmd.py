"""The penalty that makes codes, taken together, look like draws from the prior."""

from dataclasses import dataclass

from autoencode.distributions import Kernel, mmd
from autoencode.objectives.elbo import require_prior
from autoencode.objectives.forward_pass import ForwardPass
from autoencode.objectives.objective import Objective, ObjectiveOutput


@dataclass(frozen=True)
class Mmd(Objective):
    """The squared maximum mean discrepancy between the batch's codes and as many draws from the prior, unbiased.

    It compares q(z), the codes of all examples together, with p(z). A KL asks every single q(z|x) to be near the prior;
    this does not, and needs no density, so that codes may be points. Add it to a reconstruction:
    `Reconstruction() + 10.0 * Mmd(InverseMultiquadric(16.0))`.

    Args:
        kernel: what compares two codes.

    Terms: `mmd`; it belongs to a batch, and each of its examples shows it. It is no nats, and can be negative. Only the
    first code of each example is used, as several of one example are not independent of each other.

    References:
        Tolstikhin et al., "Wasserstein auto-encoders", ICLR 2018, algorithm 2; Zhao, Song and Ermon, "InfoVAE", AAAI
        2019, section on the maximum mean discrepancy.
    """

    kernel: Kernel

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The discrepancy."""
        z, p = fwd.z[0].flatten(1), require_prior(fwd)
        draws = p.rsample((len(z),)) if p.has_rsample else p.sample((len(z),))
        value = mmd(z, draws.flatten(1), self.kernel)
        return ObjectiveOutput(value, {"mmd": value.expand(len(z))})
