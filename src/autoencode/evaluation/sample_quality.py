"""The quality of generated examples, in the features of any network."""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from autoencode.evaluation.density_coverage import density_coverage
from autoencode.evaluation.estimate import Estimate
from autoencode.evaluation.frechet import frechet_estimate
from autoencode.evaluation.precision_recall import precision_recall


@dataclass(frozen=True)
class SampleQuality:
    """Generated examples compared with real ones.

    Args:
        frechet: the squared Fréchet distance; smaller is better.
        precision: share of generated examples that are close to a real one.
        recall: share of real examples that are close to a generated one.
        density: precision, weighted by the number of close real examples; can exceed 1.
        coverage: share of real examples with a generated one near them.
    """

    frechet: Estimate
    precision: Estimate
    recall: Estimate
    density: Estimate
    coverage: Estimate


def sample_quality(
    real: Float[Tensor, "n dims"], generated: Float[Tensor, "m _dims"], *, seed: int = 0
) -> SampleQuality:
    """Measures generated examples by their features, from `train_classifier` or from your own network.

    All of these numbers depend on the network and on the number of examples: compare only numbers that share both.

    Args:
        real: features of held-out real examples.
        generated: features of equally many generated examples.
        seed: of the bootstrap that gives the Fréchet distance its standard error.

    References:
        See `frechet_distance`, `precision_recall` and `density_coverage`.
    """
    precision, recall = precision_recall(real, generated)
    density, coverage = density_coverage(real, generated)
    return SampleQuality(frechet_estimate(real, generated, seed=seed), precision, recall, density, coverage)
