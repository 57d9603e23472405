"""Linear decoders: one with free columns, and one whose columns have unit norm."""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from autoencode.kernels import linear
from autoencode.nn.dense import Linear


class LinearDecoder(nn.Module):
    """W z + b, in the shape of the likelihood's features.

    Args:
        latent_dim: dimensions of the latent code.
        features_shape: shape of the likelihood's features for one example.

    Example:
        >>> import torch
        >>> LinearDecoder(2, (1, 28, 28))(torch.zeros(5, 2)).shape
        torch.Size([5, 1, 28, 28])
    """

    def __init__(self, latent_dim: int, features_shape: Sequence[int]) -> None:
        super().__init__()
        self.linear = Linear(latent_dim, math.prod(features_shape))
        self.features_shape = tuple(features_shape)

    def forward(self, z: Float[Tensor, "batch latent"]) -> Float[Tensor, "batch ..."]:
        """(batch, latent_dim) to (batch, *features_shape)."""
        return self.linear(z).unflatten(1, self.features_shape)


class DictionaryDecoder(nn.Module):
    """Σ_j z_j w_j + b, where each atom w_j (a column of the weight) has unit norm.

    Without unit norms, a penalty on the size of codes is evaded by small codes and large atoms.

    Args:
        latent_dim: number of atoms, the dimensions of the code.
        features_shape: shape of the likelihood's features for one example.

    References:
        Olshausen and Field, "Emergence of simple-cell receptive field properties by learning a sparse code for natural
        images", Nature 381, 1996; Gao et al., "Scaling and evaluating sparse autoencoders", 2024, appendix A.1. There
        atoms are normalised after each step; here the normalisation is part of the forward pass and of its gradient.

    Example:
        >>> decoder = DictionaryDecoder(9, (1, 2, 2))
        >>> decoder(torch.eye(9)).shape
        torch.Size([9, 1, 2, 2])
    """

    def __init__(self, latent_dim: int, features_shape: Sequence[int]) -> None:
        super().__init__()
        self.linear = Linear(latent_dim, math.prod(features_shape))
        self.features_shape = tuple(features_shape)

    @property
    def atoms(self) -> Float[Tensor, "features latent"]:
        """The atoms, one in each column."""
        return F.normalize(self.linear.weight, dim=0)

    @torch.no_grad()
    def init_encoder(self, layer: nn.Linear, gain: float = 1.0) -> None:
        """Initialises a linear layer of the encoder with the transposed atoms times `gain`, and a zero bias.

        References:
            Gao et al., 2024, appendix A.1: this initialisation alone leaves far fewer dead units.
        """
        layer.weight.copy_(gain * self.atoms.T)
        layer.bias.zero_()

    def forward(self, z: Float[Tensor, "batch latent"]) -> Float[Tensor, "batch ..."]:
        """(batch, latent_dim) to (batch, *features_shape)."""
        return linear(z, self.atoms, self.linear.bias).unflatten(1, self.features_shape)
