"""How much of what a model generates is recognised."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.errors import ArgumentError
from autoencode.evaluation.estimate import Estimate


@dataclass(frozen=True)
class Completeness:
    """What a classifier makes of some pictures.

    Args:
        recognised: share whose most probable class has at least the probability asked for.
        entropy: of the mean of their class distributions, in nats: log(classes) where all classes come alike, 0 where
            the same one comes over and over.
        max_entropy: log(classes).
    """

    recognised: Estimate
    entropy: float
    max_entropy: float


def completeness(probabilities: Float[Tensor, "n classes"], threshold: float = 0.9) -> Completeness:
    """Counts the pictures that a classifier recognises with confidence.

    For pictures decoded from draws of the prior it says whether every code means something. Beside it stands the same
    of real pictures, of which a classifier does not recognise all either.

    Args:
        probabilities: of the classes given each picture, by a classifier trained on the real data.
        threshold: the probability of the most probable class that counts as recognised.

    Raises:
        ArgumentError: rows that are no probabilities.

    References:
        The entropies of single pictures and of their mean are the two parts of the inception score: Salimans et al.,
        "Improved techniques for training GANs", NeurIPS 2016, section 4.

    Example:
        >>> found = completeness(torch.tensor([[0.95, 0.05], [0.2, 0.8], [0.0, 1.0], [1.0, 0.0]]))
        >>> found.recognised.value, round(found.entropy, 3)
        (0.75, 0.69)
    """
    p = probabilities.double()
    if bool((p < 0).any()) or not torch.allclose(p.sum(1), torch.ones(len(p), dtype=p.dtype), atol=1e-4):
        raise ArgumentError("a classifier gives each picture one row of probabilities that sum to 1")
    mean = p.mean(0)
    entropy = -torch.xlogy(mean, mean).sum().item()
    return Completeness(Estimate.of(p.max(1).values >= threshold), entropy, math.log(p.shape[1]))
