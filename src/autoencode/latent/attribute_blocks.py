"""Blocks of the code that stand for attributes, see `AttributePrior`."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from autoencode.data.subset import evenly_spaced_indices
from autoencode.distributions import AttributeMixtures
from autoencode.errors import ArgumentError, CapabilityError
from autoencode.latent.encoding import posterior_means
from autoencode.priors import value_places
from autoencode.runs.run import Run

_MOST = 2_000

CLASS = "class"
"""The name of the attribute of data whose pictures have a class each."""


@dataclass(frozen=True, eq=False)
class AttributeBlocks:
    """Where the attributes of a model lie in its code, and the code of each of their values.

    Args:
        values: the names of the values of each attribute, by its name.
        prior: p(z).
    """

    values: dict[str, tuple[str, ...]]
    prior: AttributeMixtures

    def block(self, name: str) -> slice:
        """The numbers of a code that stand for an attribute.

        Raises:
            ArgumentError: there is no such attribute.
        """
        if name not in self.values:
            raise ArgumentError(f"no attribute {name!r}; there are: {', '.join(self.values)}")
        return self.prior.block(list(self.values).index(name))

    def code(self, name: str, value: str) -> Tensor:
        """The mean of p(z_k|value), on the processor, (numbers of the block,).

        Raises:
            ArgumentError: there is no such attribute or value.
        """
        self.block(name)
        own = self.values[name]
        if value not in own:
            raise ArgumentError(f"no value {value!r} of {name}; there are: {', '.join(own)}")
        return self.prior.blocks[list(self.values).index(name)].loc[own.index(value)].detach().cpu()

    @property
    def rest(self) -> slice:
        """The numbers of a code that stand for no attribute."""
        return slice(sum(self.prior.sizes[:-1]), None)

    def place_of(self, name: str, z: Tensor) -> int:
        """The place of the most probable value of an attribute in one code, (numbers,)."""
        self.block(name)
        return int(self.prior.values_of(z.to(self.prior.blocks[0].loc))[list(self.values).index(name)])

    def read(self, z: Tensor) -> dict[str, str]:
        """The most probable value of each attribute in one code, (numbers,)."""
        places = self.prior.values_of(z.to(self.prior.blocks[0].loc)).tolist()
        return {name: own[place] for (name, own), place in zip(self.values.items(), places, strict=True)}


def attribute_values(run: Run) -> dict[str, tuple[str, ...]]:
    """The names of the values of each attribute that a run learned, by its name; of classes it is one, `class`."""
    if "n_values" not in run.folder.record.arguments:
        return {}
    return run.folder.data.attributes or {CLASS: tuple(run.classes)}


@torch.no_grad()
def rest_effects(run: Run, blocks: AttributeBlocks) -> dict[str, Tensor]:
    """What each value of each attribute adds to the rest of the code, by the attribute's name, (values, numbers).

    A regression of the rest on all attributes at once, over at most 2,000 training examples whose attributes are all
    known. It is near zero where the rest holds nothing of the attributes, which the training only drives at.

    Args:
        run: the trained model.
        blocks: of it.
    """
    train, counts = run.data.train, [len(own) for own in blocks.values.values()]
    given = train.conditioning()
    places = value_places(given if given is not None else torch.full((len(train), len(counts)), -1))
    known = (places >= 0).all(1).nonzero()[:, 0]
    some = known[evenly_spaced_indices(len(known), _MOST)]
    if not len(some):
        return {
            name: torch.zeros(count, blocks.prior.sizes[-1]) for name, count in zip(blocks.values, counts, strict=True)
        }
    rest = posterior_means(run, train[some])[:, blocks.rest].double()
    shown = [F.one_hot(places[some, k], count).double() for k, count in enumerate(counts)]
    design = torch.cat([*shown, torch.ones(len(some), 1, dtype=torch.float64)], 1)
    effects = torch.linalg.lstsq(design, rest, driver="gelsd").solution[:-1].float()
    return dict(zip(blocks.values, effects.split(counts), strict=True))


def attribute_blocks(run: Run) -> AttributeBlocks:
    """The blocks of a model that learned attributes.

    Args:
        run: the trained model.

    Raises:
        CapabilityError: it learned none.
    """
    values = attribute_values(run)
    prior = run.model.prior_for() if run.model.prior is not None and not run.model.is_conditional else None
    if not values or not isinstance(prior, AttributeMixtures):
        raise CapabilityError(
            f"{run.path} learned no attributes: train a model that does, autoencode train DATA -r attribute-vae "
            "--attributes FILE.csv"
        )
    return AttributeBlocks(values, prior)
