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


@dataclass(frozen=True)
class AdversarialPrior(Objective):
    """Makes the codes of all examples together look like draws from the prior: −log D(z).

    A critic D learns to tell one from the other, by −log D(draw) − log (1 − D(z)). Neither side needs a density: codes
    may be points, and of the prior only draws are asked, so that it may have any shape. Add it to a reconstruction:
    `Reconstruction() + 10.0 * AdversarialPrior(critic)`.

    Args:
        critic: (batch, numbers of a code) → (batch, 1), the logit of D.
        learning_rate: of the critic's Adam.
        penalty: weight of the gradient penalty in the critic's loss, 0 for none.

    Terms: `generator_loss`, −log D(z) for each example: log 2 = 0.69 where the critic cannot tell. Only the first code of
    each example is used. The prior is not learned by it.

    References:
        Makhzani et al., "Adversarial autoencoders", 2016, section 2 and equation 1; Tolstikhin et al., "Wasserstein
        auto-encoders", ICLR 2018, algorithm 1. Makhzani's equation 1 makes the encoder raise what the critic lowers;
        −log D is used here, as in algorithm 1: it has the same optimum, and gradients where the critic is sure.
    """

    critic: nn.Module
    learning_rate: float = 1e-4
    penalty: float = 0.0

    @property
    def auxiliary_networks(self) -> dict[str, AuxiliaryNetwork]:
        """The critic."""
        return {"code_critic": AuxiliaryNetwork(self.critic, self.learning_rate)}

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """−log D of the codes, and the critic's loss."""
        z = fwd.z[0].flatten(1)
        draws = require_prior(fwd).sample((len(z),)).flatten(1)
        code = full_precision(self.critic(z)).squeeze(-1)
        drawn = full_precision(self.critic(draws)).squeeze(-1)
        generator_loss = softplus(-code)
        loss = softplus(-drawn).mean() + softplus(code).mean()
        if self.penalty:
            loss = loss + self.penalty * gradient_penalty(self.critic, draws)
        return ObjectiveOutput(generator_loss.mean(), {"generator_loss": generator_loss}, {"code_critic": loss})
