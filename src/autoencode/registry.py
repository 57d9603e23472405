"""One table of names for each kind of thing that a person can name: recipes, data sets, optimizers, likelihoods."""

import difflib
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar, cast

from autoencode.errors import UnknownNameError

T = TypeVar("T")
U = TypeVar("U")


class Registry(Generic[T]):
    """A table from names to things, filled by a decorator where each thing is defined.

    Args:
        kind: what the table holds, in the singular; used in error messages.
        listing: the command that lists the table; used in error messages.

    Example:
        >>> fruits = Registry[int]("fruit", "fruits list")
        >>> fruits.add("apple", 1)
        1
        >>> fruits["appel"]
        Traceback (most recent call last):
        autoencode.errors.UnknownNameError: no fruit named 'appel'; did you mean 'apple'? See: fruits list
    """

    def __init__(self, kind: str, listing: str) -> None:
        self.kind = kind
        self.listing = listing
        self._things: dict[str, T] = {}

    def add(self, name: str, thing: T) -> T:
        """Enters `thing` under `name` and returns it; a name is given once."""
        if name in self._things:
            raise ValueError(f"two things claim the {self.kind} name '{name}'")
        self._things[name] = thing
        return thing

    def named(self, name: str) -> Callable[[U], U]:
        """A decorator that enters what it decorates, and leaves it as it is."""

        def enter(thing: U) -> U:
            self.add(name, cast("T", thing))
            return thing

        return enter

    def __getitem__(self, name: str) -> T:
        if name in self._things:
            return self._things[name]
        raise UnknownNameError(f"no {self.kind} named '{name}'{self._nearest(name)} See: {self.listing}")

    def _nearest(self, name: str) -> str:
        near = difflib.get_close_matches(name, self._things, n=3, cutoff=0.5)
        return f"; did you mean {' or '.join(repr(word) for word in near)}?" if near else "."

    def __contains__(self, name: object) -> bool:
        return name in self._things

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._things))

    def __len__(self) -> int:
        return len(self._things)
