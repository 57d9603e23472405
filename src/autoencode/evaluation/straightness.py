"""How straight the decoded path between two codes is."""

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.errors import ArgumentError
from autoencode.evaluation.continuity import Decode
from autoencode.evaluation.estimate import Estimate


def straightness(
    decode: Decode, codes: Float[Tensor, "n *latent_shape"], *, steps: int = 32, seed: int = 0
) -> Estimate:
    """The length of the decoded path over the distance of its ends, for pairs of codes; 1 is straight.

        length / distance = Σᵢ ‖D(zᵢ₊₁) − D(zᵢ)‖ / ‖D(z_n) − D(z_0)‖,    zᵢ on the line from one code to the other

    A path that passes through pictures unlike both ends is longer. With fewer steps it is underestimated: the result is
    a lower bound that grows with `steps`.

    Args:
        decode: the means of p(x|z).
        codes: of held-out examples; each is in at most one pair, so that pairs are independent.
        steps: segments of a path.
        seed: of the pairing.

    Returns:
        The mean over pairs; pairs that decode to the same picture are skipped.

    Raises:
        ArgumentError: there are fewer than two codes, or all decode to the same picture.

    References:
        The length of a latent path measured in data space: Arvanitidis, Hansen and Hauberg, "Latent space oddity: on
        the curvature of deep generative models", ICLR 2018, section 2.
    """
    return Estimate.of(length_ratios(decode, codes, steps=steps, seed=seed))


def length_ratios(
    decode: Decode, codes: Float[Tensor, "n *latent_shape"], *, steps: int = 32, seed: int = 0
) -> Float[Tensor, " pairs"]:
    """Length over distance for each pair; see `straightness`.

    Raises:
        ArgumentError: there are fewer than two codes, or all decode to the same picture.
    """
    if len(codes) < 2 or steps < 1:
        raise ArgumentError(f"paths need at least two codes and one step, not {len(codes)} and {steps}")
    order = torch.randperm(len(codes), generator=torch.Generator().manual_seed(seed))
    first, second = codes[order[: len(codes) // 2]], codes[order[len(codes) // 2 : len(codes) // 2 * 2]]
    start = before = decode(first).flatten(1)
    length = torch.zeros(len(first), dtype=start.dtype)
    for step in range(1, steps + 1):
        now = decode(torch.lerp(first, second, step / steps)).flatten(1)
        length += (now - before).norm(dim=1)
        before = now
    distance = (before - start).norm(dim=1)
    if not bool((distance > 0).any()):
        raise ArgumentError("all codes decode to the same picture: there is no path to measure")
    return (length / distance)[distance > 0]
