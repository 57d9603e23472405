"""Networks that are trained beside the model: critics, discriminators, feature extractors."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from autoencode.nn import full_precision


@dataclass(frozen=True)
class AuxiliaryNetwork:
    """A network that is trained beside the model on a loss of its own, such as a discriminator.

    Adam updates it in the same steps as the model. It is not part of the model: checkpoints contain it, so that a
    resumed training is exact, and the weights of a finished run do not.

    Args:
        network: the module whose parameters are trained.
        learning_rate: the peak learning rate; it follows the schedule of the training.
        betas: Adam's two decay rates.
    """

    network: nn.Module
    learning_rate: float = 1e-4
    betas: tuple[float, float] = (0.5, 0.9)


def gradient_penalty(critic: nn.Module, real: Tensor) -> Tensor:
    """½ E ‖∇D̃(x)‖² over real inputs x, where D̃ is the critic's logit: a scalar that stabilises adversarial training.

    Without it, training of a critic and of the model against it need not converge. With gradients disabled, as in
    validation, it is 0.

    Args:
        critic: examples or codes → (batch, 1) logits.
        real: real examples or codes, (batch, ...).

    References:
        Mescheder, Geiger and Nowozin, "Which training methods for GANs do actually converge?", ICML 2018, equation 9.
    """
    if not torch.is_grad_enabled():
        return real.new_zeros(())
    real = real.detach().requires_grad_()
    logits = full_precision(critic(real))
    (gradient,) = torch.autograd.grad(logits.sum(), real, create_graph=True)
    return 0.5 * gradient.square().flatten(1).sum(1).mean()
