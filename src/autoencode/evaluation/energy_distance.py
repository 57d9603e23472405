"""How near drawn masks of a picture are to those of several annotators, as two distributions."""

from collections.abc import Sequence

import numpy as np


def generalised_energy_distance(drawn: Sequence[np.ndarray], true: Sequence[np.ndarray]) -> float:
    """The squared generalised energy distance, 0 where both sets of masks are the same; masks are equally probable.

        D² = 2 E d(drawn, true) − E d(drawn, drawn') − E d(true, true')          d = 1 − intersection over union

    Args:
        drawn: masks, True inside, (height, width) each.
        true: of the annotators.

    References:
        Kohl et al., "A probabilistic U-Net for segmentation of ambiguous images", NeurIPS 2018, equation 6; Székely and
        Rizzo, "Energy statistics", Journal of Statistical Planning and Inference 143, 2013.

    Example:
        >>> one, other = np.array([True, True]), np.array([True, False])
        >>> generalised_energy_distance([one, other], [one, other]), generalised_energy_distance([one], [one, other])
        (0.0, 0.25)
    """
    return 2 * _mean_distance(drawn, true) - _mean_distance(drawn, drawn) - _mean_distance(true, true)


def _mean_distance(some: Sequence[np.ndarray], others: Sequence[np.ndarray]) -> float:
    return float(np.mean([_distance(a, b) for a in some for b in others]))


def _distance(a: np.ndarray, b: np.ndarray) -> float:
    """1 − intersection over union; 0 where both are empty."""
    either = int((a | b).sum())
    return 1 - int((a & b).sum()) / either if either else 0.0
