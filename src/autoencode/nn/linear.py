"""A fully connected layer."""

from jaxtyping import Float
from torch import Tensor, nn

from autoencode.kernels import linear


class Linear(nn.Linear):
    """PyTorch's layer, faster on some processors (`autoencode.kernels`)."""

    def forward(self, input: Float[Tensor, "*batch inputs"]) -> Float[Tensor, "*batch outputs"]:
        """(*, in_features) to (*, out_features)."""
        return linear(input, self.weight, self.bias)
