"""How good generated examples are, in the features of any network."""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from autoencode.evaluation.density_coverage import density_coverage
from autoencode.evaluation.estimate import Estimate
from autoencode.evaluation.frechet import frechet_estimate
from autoencode.evaluation.precision_recall import precision_recall


@dataclass(frozen=True)
class SampleQuality:
    """Generated examples beside real ones.

    Args:
        frechet: the squared Fréchet distance; smaller is better.
        precision: share of generated examples that are like some real ones.
        recall: share of real examples that are like some generated ones.
        density: precision that counts by how many real ones; can exceed 1.
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
    """Measures generated examples by features that you give: of the small classifier here, or of a network of yours.

    All of these numbers depend on the network and on how many examples there are: compare those of one network and of
    equal numbers only.

    Args:
        real: features of real examples that the model did not learn from.
        generated: of as many generated ones.
        seed: of the draws that give the Fréchet distance its standard error.

    References:
        See `frechet_distance`, `precision_recall` and `density_coverage`.
    """
    precision, recall = precision_recall(real, generated)
    density, coverage = density_coverage(real, generated)
    return SampleQuality(frechet_estimate(real, generated, seed=seed), precision, recall, density, coverage)
