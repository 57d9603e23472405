"""Values from files that a stranger may have written, as types for pydantic models."""

import math
import reprlib
from functools import partial
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, PlainValidator, ValidationError

from autoencode.errors import RunError

_MAX_DEPTH, _MAX_ITEMS, _MAX_NAME, _MAX_TEXT = 3, 1_000, 300, 4_096


class Checked(BaseModel):
    """A part of a file: frozen, and without unknown names."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def _text(limit: int, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("should be text")  # pydantic collects ValueErrors
    if len(value) > limit:
        raise ValueError(f"should have at most {limit:,} characters")
    return value


def _integer(least: int, most: int, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("should be a whole number")
    if not least <= value <= most:
        raise ValueError(f"should be from {least:,} to {most:,}")
    return value


def _number(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError("should be a number")
    if not math.isfinite(value):
        raise ValueError("should be a finite number")
    return float(value)


def _plain(depth: int, value: Any) -> Any:
    """Nothing, a truth value, a number or a text, or a list of such; lists become tuples."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(_MAX_TEXT, value)
    if isinstance(value, int):
        return _integer(-(2**53), 2**53, value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, list | tuple) and depth and len(value) <= _MAX_ITEMS:
        return tuple(_plain(depth - 1, item) for item in value)
    raise ValueError(f"should be a number, a text or a list of at most {_MAX_ITEMS:,}, in at most {_MAX_DEPTH} levels")


def plain_items(value: Any) -> Any:
    """A dictionary of plain values as it is, for a model that checks the rest; other values as they are."""
    if not isinstance(value, dict):
        return value
    return {_text(_MAX_NAME, name): _plain(_MAX_DEPTH, item) for name, item in list(value.items())[:_MAX_ITEMS]}


Name = Annotated[str, PlainValidator(partial(_text, _MAX_NAME))]
"""As long as a file's name can be."""
Line = Annotated[str, PlainValidator(partial(_text, _MAX_TEXT))]
"""A sentence or a path."""
Page = Annotated[str, PlainValidator(partial(_text, 100_000))]
"""A command."""
Count = Annotated[int, PlainValidator(partial(_integer, 0, 2**53))]
Side = Annotated[int, PlainValidator(partial(_integer, 1, 2**24))]
Number = Annotated[float, PlainValidator(_number)]
Plain = Annotated[Any, PlainValidator(partial(_plain, _MAX_DEPTH))]
"""A recipe's argument or an option of `load`."""

M = TypeVar("M", bound=BaseModel)

_repr = reprlib.Repr()
_repr.maxstring = _repr.maxother = 60


def check(model: type[M], value: Any, name: str, advice: str = "copy the run folder again") -> M:
    """The value as a model.

    Args:
        model: its type.
        value: what `parse_json` gave.
        name: of the file, for the message.
        advice: what to do about a wrong one.

    Raises:
        RunError: the first wrong field, by its name.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise RunError(f"{name}: {first_problem(error)}: {advice}") from None
    except UnicodeEncodeError:  # pydantic's, of half a character where a number should be
        raise RunError(f"{name}: a text where no text should be: {advice}") from None


def first_problem(error: ValidationError) -> str:
    """The first field that is wrong, and why, in one line."""
    problem = error.errors(include_url=False, include_context=False)[0]
    field = ".".join(str(part)[:60] for part in problem["loc"]) or "the whole"
    message = problem["msg"].removeprefix("Value error, ")
    shown = "" if problem["type"] in ("missing", "extra_forbidden") else f", not {_repr.repr(problem['input'])}"
    return one_line(f"'{field}' {message[:1].lower()}{message[1:]}{shown}")


def one_line(value: object, most: int = 500) -> str:
    """A value as one line of text, without control characters, shortened where it is longer."""
    text = str(value)[:most]
    return text if text.isprintable() else ascii(text)[1:-1]
