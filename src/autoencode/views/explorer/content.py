"""The content of the explorer, as plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jaxtyping import Float, Int
from torch import Tensor

from autoencode.latent.latent_support import Support
from autoencode.portable import Program, SequenceProgram
from autoencode.portable.program import Precision
from autoencode.views.explorer.media import PICTURE, Medium


@dataclass(frozen=True)
class LatentSummary:
    """The latent space.

    Args:
        mean: of each latent dimension, over the data.
        scale: its standard deviation over the data, that of the posterior included.
        relevance: of each dimension: its KL in nats, or its variance if there is no KL.
        measure: which of the two, in words.
        origin: of the plane that the map shows.
        directions: its two axes, of length 1.
        axes: their names.
        support: the set of valid codes.
        circles: whether the prior is a standard normal and the map its plane, so that circles at one and two standard
            deviations are drawn.
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
        places: positions on the map, of many examples.
        position_labels: their classes, or None.
        codes: of the examples that are in the file themselves.
        shown: those as pictures, in [0, 1], or as rows of tokens.
        labels: their classes, or None.
        contexts: the context of each of these, or None.
        noun: what they are, such as "test pictures".
        names: the files of those that are in the file themselves; none where they are no files.
    """

    places: Float[Tensor, "many 2"]
    position_labels: Int[Tensor, " many"] | None
    codes: Float[Tensor, "n dims"]
    shown: Float[Tensor, "n *shape"]
    labels: Int[Tensor, " n"] | None
    contexts: Int[Tensor, " n"] | None = None
    noun: str = "test pictures"
    names: Sequence[str] = ()


@dataclass(frozen=True)
class ExplorerContent:
    """All of the page.

    Args:
        title: the run's name.
        lead: a sentence about what is shown.
        decoder: from a code to the mean of p(x|z), or to tokens, one after the other.
        medium: how what it makes is shown.
        nucleus: of tokens that are drawn, only the likeliest that together have this probability.
        precision: of its weights in the file.
        latent: the space of codes.
        examples: real ones.
        prior: what "Random" samples from: kind "normal", "mixture" or "draws", with its parameters; `words` such as
            "codes from the standard normal prior"; a `seed`.
        classes: names of the classes.
        contexts: names of the contexts that the decoder can be conditioned on.
        facts: names and values for the footer.
    """

    title: str
    lead: str
    decoder: Program | SequenceProgram
    latent: LatentSummary
    examples: ExplorerExamples
    prior: Mapping[str, Any]
    medium: Medium = PICTURE
    nucleus: float = 1.0
    precision: Precision = "float32"
    classes: Sequence[str] = ()
    contexts: Sequence[str] = ()
    facts: Mapping[str, str] = field(default_factory=dict[str, str])
