"""Options that commands share, several at once: a dataclass is one parameter, and each of its fields is an option."""

import functools
import inspect
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from typing import Any


def expand_groups(function: Callable[..., None]) -> Callable[..., None]:
    """The same command with the fields of a dataclass as parameters, in its place.

        report(run: Path, *, options: RunOptions)  ─►  report(run: Path, *, last: bool = False, device: str = "auto", …)

    Typer makes an option of each parameter, and knows nothing of dataclasses.

    Args:
        function: parameters whose type is a dataclass are keyword-only, and so are what becomes of their fields.
    """
    declared = inspect.signature(function).parameters.values()
    groups: dict[str, Any] = {p.name: p.annotation for p in declared if is_dataclass(p.annotation)}

    @functools.wraps(function)
    def expanded(**given: Any) -> None:
        for name, group in groups.items():
            given[name] = group(**{field.name: given.pop(field.name) for field in fields(group)})
        function(**given)

    parameters = [one for parameter in declared for one in _expanded(parameter)]
    expanded.__signature__ = inspect.Signature(parameters)  # pyright: ignore[reportAttributeAccessIssue]
    expanded.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return expanded


def _expanded(parameter: inspect.Parameter) -> Iterable[inspect.Parameter]:
    if not is_dataclass(parameter.annotation):
        return [parameter]
    return [
        inspect.Parameter(field.name, parameter.KEYWORD_ONLY, default=field.default, annotation=field.type)
        for field in fields(parameter.annotation)
    ]
