"""Penalties that match the codes of all examples together to the prior: by the MMD, or by a critic."""

from dataclasses import dataclass

from torch import nn
from torch.nn.functional import softplus

from autoencode.distributions import Kernel, mmd
from autoencode.nn import full_precision
from autoencode.objectives.auxiliary_network import AuxiliaryNetwork, gradient_penalty
from autoencode.objectives.elbo import require_prior
from autoencode.objectives.forward_pass import ForwardPass
from autoencode.objectives.objective import Objective, ObjectiveOutput


@dataclass(frozen=True)
class Mmd(Objective):
    """The squared maximum mean discrepancy between the codes of the batch and as many draws from the prior, unbiased.

    It compares q(z), the distribution of the codes of all examples, with p(z). A KL makes each q(z|x) similar to the
    prior; this does not, and needs no density, so that codes may be points. Add it to a reconstruction:
    `Reconstruction() + 10.0 * Mmd(InverseMultiquadric(16.0))`.

    Args:
        kernel: of two codes.

    Terms: `mmd` of the batch, repeated for each example; not in nats, and can be negative. Only the first code of each
    example is used, as several codes of one example are not independent.

    References:
        Tolstikhin et al., "Wasserstein auto-encoders", ICLR 2018, algorithm 2; Zhao, Song and Ermon, "InfoVAE", AAAI
        2019, section on the maximum mean discrepancy.
    """

    of_batch = "distances between the codes of a batch"

    kernel: Kernel

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The discrepancy.

        Raises:
            ArgumentError: the model has no prior.
        """
        z, p = fwd.z[0].flatten(1), require_prior(fwd)
        draws = p.rsample((len(z),)) if p.has_rsample else p.sample((len(z),))
        value = mmd(z, draws.flatten(1), self.kernel)
        return ObjectiveOutput(value, {"mmd": value.expand(len(z))})


@dataclass(frozen=True)
class AdversarialPrior(Objective):
    """−log D(z), where a critic D is trained to distinguish draws from the prior from the codes of all examples.

    The critic's loss is −log D(draw) − log (1 − D(z)). Neither side needs a density: codes may be points, and the prior
    may have any shape, since only draws from it are needed. Add it to a reconstruction:
    `Reconstruction() + 10.0 * AdversarialPrior(critic)`.

    Args:
        critic: (batch, latent_dim) → (batch, 1), the logit of D.
        learning_rate: of the critic's Adam.
        penalty: weight of the gradient penalty in the critic's loss, 0 for none.

    Terms: `generator_loss`, −log D(z) for each example: log 2 = 0.69 if the critic cannot distinguish codes from draws.
    Only the first code of each example is used. The prior is not trained by it.

    References:
        Makhzani et al., "Adversarial autoencoders", 2016, section 2 and equation 1; Tolstikhin et al., "Wasserstein
        auto-encoders", ICLR 2018, algorithm 1. In Makhzani's equation 1 the encoder maximises the critic's loss; here
        it minimises −log D, as in algorithm 1, which has the same optimum and does not saturate.
    """

    critic: nn.Module
    learning_rate: float = 1e-4
    penalty: float = 0.0

    @property
    def auxiliary_networks(self) -> dict[str, AuxiliaryNetwork]:
        """The critic."""
        return {"code_critic": AuxiliaryNetwork(self.critic, self.learning_rate)}

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """−log D of the codes, and the critic's loss.

        Raises:
            ArgumentError: the model has no prior.
        """
        z = fwd.z[0].flatten(1)
        draws = require_prior(fwd).sample((len(z),)).flatten(1)
        code = full_precision(self.critic(z)).squeeze(-1)
        drawn = full_precision(self.critic(draws)).squeeze(-1)
        generator_loss = softplus(-code)
        loss = softplus(-drawn).mean() + softplus(code).mean()
        if self.penalty:
            loss = loss + self.penalty * gradient_penalty(self.critic, draws)
        return ObjectiveOutput(generator_loss.mean(), {"generator_loss": generator_loss}, {"code_critic": loss})
