"""Tables of the things that have a name on the command line: recipes, data sets, optimizers, likelihoods and more."""

import difflib
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar, cast

from autoencode.errors import UnknownNameError

T = TypeVar("T")
U = TypeVar("U")


class Registry(Generic[T]):
    """A table of names, filled by a decorator where each entry is defined.

    Args:
        kind: what the table holds, in the singular; used in error messages.
        list_command: the command that lists the table; used in error messages.

    Example:
        >>> fruits = Registry[int]("fruit", "fruits list")
        >>> fruits.add("apple", 1)
        1
        >>> fruits["appel"]
        Traceback (most recent call last):
        autoencode.errors.UnknownNameError: no fruit named 'appel'; did you mean 'apple'? See: fruits list
    """

    def __init__(self, kind: str, list_command: str) -> None:
        self.kind = kind
        self.list_command = list_command
        self._entries: dict[str, T] = {}
        self._families: dict[str, Callable[[str], T]] = {}

    def add(self, name: str, entry: T) -> T:
        """Adds `entry` under `name` and returns it.

        Raises:
            ValueError: the name is taken.
        """
        if name in self._entries:
            raise ValueError(f"two things claim the {self.kind} name '{name}'")
        self._entries[name] = entry
        return entry

    def register(self, name: str) -> Callable[[U], U]:
        """A decorator that adds what it decorates under a name, and returns it unchanged."""

        def decorator(entry: U) -> U:
            self.add(name, cast("T", entry))
            return entry

        return decorator

    def register_family(self, name: str) -> Callable[[Callable[[str], T]], Callable[[str], T]]:
        """A decorator for what makes the entries `name:details` from their details."""

        def decorator(make: Callable[[str], T]) -> Callable[[str], T]:
            self._families[name] = make
            return make

        return decorator

    def __getitem__(self, name: str) -> T:
        if name in self._entries:
            return self._entries[name]
        if self._is_of_family(name):
            family, _, details = name.partition(":")
            return self._families[family](details)
        raise UnknownNameError(f"no {self.kind} named '{name}'{self._suggestion(name)} See: {self.list_command}")

    def _suggestion(self, name: str) -> str:
        near = difflib.get_close_matches(name, self._entries, n=3, cutoff=0.5)
        return f"; did you mean {' or '.join(repr(word) for word in near)}?" if near else "."

    def __contains__(self, name: object) -> bool:
        return name in self._entries or self._is_of_family(name)

    def _is_of_family(self, name: object) -> bool:
        return isinstance(name, str) and ":" in name and name.partition(":")[0] in self._families

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._entries))

    def __len__(self) -> int:
        return len(self._entries)


def import_submodules(package: str) -> None:
    """Imports every module of a package and of its sub-packages, so that all that they register is found.

    A package whose modules fill a registry calls this in its `__init__`, so that a new module needs no entry in a list.

    Args:
        package: the full name of the package, `__name__` in its `__init__`.
    """
    path = importlib.import_module(package).__path__
    for module in pkgutil.walk_packages(path, f"{package}."):
        importlib.import_module(module.name)
