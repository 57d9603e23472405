"""What an objective is, and how objectives add up."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

from torch import Tensor

from autoencode.data.batch import Batch
from autoencode.errors import ArgumentError
from autoencode.model import Autoencoder
from autoencode.objectives.adversary import Adversary
from autoencode.objectives.forward_pass import ForwardPass, forward_pass


@dataclass(frozen=True)
class ObjectiveOutput:
    """The judgement of one batch.

    Args:
        loss: what is minimised, a scalar: the mean over the batch.
        terms: unweighted, by name, (batch,) each, in nats for each example unless the name says otherwise.
        adversary_losses: what each of the objective's adversaries minimises, by its name; a scalar each. A adversary's loss moves
            the adversary's weights only, and `loss` moves the model's only.
    """

    loss: Tensor
    terms: dict[str, Tensor]
    adversary_losses: dict[str, Tensor] = field(default_factory=dict[str, Tensor])

    def scalars(self) -> dict[str, Tensor]:
        """The loss, the means of the terms and the adversaries' losses, without gradients."""
        terms = {name: term.detach().mean() for name, term in self.terms.items()}
        adversaries = {name: loss.detach() for name, loss in self.adversary_losses.items()}
        return {"loss": self.loss.detach(), **terms, **adversaries}


class Objective(ABC):
    """Judges a model on a batch. Objectives add up and take weights: `Elbo() + 0.1 * JacobianPenalty()`.

    One forward pass is made for the whole sum.
    """

    n_samples: int = 1
    """Codes drawn for each example."""

    @property
    def auxiliary_networks(self) -> dict[str, Adversary]:
        """The networks that play against the model, by name; none for most objectives."""
        return {}

    def prepare(self, batch: Batch) -> Batch:
        """What the model is shown in place of the batch, such as corrupted examples; the batch itself by default."""
        return batch

    @abstractmethod
    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The loss and its terms, given a forward pass.

        Args:
            fwd: the pass, with at least `n_samples` codes for each example.
            step: the number of the training step, for schedules; None in evaluation, where they have their final value.
        """
        raise NotImplementedError

    def __call__(self, model: Autoencoder, batch: Batch, step: int | None = None) -> ObjectiveOutput:
        """Makes the forward pass and judges it."""
        return self.evaluate(forward_pass(model, self.prepare(batch), self.n_samples), step)

    def __add__(self, other: "Objective") -> "Objective":
        return SumObjective(self, other)

    def __rmul__(self, weight: float) -> "Objective":
        return WeightedObjective(weight, self)


@dataclass(frozen=True)
class WeightedObjective(Objective):
    """An objective whose loss counts `weight` times; its terms stay as they are."""

    weight: float
    objective: Objective

    def __post_init__(self) -> None:
        object.__setattr__(self, "n_samples", self.objective.n_samples)

    @property
    def auxiliary_networks(self) -> dict[str, Adversary]:
        """The part's."""
        return self.objective.auxiliary_networks

    def prepare(self, batch: Batch) -> Batch:
        """As the part does."""
        return self.objective.prepare(batch)

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The part's loss times the weight; its adversaries' losses stay as they are."""
        output = self.objective.evaluate(fwd, step)
        return ObjectiveOutput(self.weight * output.loss, output.terms, output.adversary_losses)


@dataclass(frozen=True)
class SumObjective(Objective):
    """Two objectives on one forward pass, with as many samples as the more demanding one wants."""

    first: Objective
    second: Objective

    def __post_init__(self) -> None:
        object.__setattr__(self, "n_samples", max(self.first.n_samples, self.second.n_samples))

    @property
    def auxiliary_networks(self) -> dict[str, Adversary]:
        """Those of both."""
        return {**self.first.auxiliary_networks, **self.second.auxiliary_networks}

    def prepare(self, batch: Batch) -> Batch:
        """As the first does, and then as the second does."""
        return self.second.prepare(self.first.prepare(batch))

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The sum of the losses, and the terms and adversaries of both.

        Raises:
            ArgumentError: both have a term or a adversary of the same name.
        """
        one, two = self.first.evaluate(fwd, step), self.second.evaluate(fwd, step)
        if clash := sorted(
            (one.terms.keys() & two.terms.keys()) | (one.adversary_losses.keys() & two.adversary_losses.keys())
        ):
            raise ArgumentError(f"two parts of the objective both report '{clash[0]}': use each part once")
        return ObjectiveOutput(
            one.loss + two.loss, {**one.terms, **two.terms}, {**one.adversary_losses, **two.adversary_losses}
        )
