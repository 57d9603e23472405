"""Objectives of quantised codes: the commitment loss, and the use of the codebook."""

from dataclasses import dataclass

from autoencode.distributions.quantised import codeword_counts, perplexity, require_quantised
from autoencode.errors import ArgumentError
from autoencode.objectives.forward_pass import ForwardPass
from autoencode.objectives.objective import Objective, ObjectiveOutput


@dataclass(frozen=True)
class Commitment(Objective):
    """β ‖z_e − sg[e]‖²: the squared distance of the encoder's output from its codewords, for each example.

    It is summed over positions and dimensions, as the likelihood is over values. With several stages, the distances
    from the partial sums of codewords are added. Codewords receive no gradient.

    Terms: `commitment`, in squared units of the code.

    Args:
        weight: β.

    Raises:
        ArgumentError: a weight below 0.

    References:
        van den Oord, Vinyals and Kavukcuoglu, "Neural discrete representation learning", NeurIPS 2017, equation 3; of
        stages: Lee et al., "Autoregressive image generation using residual quantization", CVPR 2022, section 3.1.
    """

    of_batch = None

    weight: float = 0.25

    def __post_init__(self) -> None:
        if self.weight < 0:
            raise ArgumentError(f"the weight of Commitment must be 0 or more, not {self.weight}")

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The loss, and `commitment` for each example.

        Raises:
            CapabilityError: the posterior is not quantised.
        """
        distance = require_quantised(fwd.q).distance
        return ObjectiveOutput(self.weight * distance.mean(), {"commitment": distance})


@dataclass(frozen=True)
class CodebookUsage(Objective):
    """Reports how many codewords are in use; its loss is zero.

    Terms: `perplexity`, the effective number of codewords in the batch, averaged over stages and repeated for each
    example: K if all are equally frequent, 1 if the codebook has collapsed.

    References:
        van den Oord, Vinyals and Kavukcuoglu, "Neural discrete representation learning", NeurIPS 2017 (it is what their
        published code reports).
    """

    of_batch = None

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """A loss of zero, and `perplexity`.

        Raises:
            CapabilityError: the posterior is not quantised.
        """
        q = require_quantised(fwd.q)
        found = perplexity(codeword_counts(q.indices, q.n_codes)).mean().to(q.code.dtype)
        return ObjectiveOutput(found.new_zeros(()), {"perplexity": found.expand(len(fwd.batch))})
