"""Several steps of the encoder for each step of the decoder, so that the decoder does not learn to do without it."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from autoencode.data.batch import Batch
from autoencode.errors import ArgumentError
from autoencode.model import Autoencoder
from autoencode.objectives.forward_pass import ForwardPass
from autoencode.objectives.objective import Objective, ObjectiveOutput
from autoencode.objectives.schedules import schedule_value


@dataclass(frozen=True)
class AggressiveEncoder(Objective):
    """An objective that in its first steps trains the encoder more often than the decoder.

        step            0 1 … 8 9 10 11 … 18 19 … │ from `steps` on
        encoder         • • … • •  •  • …  •  • … │ •
        decoder, prior  · · … · •  ·  · …  ·  • … │ •      every = 10

    The paper repeats the encoder's steps until the bound grows no more, and does so until the mutual information of
    code and data on the validation part grows no more. Here both numbers are given, so that a step follows from its
    number alone, and a training resumes exactly. In the decoder's steps the encoder learns as well.

    Args:
        objective: computes the loss.
        steps: training steps in which it is so; 0 for none.
        every: in one of so many of them the decoder, the likelihood and the prior learn.

    Raises:
        ArgumentError: fewer than 0 steps, or `every` below 1.

    References:
        He et al., "Lagging inference networks and posterior collapse in variational autoencoders", ICLR 2019,
        algorithm 1.

    Example:
        >>> from autoencode.objectives import Elbo
        >>> turns = AggressiveEncoder(Elbo(), steps=6, every=3)
        >>> [turns.decoder_learns(step) for step in range(8)]
        [0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0]
    """

    objective: Objective
    steps: int
    every: int = 10

    def __post_init__(self) -> None:
        if self.steps < 0 or self.every < 1:
            raise ArgumentError(f"steps must be 0 or more and every 1 or more, not {self.steps} and {self.every}")
        object.__setattr__(self, "n_samples", self.objective.n_samples)

    @property
    def batch_statistics(self) -> list[str]:
        """Those of the objective, and whose turn a step is."""
        turns = ["turns in which the decoder does not learn"] if self.steps else []
        return [*turns, *self.objective.batch_statistics]

    def prepare(self, batch: Batch) -> Batch:
        """As the objective does."""
        return self.objective.prepare(batch)

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The loss and the terms of the objective."""
        return self.objective.evaluate(fwd, step)

    def decoder_learns(self, step: int | None) -> float:
        """1 where all weights learn in a step, 0 where those of encoder and posterior alone do; a schedule."""
        return float(step is None or step >= self.steps or (step + 1) % self.every == 0)

    def __call__(self, model: Autoencoder, batch: Batch, step: int | None = None) -> ObjectiveOutput:
        """The same, in a step of the encoder alone without gradients of all other weights."""
        if schedule_value(self.decoder_learns, step):  # a schedule, so that no compiler takes one step for all
            return self.objective(model, batch, step)
        with _only_encoder_learns(model):
            return self.objective(model, batch, step)


@contextmanager
def _only_encoder_learns(model: Autoencoder) -> Generator[None]:
    own = {id(weight) for part in (model.encoder, model.posterior) for weight in part.parameters()}
    others = [weight for weight in model.parameters() if weight.requires_grad and id(weight) not in own]
    for weight in others:
        weight.requires_grad = False
    try:
        yield
    finally:
        for weight in others:
            weight.requires_grad = True
