"""How far the picture moves for a small step in the code."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.errors import ArgumentError
from autoencode.evaluation.quantile import Quantile

Decode = Callable[[Tensor], Tensor]
"""Codes (n, *latent_shape) to pictures or vectors (n, *data_shape)."""


@dataclass(frozen=True)
class Continuity:
    """How fast pictures change at some codes.

    Args:
        step: how far each code was moved, in standard deviations of the codes of the data.
        median: of the stretch: the distance between the two pictures over `step`.
        high: the 95th percentile; where it is many times the median, there are places at which pictures jump.
    """

    step: float
    median: Quantile
    high: Quantile


def continuity(
    decode: Decode,
    codes: Float[Tensor, "n *latent_shape"],
    code_std: Float[Tensor, "*latent_shape"],
    *,
    step: float = 0.1,
    seed: int = 0,
) -> Continuity:
    """Moves each code a step in a direction of chance, and measures how far its picture moves.

        stretch = ‖D(z + ε s ∘ u) − D(z)‖ / ε,    u uniform on the unit sphere, s = standard deviation of the codes

    Codes of different models have different scales, so a step is measured in standard deviations of the codes of the
    data, each dimension in its own. Pictures are compared by the Euclidean distance over all of their values.

    Args:
        decode: the means of p(x|z).
        codes: where to measure: codes of held-out data, or draws from a prior.
        code_std: s, the standard deviation of codes of data in each dimension (`aggregate_std`).
        step: ε. A small one gives the local stretch, one of 0.1 says how far the picture moves for a visible step.
        seed: of the directions.

    Raises:
        ArgumentError: a step that is not above 0.

    References:
        The same quotient over a perceptual distance, squared and along paths, is the perceptual path length of Karras,
        Laine and Aila, "A style-based generator architecture for generative adversarial networks", CVPR 2019,
        section 4.1.
    """
    values = stretches(decode, codes, code_std, step=step, seed=seed)
    return Continuity(step, Quantile.of(values, 0.5), Quantile.of(values, 0.95))


def stretches(
    decode: Decode,
    codes: Float[Tensor, "n *latent_shape"],
    code_std: Float[Tensor, "*latent_shape"],
    *,
    step: float = 0.1,
    seed: int = 0,
) -> Float[Tensor, " n"]:
    """The stretch at each code; see `continuity`.

    Raises:
        ArgumentError: a step that is not above 0.
    """
    if not step > 0:
        raise ArgumentError(f"a step in the code is a positive number, not {step}")
    directions = torch.randn(codes.shape, generator=torch.Generator().manual_seed(seed), dtype=codes.dtype)
    unit = directions / directions.flatten(1).norm(dim=1).reshape(-1, *[1] * (codes.ndim - 1))
    moved = decode(codes + step * code_std * unit) - decode(codes)
    return moved.flatten(1).norm(dim=1) / step


def aggregate_std(codes: Float[Tensor, "n *latent_shape"]) -> Float[Tensor, "*latent_shape"]:
    """The standard deviation of codes in each dimension, draws from q(z|x) for a variational model."""
    return codes.std(0, correction=0)


def median_distance(x: Float[Tensor, "n *data_shape"], *, seed: int = 0) -> float:
    """The median distance between an example and another: what a stretch or a step should be compared with."""
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))
    return (x[order] - x[order.roll(1)]).flatten(1).norm(dim=1).median().item()
