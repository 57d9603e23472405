"""How strongly a dye or a sheet swallows each colour."""

from jaxtyping import Float
from torch import Tensor

Rgb = tuple[float, float, float]


def absorption(x: Float[Tensor, "batch channels height width"], rgb: Rgb) -> Float[Tensor, "1 channels_or_1 1 1"]:
    """The factors of an optical density for each channel of the pictures; 1 for all unless they are red, green, blue.

    Args:
        x: pictures, whose channels, type and device count.
        rgb: factors for red, green and blue, of mean 1 or so.
    """
    return x.new_tensor(rgb).view(1, 3, 1, 1) if x.shape[1] == 3 else x.new_ones((1, 1, 1, 1))
