"""How much the decoded picture changes for a small step in the latent space."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.errors import ArgumentError
from autoencode.evaluation.quantile import Quantile

Decode = Callable[[Tensor], Tensor]
"""From codes (n, *latent_shape) to pictures or vectors (n, *data_shape)."""


@dataclass(frozen=True)
class Continuity:
    """The sensitivity of the decoder at some codes.

    Args:
        step: length of the step, in standard deviations of the codes of the data.
        median: of the sensitivity: the distance between the two pictures divided by `step`.
        high: the 95th percentile; if it is many times the median, pictures jump in some places.
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
    """Moves each code one step in a random direction, and measures how much its picture changes.

        sensitivity = ‖D(z + ε s ∘ u) − D(z)‖ / ε,    u uniform on the unit sphere, s = standard deviation of the codes

    Codes of different models have different scales, so steps are measured in standard deviations of the codes of the
    data, for each dimension. Pictures are compared by the Euclidean distance over all of their values.

    Args:
        decode: the means of p(x|z).
        codes: where to measure: codes of held-out data, or samples of a prior.
        code_std: s, the standard deviation of codes of data in each dimension (`aggregate_std`).
        step: ε. A small one gives the local sensitivity; with 0.1 it is the change for a visible step.
        seed: of the directions.

    Raises:
        ArgumentError: `step` is not positive.

    References:
        The same quotient over a perceptual distance, squared and along paths, is the perceptual path length of Karras,
        Laine and Aila, "A style-based generator architecture for generative adversarial networks", CVPR 2019,
        section 4.1.
    """
    values = sensitivities(decode, codes, code_std, step=step, seed=seed)
    return Continuity(step, Quantile.of(values, 0.5), Quantile.of(values, 0.95))


def sensitivities(
    decode: Decode,
    codes: Float[Tensor, "n *latent_shape"],
    code_std: Float[Tensor, "*latent_shape"],
    *,
    step: float = 0.1,
    seed: int = 0,
) -> Float[Tensor, " n"]:
    """The sensitivity at each code; see `continuity`.

    Raises:
        ArgumentError: `step` is not positive.
    """
    if not step > 0:
        raise ArgumentError(f"step must be positive, not {step}")
    directions = torch.randn(codes.shape, generator=torch.Generator().manual_seed(seed), dtype=codes.dtype)
    unit = directions / directions.flatten(1).norm(dim=1).reshape(-1, *[1] * (codes.ndim - 1))
    moved = decode(codes + step * code_std * unit) - decode(codes)
    return moved.flatten(1).norm(dim=1) / step


def aggregate_std(codes: Float[Tensor, "n *latent_shape"]) -> Float[Tensor, "*latent_shape"]:
    """The standard deviation of codes in each dimension; for a VAE, codes are samples of q(z|x)."""
    return codes.std(0, correction=0)


def median_distance(x: Float[Tensor, "n *data_shape"], *, seed: int = 0) -> float:
    """The median distance between two random examples, to compare changes with."""
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))
    return (x[order] - x[order.roll(1)]).flatten(1).norm(dim=1).median().item()
