"""The great circle, with norms that change evenly."""

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.latent.paths.linear import linear
from autoencode.latent.paths.path import LogDensity, latent_paths

_MIN_SINE = 1e-4
"""Directions that are nearer to parallel or opposite have no great circle, or every one."""


@latent_paths.register("spherical")
def spherical(
    a: Float[Tensor, " numbers"], b: Float[Tensor, " numbers"], n: int, log_density: LogDensity | None = None
) -> Float[Tensor, "n numbers"]:
    """The directions of a and b rotated into each other at even speed, with norms in between; exact at both ends.

        γ(t) = ((1 − t) ‖a‖ + t ‖b‖) · (sin((1 − t) θ) â + sin(t θ) b̂) / sin θ,     θ the angle between a and b

    Codes of many numbers lie near a sphere round 0, and the middle of a straight line is nearer to 0 than codes are;
    this path keeps to the sphere. Where the directions are parallel or opposite, or a code is 0, it is the straight
    line.

    References:
        Shoemake, "Animating rotation with quaternion curves", SIGGRAPH 1985; for codes: White, "Sampling generative
        networks", arXiv:1609.04468, 2016, section 2.1.

    Example:
        >>> spherical(torch.tensor([1.0, 0.0]), torch.tensor([0.0, 3.0]), 3)[1]
        tensor([1.4142, 1.4142])
    """
    norms = a.norm(), b.norm()
    if min(norms) == 0:
        return linear(a, b, n)
    first, last = a / norms[0], b / norms[1]
    # Kahan's formula: the arc cosine of a product has no digits left for small angles.
    angle = 2 * torch.atan2((first - last).norm(), (first + last).norm())
    if angle.sin() < _MIN_SINE:
        return linear(a, b, n)
    points = [_slerp(first, last, angle, i / (n - 1)) * torch.lerp(norms[0], norms[1], i / (n - 1)) for i in range(n)]
    return torch.stack([a, *points[1:-1], b])


def _slerp(first: Tensor, last: Tensor, angle: Tensor, t: float) -> Tensor:
    return (torch.sin((1 - t) * angle) * first + torch.sin(t * angle) * last) / angle.sin()
