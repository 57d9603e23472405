"""What stands on the page, as plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jaxtyping import Float, Int
from torch import Tensor

from autoencode.latent.latent_support import Support
from autoencode.portable import Program
from autoencode.portable.program import Precision


@dataclass(frozen=True)
class LatentSummary:
    """The space of codes.

    Args:
        mean: of each number of the code, over the data.
        scale: its standard deviation over the data, the posterior's own spread included.
        relevance: what each number tells: its KL in nats, or where there is none its variance.
        measure: which of the two, in words.
        origin: of the plane of the map.
        directions: its two axes, of length 1.
        axes: their names.
        support: where codes may lie.
        circles: whether the prior is standard normal and the map its plane, so that circles tell its quantiles.
    """

    mean: Float[Tensor, " dims"]
    scale: Float[Tensor, " dims"]
    relevance: Float[Tensor, " dims"]
    measure: str
    origin: Float[Tensor, " dims"]
    directions: Float[Tensor, "dims 2"]
    axes: tuple[str, str]
    support: Support = "real"
    circles: bool = False


@dataclass(frozen=True)
class ExplorerExamples:
    """Real examples.

    Args:
        places: on the map, of many.
        position_labels: their classes, or None.
        codes: of the few whose pictures are in the file.
        thumbnails: those pictures, in [0, 1].
        labels: their classes, or None.
        contexts: which context each of the few belongs to, or None.
    """

    places: Float[Tensor, "many 2"]
    position_labels: Int[Tensor, " many"] | None
    codes: Float[Tensor, "n dims"]
    thumbnails: Float[Tensor, "n channels height width"]
    labels: Int[Tensor, " n"] | None
    contexts: Int[Tensor, " n"] | None = None


@dataclass(frozen=True)
class ExplorerContent:
    """All of the page.

    Args:
        title: the run's name.
        lead: a sentence on what is shown.
        decoder: from a code to the mean of p(x|z).
        precision: of its weights in the file.
        latent: the space of codes.
        examples: real ones.
        prior: what "Random" draws from: kind "normal", "mixture" or "draws", with what it needs; `words` such as
            "codes from the standard normal prior"; a `seed`.
        classes: names of the classes.
        contexts: names of what the decoder can be told.
        facts: names and values at the foot of the page.
    """

    title: str
    lead: str
    decoder: Program
    latent: LatentSummary
    examples: ExplorerExamples
    prior: Mapping[str, Any]
    precision: Precision = "float32"
    classes: Sequence[str] = ()
    contexts: Sequence[str] = ()
    facts: Mapping[str, str] = field(default_factory=dict[str, str])
