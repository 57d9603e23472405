"""A fully connected layer."""

from jaxtyping import Float
from torch import Tensor, nn

from autoencode.kernels import linear
from autoencode.nn.precision import full_precision, is_autocast, without_autocast

_FULL_PRECISION_UP_TO = 128


class Linear(nn.Linear):
    """PyTorch's layer, faster on some processors (`autoencode.kernels`).

    With no more than 128 inputs, or outputs, it stays in full precision under autocast, on any device: its numbers are
    moved rather than multiplied, and codes go through such layers and lose by rounding (docs/decisions/0016).
    """

    def forward(self, input: Float[Tensor, "*batch inputs"]) -> Float[Tensor, "*batch outputs"]:
        """(*, in_features) to (*, out_features)."""
        if min(self.in_features, self.out_features) > _FULL_PRECISION_UP_TO or not is_autocast(input.device):
            return linear(input, self.weight, self.bias)
        with without_autocast(input.device):
            return linear(full_precision(input), self.weight, self.bias)
