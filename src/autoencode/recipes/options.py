"""One list of options for a person, sorted into what they belong to."""

import inspect
from dataclasses import dataclass, field
from typing import Any

from autoencode.data import load
from autoencode.errors import ArgumentError
from autoencode.recipes import Recipe
from autoencode.settings import Settings

_HELD_BY_TASK = {"source", "seed", "download", "only", "reporter", "cancel"}

DATA_OPTIONS = tuple(name for name in inspect.signature(load).parameters if name not in _HELD_BY_TASK)
"""The options that say how data are read; `split_seed` is `load`'s seed, so as not to be taken for the training's."""


@dataclass(frozen=True)
class Options:
    """Options by what they belong to.

    Args:
        data: of `autoencode.data.load`.
        settings: of `Settings`.
        arguments: of the recipe.
    """

    data: dict[str, Any] = field(default_factory=dict[str, Any])
    settings: dict[str, Any] = field(default_factory=dict[str, Any])
    arguments: dict[str, Any] = field(default_factory=dict[str, Any])


def data_options(given: dict[str, Any]) -> dict[str, Any]:
    """Those of the options that say how data are read."""
    own = {name: value for name, value in given.items() if name in DATA_OPTIONS}
    return {**own, "seed": given["split_seed"]} if "split_seed" in given else own


def sort_options(recipe: Recipe, given: dict[str, Any]) -> Options:
    """Sorts options into those of the data, of the training and of the recipe.

    Raises:
        ArgumentError: an option that belongs to none of them.
    """
    parameters = {parameter.name for parameter in recipe.parameters}
    known = {*DATA_OPTIONS, "split_seed", *Settings.model_fields, *parameters}
    if unknown := sorted(given.keys() - known):
        raise ArgumentError(
            f"'{unknown[0]}' is no option of {recipe.name}, of training or of data; {recipe.name} has: "
            f"{', '.join(sorted(parameters))}"
        )
    return Options(
        data=data_options(given),
        settings={name: value for name, value in given.items() if name in Settings.model_fields},
        arguments={name: value for name, value in given.items() if name in parameters},
    )
