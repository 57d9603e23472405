"""The objective of VAE/GAN: reconstructions compared by the features of a discriminator, which they also deceive."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import softplus

from autoencode.errors import ArgumentError
from autoencode.nn import FeatureExtractor, full_precision
from autoencode.objectives.auxiliary_network import AuxiliaryNetwork, gradient_penalty
from autoencode.objectives.elbo import require_prior
from autoencode.objectives.forward_pass import ForwardPass
from autoencode.objectives.objective import Objective, ObjectiveOutput


@dataclass(frozen=True)
class LearnedSimilarity(Objective):
    """The squared error in a layer of a critic D, which is trained to distinguish examples from decoded images.

        error = ½ ‖D_l(x) − D_l(x̃)‖²            x̃ the mean of p(x|z), D_l the last feature maps of the critic
        encoder:  error                          add `Rate()` for its KL
        decoder:  γ · error − log D(x̃) − log D(x_p)                      x_p decoded from a draw of the prior
        critic:   −log D(x) − log (1 − D(x̃)) − log (1 − D(x_p))

    The encoder receives no gradient of log D: for that, the detached codes are decoded a second time.

    Args:
        critic: (batch, *data_shape) → (batch, 1), the logit of D.
        gamma: γ, the weight of the error for the decoder.
        learning_rate: of the critic's Adam.
        penalty: weight of the gradient penalty in the critic's loss, 0 for none.

    Terms: `feature_error`, minus the log density of D_l(x) under N(D_l(x̃), I) up to a constant, in nats; and
    `generator_loss`, the mean of −log D over reconstruction and generated image: log 2 = 0.69 if the critic cannot
    distinguish them from examples. Only the first code of each example is used.

    Raises:
        ArgumentError: gamma is below 0.

    References:
        Larsen, Sønderby, Larochelle and Winther, "Autoencoding beyond pixels using a learned similarity metric", ICML
        2016, equations 5 to 10 and algorithm 1. There the decoder maximises the critic's loss; here it minimises
        −log D, which has the same optimum and does not saturate where the critic is confident.
    """

    critic: FeatureExtractor
    gamma: float = 1.0
    learning_rate: float = 1e-4
    penalty: float = 0.0

    def __post_init__(self) -> None:
        if self.gamma < 0:
            raise ArgumentError(f"gamma must be 0 or more, not {self.gamma}")

    @property
    def auxiliary_networks(self) -> dict[str, AuxiliaryNetwork]:
        """The critic."""
        return {"critic": AuxiliaryNetwork(self.critic, self.learning_rate)}

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The loss, its terms for each example, and the critic's loss.

        Raises:
            ArgumentError: the model has no prior.
        """
        x, z = fwd.batch.target, fwd.z[0]
        drawn = require_prior(fwd).sample((len(z),))
        made = fwd.model.decode(torch.stack([z.detach(), drawn]), fwd.batch.context).mean
        # Real, reconstructed, reconstructed from detached codes, generated.
        maps = self.critic.feature_maps(torch.cat([x, fwd.p_x.mean[0], made[0], made[1]]))[-1]
        features = full_precision(maps).chunk(4)
        error = squared_error(features[0], features[1])
        again = squared_error(features[0], features[2])
        real, _, reconstruction, draw = full_precision(self.critic.head_output(maps)).squeeze(-1).chunk(4)
        generator_loss = 0.5 * (softplus(-reconstruction) + softplus(-draw))
        # The error reaches the decoder once through the codes, and here γ − 1 times more.
        loss = error + (self.gamma - 1) * again + 2 * generator_loss
        critic = (softplus(-real) + softplus(reconstruction) + softplus(draw)).mean()
        if self.penalty:
            critic = critic + self.penalty * gradient_penalty(self.critic, x)
        return ObjectiveOutput(
            loss.mean(), {"feature_error": error, "generator_loss": generator_loss}, {"critic": critic}
        )


def squared_error(x: Tensor, y: Tensor) -> Tensor:
    """½ ‖x − y‖² for each example, (batch,)."""
    return 0.5 * (x - y).square().flatten(1).sum(1)
