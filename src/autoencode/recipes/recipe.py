"""What a recipe is, and the table of their names."""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, get_type_hints

from autoencode.data import ImageModality, Pictures, modality_of
from autoencode.errors import ArgumentError, AutoencodeError
from autoencode.model import Autoencoder
from autoencode.objectives import Objective
from autoencode.registry import Registry
from autoencode.settings import Settings

Build = Callable[..., tuple[Autoencoder, Objective]]


@dataclass(frozen=True)
class Parameter:
    """One option of a recipe, read from its signature and docstring.

    Args:
        name: as in Python.
        type: its annotation, `Annotated` metadata included.
        default: its default.
        help: its meaning.
    """

    name: str
    type: Any
    default: Any
    help: str


@dataclass(frozen=True)
class Recipe:
    """A named function from a data shape and options to a model and an objective.

    Args:
        name: what a person types.
        build: the function.
        settings: how its models are trained by default.
        default_for: names of data sets, or the `recipe_kind` of a modality, that it is the default for.
        ex_post: the kind of prior that is fitted to the codes when the training is done; "" for none.
        data: how a folder of pictures is read for it where nobody says, options of `autoencode.data.load`.
    """

    name: str
    build: Build
    settings: Settings
    default_for: tuple[str, ...]
    ex_post: str = ""
    data: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def summary(self) -> str:
        """The first line of the docstring."""
        return (inspect.getdoc(self.build) or "").partition("\n")[0]

    @property
    def parameters(self) -> list[Parameter]:
        """The options, in the order of the signature."""
        hints = get_type_hints(self.build, include_extras=True)
        helps = argument_helps(inspect.getdoc(self.build) or "")
        options = [p for p in inspect.signature(self.build).parameters.values() if p.kind is p.KEYWORD_ONLY]
        return [Parameter(p.name, hints[p.name], p.default, helps.get(p.name, "")) for p in options]

    def arguments(self, **given: Any) -> dict[str, Any]:
        """Every option's value: the default, or what is given.

        Raises:
            ArgumentError: an option that the recipe does not have.
        """
        defaults = {p.name: p.default for p in self.parameters}
        if unknown := sorted(given.keys() - defaults.keys()):
            raise ArgumentError(f"{self.name} has no option '{unknown[0]}'; it has: {', '.join(defaults)}")
        return {**defaults, **given}

    def __call__(self, data_shape: Sequence[int], **given: Any) -> tuple[Autoencoder, Objective]:
        """Builds the model and the objective.

        Raises:
            ArgumentError: an option that the recipe does not have, or a value without a meaning.
        """
        arguments = self.arguments(**given)
        try:
            return self.build(tuple(data_shape), **arguments)
        except AutoencodeError:
            raise
        except (TypeError, ValueError, RuntimeError, IndexError) as error:
            values = ", ".join(f"{key}={value}" for key, value in arguments.items())
            raise ArgumentError(
                f"{self.name} cannot be built for data of shape {data_shape} with {values}: {error}"
            ) from error


recipes: Registry[Recipe] = Registry("recipe", "autoencode list recipes")


def recipe(
    name: str,
    *,
    settings: Settings,
    default_for: Sequence[str] = (),
    ex_post: str = "",
    data: Mapping[str, Any] = MappingProxyType({}),
) -> Callable[[Build], Build]:
    """Enters a function in the table of recipes, and leaves it a plain function.

    Its keyword-only parameters become options on the command line, with the types and defaults of the signature and the
    meanings of the docstring's Args section.
    """

    def enter(build: Build) -> Build:
        recipes.add(name, Recipe(name, build, settings, tuple(default_for), ex_post, data))
        return build

    return enter


def default_recipe(data_name: str, data_shape: Sequence[int] | None) -> Recipe:
    """The recipe for a data set: one made for it by name, else one for its kind (images or vectors)."""
    kind = Pictures.recipe_kind if data_shape is None else modality_of(data_shape).recipe_kind
    for wanted in (data_name, kind):
        for name in recipes:
            if wanted in recipes[name].default_for:
                return recipes[name]
    raise ArgumentError(f"no recipe is the default for {kind}: name one with --recipe")


def require_image(data_shape: Sequence[int], name: str) -> None:
    """Raises unless the data are images.

    Raises:
        ArgumentError: they are vectors.
    """
    if not isinstance(modality_of(data_shape), ImageModality):
        raise ArgumentError(
            f"{name} takes images (channels, height, width), and this data has the shape {tuple(data_shape)}: "
            "use --recipe dense-vae"
        )


def argument_helps(docstring: str) -> dict[str, str]:
    """The meanings in a Google docstring's Args section, by name, each as one line."""
    section = re.search(r"^Args:\n((?:[ ]+.*\n?|\n)+)", docstring, re.MULTILINE)
    entries = re.findall(r"^ {4}(\w+): ((?:.*\n?)(?:^ {8}.*\n?)*)", section[1] if section else "", re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in entries}
