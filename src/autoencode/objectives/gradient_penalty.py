"""What keeps a critic from being too sure."""

import torch
from torch import Tensor, nn

from autoencode.nn import full_precision


def gradient_penalty(critic: nn.Module, real: Tensor) -> Tensor:
    """½ E ‖∇D̃(x)‖² at what the critic should take for real, where D̃ is its logit: a scalar.

    Without it, a critic and what it judges circle round each other and need not come to rest. Where gradients are
    switched off, as in validation, it is 0.

    Args:
        critic: examples or codes → (batch, 1).
        real: examples or codes, (batch, ...).

    References:
        Mescheder, Geiger and Nowozin, "Which training methods for GANs do actually converge?", ICML 2018, equation 9.
    """
    if not torch.is_grad_enabled():
        return real.new_zeros(())
    real = real.detach().requires_grad_()
    logits = full_precision(critic(real))
    (gradient,) = torch.autograd.grad(logits.sum(), real, create_graph=True)
    return 0.5 * gradient.square().flatten(1).sum(1).mean()
