"""Adam as a function of tensors, so that a compiler can take it together with the rest of the step."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.optim import Adam, Optimizer

_STATE_NAMES = ("exp_avg", "exp_avg_sq", "step")


def has_functional_form(optimizer: Optimizer) -> bool:
    """Whether it is PyTorch's Adam or AdamW with one group of parameters, as `training.optimizers` makes it."""
    if not isinstance(optimizer, Adam) or len(optimizer.param_groups) != 1:
        return False
    group = optimizer.param_groups[0]
    plain = not group["amsgrad"] and not group["maximize"]
    return plain and (not group["weight_decay"] or group["decoupled_weight_decay"])


class FunctionalAdam:
    """The update of PyTorch's Adam on its own state, so that compiled and eager steps can follow one another.

        w ← (1 − α λ) w − a m / (b √v + ε),    a = α / (1 − β₁ᵗ),    b = 1 / √(1 − β₂ᵗ)

    The two divisions by scalars that all weights share are made once, and not for each weight: with the square root,
    divisions take most of Adam's time.

    Args:
        optimizer: one for which `has_functional_form` holds.
        weights: the weights that it updates.

    References:
        Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1; Loshchilov and Hutter,
        "Decoupled weight decay regularization", ICLR 2019, for the decay λ.
    """

    def __init__(self, optimizer: Optimizer, weights: Sequence[nn.Parameter]) -> None:
        self._optimizer, self._group = optimizer, optimizer.param_groups[0]
        self._weights = list(weights)
        for weight in self._weights:
            if not optimizer.state[weight]:
                optimizer.state[weight] = {
                    "step": torch.zeros((), device=weight.device),
                    "exp_avg": torch.zeros_like(weight),
                    "exp_avg_sq": torch.zeros_like(weight),
                }

    def state(self) -> list[Tensor]:
        """Adam's state: for each weight the means of its gradient and squared gradient, and the number of updates."""
        return [self._optimizer.state[weight][name] for weight in self._weights for name in _STATE_NAMES]

    def scalars(self) -> Tensor:
        """The scalars of the next update, which all weights share, (3,): a, b and 1 − α λ."""
        rate, (beta1, beta2) = self._group["lr"], self._group["betas"]
        step = self._optimizer.state[self._weights[0]]["step"].item() + 1
        decay = 1 - rate * self._group["weight_decay"]
        return torch.tensor([rate / (1 - beta1**step), (1 - beta2**step) ** -0.5, decay])

    def update(
        self, weights: Sequence[Tensor], inputs: Sequence[Tensor], gradients: Sequence[Tensor], ok: Tensor
    ) -> None:
        """Updates weights and state in place where `ok` is true; otherwise all stays as it is.

        Args:
            weights: their values, in the order of the constructor.
            inputs: the tensors of `state`, then that of `scalars`.
            gradients: of the loss, for each weight.
            ok: a Boolean scalar.
        """
        *state, numbers = inputs
        a, b, decay = numbers.unbind()
        beta1, beta2 = self._group["betas"]
        entries = zip(weights, state[::3], state[1::3], state[2::3], gradients, strict=True)
        for weight, mean, square, count, gradient in entries:
            new_mean = mean + (1 - beta1) * (gradient - mean)
            new_square = beta2 * square + (1 - beta2) * gradient * gradient
            kept = decay * weight if self._group["weight_decay"] else weight
            new = kept - a * new_mean / (b * new_square.sqrt() + self._group["eps"])
            for old, changed in ((mean, new_mean), (square, new_square), (count, count + 1), (weight, new)):
                old.copy_(torch.where(ok, changed, old))

    def gradients(self, changed: Sequence[Tensor]) -> list[Tensor]:
        """The gradients of the update from the current state to `changed`."""
        means = [self._optimizer.state[weight]["exp_avg"] for weight in self._weights]
        beta1 = self._group["betas"][0]
        return [old + (new - old) / (1 - beta1) for old, new in zip(means, changed[::3], strict=False)]
