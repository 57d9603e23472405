"""What an objective is, and how objectives add up."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

from torch import Tensor

from autoencode.data.batch import Batch
from autoencode.errors import ArgumentError
from autoencode.model import Autoencoder
from autoencode.objectives.forward import Forward, forward
from autoencode.objectives.player import Player


@dataclass(frozen=True)
class Output:
    """The judgement of one batch.

    Args:
        loss: what is minimised, a scalar: the mean over the batch.
        terms: unweighted, by name, (batch,) each, in nats for each example unless the name says otherwise.
        adversaries: what each of the objective's players minimises, by its name; a scalar each. A player's loss moves
            the player's weights only, and `loss` moves the model's only.
    """

    loss: Tensor
    terms: dict[str, Tensor]
    adversaries: dict[str, Tensor] = field(default_factory=dict[str, Tensor])

    def scalars(self) -> dict[str, Tensor]:
        """The loss, the means of the terms and the players' losses, without gradients."""
        terms = {name: term.detach().mean() for name, term in self.terms.items()}
        players = {name: loss.detach() for name, loss in self.adversaries.items()}
        return {"loss": self.loss.detach(), **terms, **players}


class Objective(ABC):
    """Judges a model on a batch. Objectives add up and take weights: `Elbo() + 0.1 * JacobianPenalty()`.

    One forward pass is made for the whole sum.
    """

    n_samples: int = 1
    """Codes drawn for each example."""

    @property
    def players(self) -> dict[str, Player]:
        """The networks that play against the model, by name; none for most objectives."""
        return {}

    def prepare(self, batch: Batch) -> Batch:
        """What the model is shown in place of the batch, such as corrupted examples; the batch itself by default."""
        return batch

    @abstractmethod
    def judge(self, seen: Forward, step: int | None) -> Output:
        """The loss and its terms, given a forward pass.

        Args:
            seen: the pass, with at least `n_samples` codes for each example.
            step: the number of the training step, for schedules; None in evaluation, where they have their final value.
        """
        raise NotImplementedError

    def __call__(self, model: Autoencoder, batch: Batch, step: int | None = None) -> Output:
        """Makes the forward pass and judges it."""
        return self.judge(forward(model, self.prepare(batch), self.n_samples), step)

    def __add__(self, other: "Objective") -> "Objective":
        return Sum(self, other)

    def __rmul__(self, weight: float) -> "Objective":
        return Weighted(weight, self)


@dataclass(frozen=True)
class Weighted(Objective):
    """An objective whose loss counts `weight` times; its terms stay as they are."""

    weight: float
    part: Objective

    def __post_init__(self) -> None:
        object.__setattr__(self, "n_samples", self.part.n_samples)

    @property
    def players(self) -> dict[str, Player]:
        """The part's."""
        return self.part.players

    def prepare(self, batch: Batch) -> Batch:
        """As the part does."""
        return self.part.prepare(batch)

    def judge(self, seen: Forward, step: int | None) -> Output:
        """The part's loss times the weight; its players' losses stay as they are."""
        output = self.part.judge(seen, step)
        return Output(self.weight * output.loss, output.terms, output.adversaries)


@dataclass(frozen=True)
class Sum(Objective):
    """Two objectives on one forward pass, with as many samples as the more demanding one wants."""

    first: Objective
    second: Objective

    def __post_init__(self) -> None:
        object.__setattr__(self, "n_samples", max(self.first.n_samples, self.second.n_samples))

    @property
    def players(self) -> dict[str, Player]:
        """Those of both."""
        return {**self.first.players, **self.second.players}

    def prepare(self, batch: Batch) -> Batch:
        """As the first does, and then as the second does."""
        return self.second.prepare(self.first.prepare(batch))

    def judge(self, seen: Forward, step: int | None) -> Output:
        """The sum of the losses, and the terms and players of both.

        Raises:
            ArgumentError: both have a term or a player of the same name.
        """
        one, two = self.first.judge(seen, step), self.second.judge(seen, step)
        if clash := sorted((one.terms.keys() & two.terms.keys()) | (one.adversaries.keys() & two.adversaries.keys())):
            raise ArgumentError(f"two parts of the objective both report '{clash[0]}': use each part once")
        return Output(one.loss + two.loss, {**one.terms, **two.terms}, {**one.adversaries, **two.adversaries})
