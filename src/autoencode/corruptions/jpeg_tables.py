"""The constants of JPEG."""

import math

import torch
from jaxtyping import Float
from torch import Tensor

# fmt: off
LUMINANCE = (
    16, 11, 10, 16, 24, 40, 51, 61,
    12, 12, 14, 19, 26, 58, 60, 55,
    14, 13, 16, 24, 40, 57, 69, 56,
    14, 17, 22, 29, 51, 87, 80, 62,
    18, 22, 37, 56, 68, 109, 103, 77,
    24, 35, 55, 64, 81, 104, 113, 92,
    49, 64, 78, 87, 103, 121, 120, 101,
    72, 92, 95, 98, 112, 100, 103, 99,
)
"""Divisors for brightness at quality 50, row by row: ITU-T T.81, table K.1."""

CHROMINANCE = (
    17, 18, 24, 47, 99, 99, 99, 99,
    18, 21, 26, 66, 99, 99, 99, 99,
    24, 26, 56, 99, 99, 99, 99, 99,
    47, 66, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
)
"""Divisors for colour at quality 50: table K.2."""
# fmt: on


def dct_matrix(like: Tensor) -> Float[Tensor, "8 8"]:
    """The orthonormal cosine transform of 8 values, a frequency in each row: ITU-T T.81, annex A.3.3.

    Args:
        like: a tensor of the type and on the device that are wanted.
    """
    positions = torch.arange(8, dtype=like.dtype, device=like.device)
    basis = torch.cos((2 * positions + 1) * positions[:, None] * math.pi / 16) / 2
    return torch.cat([basis[:1] / math.sqrt(2), basis[1:]])
