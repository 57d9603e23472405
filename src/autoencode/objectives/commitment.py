"""What keeps the encoder near the codewords."""

from dataclasses import dataclass

from autoencode.distributions.quantised import codeword_counts, perplexity, require_quantised
from autoencode.errors import ArgumentError
from autoencode.objectives.forward_pass import ForwardPass
from autoencode.objectives.objective import Objective, ObjectiveOutput


@dataclass(frozen=True)
class Commitment(Objective):
    """β ‖z_e − sg[e]‖²: the squared distance of the encoder's output from its codewords, for each example.

    Summed over positions and numbers, as the likelihood is over values; of several stages, the distances from the sums
    up to each of them are added. The codewords get no gradient.

    Terms: `commitment`, in the units of the code, squared.

    Args:
        weight: β.

    Raises:
        ArgumentError: a weight below 0.

    References:
        van den Oord, Vinyals and Kavukcuoglu, "Neural discrete representation learning", NeurIPS 2017, equation 3; of
        stages: Lee et al., "Autoregressive image generation using residual quantization", CVPR 2022, section 3.1.
    """

    weight: float = 0.25

    def __post_init__(self) -> None:
        if self.weight < 0:
            raise ArgumentError(f"the weight of the commitment must be 0 or more, not {self.weight}")

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The loss, and `commitment` for each example."""
        distance = require_quantised(fwd.q).distance
        return ObjectiveOutput(self.weight * distance.mean(), {"commitment": distance})


@dataclass(frozen=True)
class CodebookUsage(Objective):
    """Reports how many codewords are in use, and adds nothing to the loss.

    Terms: `perplexity`, as how many codewords, all as frequent, the batch uses: one number for the batch, averaged over
    stages, given to each of its examples. K where the codebook is used evenly, 1 where it has collapsed.

    References:
        van den Oord, Vinyals and Kavukcuoglu, "Neural discrete representation learning", NeurIPS 2017 (it is what their
        published code reports).
    """

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """No loss, and `perplexity`."""
        q = require_quantised(fwd.q)
        found = perplexity(codeword_counts(q.indices, q.n_codes)).mean().to(q.code.dtype)
        return ObjectiveOutput(found.new_zeros(()), {"perplexity": found.expand(len(fwd.batch))})
