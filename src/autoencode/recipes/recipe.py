"""What a recipe is, and the table of their names."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from types import MappingProxyType
from typing import Any, TypeVar, cast

from autoencode.data import ImageModality, Pictures, modality_of
from autoencode.errors import ArgumentError, AutoencodeError
from autoencode.model import Autoencoder
from autoencode.objectives import Objective
from autoencode.recipes.parameters import Parameter, parameters_of
from autoencode.registry import Registry
from autoencode.settings import Settings

Build = Callable[..., tuple[Autoencoder, Objective]]
AnyBuild = TypeVar("AnyBuild", bound=Build)


@dataclass(frozen=True)
class Recipe:
    """A named function from a data shape and options to a model and an objective.

    Args:
        name: as typed on the command line.
        build: the function.
        settings: the default settings of its training.
        default_for: names of data sets, or the `recipe_kind` of a modality, for which it is the default.
        ex_post: the kind of prior that is fitted to the codes after training; "" for none.
        data: default options of `autoencode.data.load` for folders of images.
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
        return parameters_of(self.build)

    def arguments(self, **given: Any) -> dict[str, Any]:
        """The value of every option: the given one, checked, or the default.

        Raises:
            ArgumentError: an unknown option, or a value of another type or outside its range.
        """
        parameters = {p.name: p for p in self.parameters}
        if unknown := sorted(given.keys() - parameters.keys()):
            raise ArgumentError(f"{self.name} has no option '{unknown[0]}'; it has: {', '.join(parameters)}")
        return {name: p.validate(given[name]) if name in given else p.default for name, p in parameters.items()}

    def __call__(self, data_shape: Sequence[int], **given: Any) -> tuple[Autoencoder, Objective]:
        """Builds the model and the objective.

        Raises:
            ArgumentError: an unknown option, a value outside its range, or values that do not fit the data.
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
) -> Callable[[AnyBuild], AnyBuild]:
    """Enters a function in the table of recipes, and returns it with its options checked.

    Its keyword-only parameters become options on the command line, with the types, ranges and defaults of the signature
    and the meanings in the docstring's Args section.
    """

    def enter(build: AnyBuild) -> AnyBuild:
        entry = recipes.add(name, Recipe(name, build, settings, tuple(default_for), ex_post, data))

        @wraps(build)
        def checked(data_shape: Sequence[int], **options: Any) -> tuple[Autoencoder, Objective]:
            return entry(data_shape, **options)

        return cast("AnyBuild", checked)

    return enter


def default_recipe(data_name: str, kind: str = Pictures.recipe_kind) -> Recipe:
    """The recipe for a data set: the one made for it by name, or else the one for its kind.

    Args:
        data_name: of the data set.
        kind: the `recipe_kind` of its modality.

    Raises:
        ArgumentError: there is none.
    """
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
