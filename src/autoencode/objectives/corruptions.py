"""What spoils examples for a denoising autoencoder, by name."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from autoencode.data.batch import Batch
from autoencode.errors import ArgumentError
from autoencode.objectives.corrupted import Corruption
from autoencode.registry import Registry

corruptions: Registry[Callable[[float], Corruption]] = Registry("corruption", "autoencode list corruptions")
"""From an amount to a corruption. Noise comes from the global generator, so that a run's is a function of its seed."""


def _spoiled(batch: Batch, x: Tensor) -> Batch:
    """The batch with spoiled examples in place of its own, and the clean ones to be asked for."""
    return replace(batch, x=x, target=batch.target)


def _check_share(amount: float, what: str) -> None:
    if not 0 <= amount <= 1:
        raise ArgumentError(f"{what} spoils a share of 0 to 1 of the values, not {amount}")


@corruptions.named("salt-and-pepper")
@dataclass(frozen=True)
class SaltAndPepper:
    """A share of the values become 0 or 1, black or white, with equal chances; all channels of a pixel at once.

    References:
        Vincent et al., "Stacked denoising autoencoders", JMLR 11, 2010, section 3.3.
    """

    amount: float = 0.1

    def __post_init__(self) -> None:
        _check_share(self.amount, "salt-and-pepper")

    def __call__(self, batch: Batch) -> Batch:
        """The batch with spoiled examples."""
        u = torch.rand_like(batch.x[:, :1] if batch.x.ndim == 4 else batch.x)
        x = torch.where(u < self.amount / 2, torch.zeros_like(batch.x), batch.x)
        return _spoiled(batch, torch.where(u > 1 - self.amount / 2, torch.ones_like(x), x))


@corruptions.named("gaussian")
@dataclass(frozen=True)
class Gaussian:
    """Normal noise with this standard deviation is added; pictures are not cut off at black and white.

    References:
        Vincent et al., JMLR 11, 2010, section 3.3.
    """

    amount: float = 0.1

    def __post_init__(self) -> None:
        if self.amount < 0:
            raise ArgumentError(f"noise has a standard deviation of 0 or more, not {self.amount}")

    def __call__(self, batch: Batch) -> Batch:
        """The batch with spoiled examples."""
        return _spoiled(batch, batch.x + self.amount * torch.randn_like(batch.x))


@corruptions.named("masking")
@dataclass(frozen=True)
class Masking:
    """A share of the values become 0; all channels of a pixel at once.

    References:
        Vincent, Larochelle, Bengio and Manzagol, ICML 2008, section 2.3.
    """

    amount: float = 0.25

    def __post_init__(self) -> None:
        _check_share(self.amount, "masking")

    def __call__(self, batch: Batch) -> Batch:
        """The batch with spoiled examples."""
        u = torch.rand_like(batch.x[:, :1] if batch.x.ndim == 4 else batch.x)
        return _spoiled(batch, torch.where(u < self.amount, torch.zeros_like(batch.x), batch.x))
