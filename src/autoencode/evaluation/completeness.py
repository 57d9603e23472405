"""How much of what a model generates a classifier recognises."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.errors import ArgumentError
from autoencode.evaluation.estimate import Estimate


@dataclass(frozen=True)
class Completeness:
    """Statistics of a classifier's predictions for some pictures.

    Args:
        recognised: share whose most probable class has at least the threshold probability.
        entropy: of the mean of their class distributions, in nats: log(classes) if all classes are equally frequent, 0
            if there is only one.
        max_entropy: log(classes).
    """

    recognised: Estimate
    entropy: float
    max_entropy: float


def completeness(probabilities: Float[Tensor, "n classes"], threshold: float = 0.9) -> Completeness:
    """Counts the pictures that a classifier recognises with confidence.

    For decoded samples of the prior it says whether every code decodes to something like the data. Compare it with the
    same number for real pictures, which a classifier does not recognise completely either.

    Args:
        probabilities: of the classes given each picture, by a classifier trained on the real data.
        threshold: the probability of the most probable class that counts as recognised.

    Raises:
        ArgumentError: a row is not a probability distribution.

    References:
        The entropies of single predictions and of their mean are the two parts of the inception score: Salimans et al.,
        "Improved techniques for training GANs", NeurIPS 2016, section 4.

    Example:
        >>> found = completeness(torch.tensor([[0.95, 0.05], [0.2, 0.8], [0.0, 1.0], [1.0, 0.0]]))
        >>> found.recognised.value, round(found.entropy, 3)
        (0.75, 0.69)
    """
    p = probabilities.double()
    if bool((p < 0).any()) or not torch.allclose(p.sum(1), torch.ones(len(p), dtype=p.dtype), atol=1e-4):
        raise ArgumentError("probabilities must have one row per picture that sums to 1")
    mean = p.mean(0)
    entropy = -torch.xlogy(mean, mean).sum().item()
    return Completeness(Estimate.of(p.max(1).values >= threshold), entropy, math.log(p.shape[1]))
