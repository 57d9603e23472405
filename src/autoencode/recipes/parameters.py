"""The options of a recipe, read from its signature and docstring and checked against their types and ranges."""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_type_hints

from pydantic import ConfigDict, Field, PositiveInt, TypeAdapter, ValidationError
from pydantic.errors import PydanticInvalidForJsonSchema

from autoencode.corruptions import corruptions, parse_corruptions
from autoencode.corruptions.watermark import watermark_files
from autoencode.errors import ArgumentError

Fraction = Annotated[float, Field(gt=0, lt=1)]
"""A number above 0 and below 1."""

Share = Annotated[float, Field(ge=0, lt=1)]
"""A number from 0 to below 1."""

Widths = Annotated[tuple[PositiveInt, ...], Field(min_length=1)]
"""Channels or units of several layers, one number each."""

_NAMES_FILE = "names a file"

FileName = Annotated[str, _NAMES_FILE]
"""A file that is read when the model and its objective are built; "" for none."""

_CONFIG = ConfigDict(allow_inf_nan=False, arbitrary_types_allowed=True)


@dataclass(frozen=True)
class Parameter:
    """One option of a recipe.

    Args:
        name: as in Python.
        type: its annotation, which may state a range: `pydantic.PositiveInt`, `Annotated[float, Field(ge=0)]`.
        default: its default.
        help: its meaning.
    """

    name: str
    type: Any
    default: Any
    help: str

    def validate(self, value: Any) -> Any:
        """The value, converted to the option's type (a list to a tuple, say).

        Raises:
            ArgumentError: a value of another type or outside the range.
        """
        adapter: TypeAdapter[Any] = TypeAdapter(self.type, config=_CONFIG)
        try:
            return adapter.validate_python(value)
        except ValidationError as error:
            flag, problem = "--" + self.name.replace("_", "-"), error.errors()[0]
            expected = _expected(_schema(adapter), problem["type"]) or problem["msg"].removeprefix("Input should be ")
            raise ArgumentError(f"{flag} takes {expected}, not {_shown(value)}") from None

    @property
    def is_file(self) -> bool:
        """Whether its value names a file that is read when the objective is built."""
        return _NAMES_FILE in getattr(self.type, "__metadata__", ())

    def files(self, value: Any) -> list[Path]:
        """The files that a value names, which are read when the objective is built or used.

        Raises:
            ArgumentError: corruptions without a meaning.
            UnknownNameError: there is no such corruption.
        """
        if self.is_file:
            return [Path(value)] if value else []
        if corruptions in getattr(self.type, "__metadata__", ()):
            return watermark_files(parse_corruptions(value))
        return []


def parameters_of(function: Callable[..., Any]) -> list[Parameter]:
    """The keyword-only parameters of a function, in the order of its signature."""
    hints = get_type_hints(function, include_extras=True)
    helps = argument_helps(inspect.getdoc(function) or "")
    options = [p for p in inspect.signature(function).parameters.values() if p.kind is p.KEYWORD_ONLY]
    return [Parameter(p.name, hints[p.name], p.default, helps.get(p.name, "")) for p in options]


def argument_helps(docstring: str) -> dict[str, str]:
    """The meanings in a Google docstring's Args section, by name, each as one line."""
    section = re.search(r"^Args:\n((?:[ ]+.*\n?|\n)+)", docstring, re.MULTILINE)
    entries = re.findall(r"^ {4}(\w+): ((?:.*\n?)(?:^ {8}.*\n?)*)", section[1] if section else "", re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in entries}


_KINDS = {
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "string": "text",
    "null": "nothing",
}


def _schema(adapter: Any) -> dict[str, Any]:
    """The JSON schema of a type; nothing of a class that has none."""
    try:
        return adapter.json_schema()
    except PydanticInvalidForJsonSchema:
        return {}


def _expected(schema: dict[str, Any], problem: str) -> str:
    """What an option takes, in words, from the JSON schema of its type; after a value outside a range, the range."""
    if "enum" in schema:
        *others, last = map(str, schema["enum"])
        return f"{', '.join(others)} or {last}"
    if schema.get("type") == "array":
        kind = _expected(schema.get("items", {}), problem)
        return f"one or more values, each {kind}"
    if "anyOf" in schema:
        return " or ".join(_expected(option, problem) for option in schema["anyOf"])
    limits, kind = _limits(schema), _KINDS.get(schema.get("type", ""), "")
    if not limits:
        return kind
    return limits if problem.startswith(("greater", "less")) else f"{kind}, {limits}"


def _limits(schema: dict[str, Any]) -> str:
    """The range of a number in words: "1 or more", "above 0 and below 1"; nothing where there is none."""
    whole = schema.get("type") == "integer"
    low, above = schema.get("minimum"), schema.get("exclusiveMinimum")
    high, below = schema.get("maximum"), schema.get("exclusiveMaximum")
    if whole and above is not None:
        low, above = above + 1, None
    if low is not None and high is not None:
        return f"{low} to {high}"
    parts = [
        *([f"{low} or more"] if low is not None else []),
        *([f"above {above}"] if above is not None else []),
        *([f"{high} or less"] if high is not None else []),
        *([f"below {below}"] if below is not None else []),
    ]
    return " and ".join(parts)


def _shown(value: Any) -> str:
    """A value as it is typed on the command line."""
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else f"{value}"
