"""The total correlation of codes, estimated by a critic."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import softplus

from autoencode.nn import full_precision
from autoencode.objectives.auxiliary_network import AuxiliaryNetwork
from autoencode.objectives.forward_pass import ForwardPass
from autoencode.objectives.objective import Objective, ObjectiveOutput


@dataclass(frozen=True)
class TotalCorrelation(Objective):
    """KL(q(z) ‖ Π_d q(z_d)), where q(z) is over all examples. Add it to a bound: `Elbo() + 6.0 * TotalCorrelation(…)`.

        z ~ q(z|x) ─────────────────────► critic ─► D: from q(z), or with permuted dimensions?
        z′ ~ q(z|x) ─► permute_dimensions ─┘            the mean of log D(z) / (1 − D(z)), the critic's output, is the
                                                        total correlation if the critic is optimal

    The critic is trained to classify the two kinds of codes; the model is trained against its output.

    Args:
        critic: (batch, latent_dim) → (batch, 1), the logit of D.
        learning_rate: of the critic's Adam.

    Terms: `total_correlation`, in nats per example; values of single examples can be negative, and it is biased while
    the critic is not optimal. Only the first code of each example is used.

    References:
        Kim and Mnih, "Disentangling by factorising", ICML 2018, equations 2 and 3 and algorithm 2. There the permuted
        codes are from a second batch; here they are drawn anew for the same examples, which has the same mean. There D
        has two outputs, of which only the difference matters; here it has one.
    """

    critic: nn.Module
    learning_rate: float = 1e-4

    @property
    def auxiliary_networks(self) -> dict[str, AuxiliaryNetwork]:
        """The critic."""
        return {"tc_critic": AuxiliaryNetwork(self.critic, self.learning_rate)}

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The estimate, and the critic's cross-entropy."""
        permuted = permute_dimensions(fwd.q.sample().flatten(1))
        real = full_precision(self.critic(fwd.z[0].flatten(1))).squeeze(-1)
        shuffled = full_precision(self.critic(permuted)).squeeze(-1)
        cross_entropy = 0.5 * (softplus(-real).mean() + softplus(shuffled).mean())
        return ObjectiveOutput(real.mean(), {"total_correlation": real}, {"tc_critic": cross_entropy})


def permute_dimensions(z: Float[Tensor, "batch dims"]) -> Float[Tensor, "batch dims"]:
    """Each dimension permuted over the batch independently: approximately draws from the product of the marginals.

    References:
        Kim and Mnih, "Disentangling by factorising", ICML 2018, algorithm 1.
    """
    return z.gather(0, torch.rand_like(z).argsort(0))
