"""The base class of objectives, their sums and weights."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar

from torch import Tensor

from autoencode.data.batch import Batch
from autoencode.errors import ArgumentError
from autoencode.model import Autoencoder
from autoencode.objectives.auxiliary_network import AuxiliaryNetwork
from autoencode.objectives.forward_pass import ForwardPass, forward_pass


@dataclass(frozen=True)
class ObjectiveOutput:
    """The loss of a batch, and the terms it consists of.

    Args:
        loss: the scalar that is minimised, a mean over the batch.
        terms: the unweighted terms by name, (batch,) each, in nats per example unless documented otherwise.
        auxiliary_losses: the loss of each auxiliary network by its name, a scalar each. It trains the weights of that
            network only; `loss` trains those of the model only.
    """

    loss: Tensor
    terms: dict[str, Tensor]
    auxiliary_losses: dict[str, Tensor] = field(default_factory=dict[str, Tensor])

    def scalars(self) -> dict[str, Tensor]:
        """The loss, the means of the terms and the auxiliary losses, without gradients."""
        terms = {name: term.detach().mean() for name, term in self.terms.items()}
        auxiliary = {name: loss.detach() for name, loss in self.auxiliary_losses.items()}
        return {"loss": self.loss.detach(), **terms, **auxiliary}


class Objective(ABC):
    """Computes a loss for a model and a batch.

    Objectives can be added and weighted, `Elbo() + 0.1 * JacobianPenalty()`; a sum makes one forward pass for all its
    parts.
    """

    n_samples: int = 1
    """Codes drawn for each example."""
    of_batch: ClassVar[str | None] = "something that it does not state"
    """What the loss needs of the whole batch, in words; None where it is a mean over examples."""

    @property
    def auxiliary_networks(self) -> dict[str, AuxiliaryNetwork]:
        """Networks trained beside the model, by name; none for most objectives."""
        return {}

    @property
    def batch_statistics(self) -> list[str]:
        """What the loss needs of the whole batch, in words; nothing where it is a mean over examples.

        A mean over examples is the mean of those of parts of the batch, so that several processes can share it.
        """
        learning = [f"'{name}', which learns beside the model," for name in self.auxiliary_networks]
        return learning or ([] if self.of_batch is None else [self.of_batch])

    def prepare(self, batch: Batch) -> Batch:
        """The batch that the model is given, for example with corrupted inputs; unchanged by default."""
        return batch

    @abstractmethod
    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The loss and its terms, given a forward pass.

        Args:
            fwd: the pass, with at least `n_samples` codes for each example.
            step: the number of the training step, for schedules; None in evaluation, for their final values.
        """
        raise NotImplementedError

    def __call__(self, model: Autoencoder, batch: Batch, step: int | None = None) -> ObjectiveOutput:
        """Makes the forward pass and evaluates the objective on it."""
        return self.evaluate(forward_pass(model, self.prepare(batch), self.n_samples), step)

    def __add__(self, other: "Objective") -> "Objective":
        return SumObjective(self, other)

    def __rmul__(self, weight: float) -> "Objective":
        return WeightedObjective(weight, self)


@dataclass(frozen=True)
class WeightedObjective(Objective):
    """An objective whose loss is multiplied by `weight`; its terms are unchanged."""

    weight: float
    objective: Objective

    def __post_init__(self) -> None:
        object.__setattr__(self, "n_samples", self.objective.n_samples)

    @property
    def auxiliary_networks(self) -> dict[str, AuxiliaryNetwork]:
        """Those of the weighted objective."""
        return self.objective.auxiliary_networks

    @property
    def batch_statistics(self) -> list[str]:
        """Those of the weighted objective."""
        return self.objective.batch_statistics

    def prepare(self, batch: Batch) -> Batch:
        """As the weighted objective does."""
        return self.objective.prepare(batch)

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The loss times the weight; terms and auxiliary losses are unchanged."""
        output = self.objective.evaluate(fwd, step)
        return ObjectiveOutput(self.weight * output.loss, output.terms, output.auxiliary_losses)


@dataclass(frozen=True)
class SumObjective(Objective):
    """The sum of two objectives on one forward pass, with the larger of their numbers of samples."""

    first: Objective
    second: Objective

    def __post_init__(self) -> None:
        object.__setattr__(self, "n_samples", max(self.first.n_samples, self.second.n_samples))

    @property
    def auxiliary_networks(self) -> dict[str, AuxiliaryNetwork]:
        """Those of both."""
        return {**self.first.auxiliary_networks, **self.second.auxiliary_networks}

    @property
    def batch_statistics(self) -> list[str]:
        """Those of both."""
        return [*self.first.batch_statistics, *self.second.batch_statistics]

    def prepare(self, batch: Batch) -> Batch:
        """Applies the first objective's preparation and then the second's."""
        return self.second.prepare(self.first.prepare(batch))

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        """The sum of the losses, with the terms and auxiliary losses of both.

        Raises:
            ArgumentError: both have a term or an auxiliary network of the same name.
        """
        one, two = self.first.evaluate(fwd, step), self.second.evaluate(fwd, step)
        if clash := sorted(
            (one.terms.keys() & two.terms.keys()) | (one.auxiliary_losses.keys() & two.auxiliary_losses.keys())
        ):
            raise ArgumentError(f"two objectives of the sum both report '{clash[0]}': use each objective once")
        return ObjectiveOutput(
            one.loss + two.loss, {**one.terms, **two.terms}, {**one.auxiliary_losses, **two.auxiliary_losses}
        )
