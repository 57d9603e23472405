"""What a model sees in one step."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor


@dataclass(frozen=True)
class Batch:
    """Some examples, their targets, and their context.

    Args:
        x: the model's input, (batch, *data_shape), in the model's units ([0, 1] for pictures).
        target: what the likelihood is asked about; `x` itself where it is not given, so that a plain autoencoder and a
            denoising one are the same thing with another target.
        context: what conditional parts are given besides, (batch, ...), or None.
        loss_mask: which values of the target the model is asked about, as `target`; None for all.

    A transform (a corruption, say) is a function from `Batch` to `Batch`.

    Example:
        >>> batch = Batch(torch.zeros(4, 1, 28, 28))
        >>> batch.target is batch.x, len(batch)
        (True, 4)
    """

    x: Tensor
    target: Tensor = None  # type: ignore[assignment]  # set below, never None once made
    context: Tensor | None = None
    loss_mask: Tensor | None = None

    def __post_init__(self) -> None:
        if self.target is None:  # pyright: ignore[reportUnnecessaryComparison]
            object.__setattr__(self, "target", self.x)

    def __len__(self) -> int:
        return self.x.shape[0]

    def to(self, device: torch.device) -> "Batch":
        """The same batch on `device`; `target is x` is kept, so that nothing is moved or stored twice."""
        x = self.x.to(device)
        target = x if self.target is self.x else self.target.to(device)
        context = None if self.context is None else self.context.to(device)
        loss_mask = None if self.loss_mask is None else self.loss_mask.to(device)
        return replace(self, x=x, target=target, context=context, loss_mask=loss_mask)
