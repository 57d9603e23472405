"""Recipes from a person's own file: `mymodule:myrecipe`."""

import importlib
import inspect
import re
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from autoencode.errors import ArgumentError
from autoencode.recipes.recipe import Build, Recipe, recipes
from autoencode.settings import Settings

_WORD = r"[A-Za-z_][A-Za-z0-9_]*"
_NAME = re.compile(rf"{_WORD}(\.{_WORD})*:{_WORD}")


def is_user_recipe(name: str) -> bool:
    """Whether a name asks for a recipe outside this package."""
    return ":" in name


def find_recipe(name: str) -> Recipe:
    """The recipe of a name: one of the table, or `module:function`, whose module is then imported.

    Importing runs the module's code. The name must come from the person at the keyboard, never from a file.

    Args:
        name: such as "conv-vae" or "mymodule:myrecipe"; a module is looked for in the current folder first.

    Raises:
        UnknownNameError: no recipe of that name in the table.
        ArgumentError: no such module or function, or one that is no recipe.
    """
    return _imported(name) if is_user_recipe(name) else recipes[name]


def _imported(name: str) -> Recipe:
    if not _NAME.fullmatch(name):
        raise ArgumentError(f"a recipe of your own is named module:function, such as mymodel:tiny_vae, not {name!r}")
    module_name, _, function = name.partition(":")
    module = _module(module_name)
    found = getattr(module, function, None)
    if not callable(found):
        raise ArgumentError(f"{module_name} has no function '{function}': see --recipe module:function")
    _check(name, found)
    entered = [recipes[known] for known in recipes if recipes[known].build is inspect.unwrap(found)]
    if entered:
        return replace(entered[0], name=name, default_for=())
    return Recipe(name, cast("Build", found), Settings(), ())


def _module(name: str) -> ModuleType:
    try:
        with _cwd_on_path():
            return importlib.import_module(name)
    except ImportError as error:
        if error.name == name.partition(".")[0] or error.name == name:
            raise ArgumentError(
                f"there is no module {name}: run the command in the folder that holds {name.replace('.', '/')}.py, or "
                "install the package"
            ) from error
        raise ArgumentError(f"{name} cannot be imported: {error}") from error
    except Exception as error:
        raise ArgumentError(f"{name} cannot be imported: {type(error).__name__}: {error}") from error


@contextmanager
def _cwd_on_path() -> Generator[None]:
    """Modules are looked for in the current folder first."""
    here = str(Path.cwd())
    sys.path.insert(0, here)
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(here)


def _check(name: str, function: Any) -> None:
    """A recipe takes the data's shape, and options by name, each with a default."""
    try:
        first, *rest = inspect.signature(function).parameters.values()
        fits = first.name == "data_shape" and all(
            p.kind is p.KEYWORD_ONLY and p.default is not p.empty and p.annotation is not p.empty for p in rest
        )
    except ValueError:  # no parameter, or no signature to be had
        fits = False
    if not fits:
        raise ArgumentError(
            f"{name} is no recipe: it must be a function (data_shape, *, option: type = default, …) that returns a "
            "model and an objective; see docs/own-recipes.md"
        )
