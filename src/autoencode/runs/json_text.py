"""JSON that a stranger may have written: bounded before anything uses it."""

import json
import math
from collections.abc import Sequence
from typing import Any, NoReturn

from autoencode.errors import RunError

_MAX_DIGITS = 40
_MAX_INTEGER = 2**63


def parse_json(text: str | bytes, name: str, *, infinity: bool = False) -> Any:
    """The value of a JSON text.

    Args:
        text: UTF-8 where it is bytes.
        name: of the text, for the message, such as "runs/digits/run.json".
        infinity: whether Infinity and NaN may be in it.

    Raises:
        RunError: no JSON, nested too deeply, a name twice in one object, or a number that is not finite or too large.

    Example:
        >>> parse_json('{"a": 1, "a": 2}', "run.json")
        Traceback (most recent call last):
        autoencode.errors.RunError: run.json cannot be read ('a' is in it twice): copy the run folder again
    """
    try:
        return json.loads(
            text.decode() if isinstance(text, bytes) else text,
            object_pairs_hook=_unique,
            parse_int=_integer,
            parse_float=_finite,
            parse_constant=float if infinity else _refuse_constant,
        )
    except (ValueError, RecursionError) as error:  # not UTF-8 and not JSON are ValueErrors, too
        raise RunError(f"{name} cannot be read ({_reason(error)}): copy the run folder again") from error


def _reason(error: Exception) -> str:
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{name[:40]!r} is in it twice")
        found[name] = value
    return found


def _integer(digits: str) -> int:
    if len(digits) > _MAX_DIGITS or not -_MAX_INTEGER <= (number := int(digits)) < _MAX_INTEGER:
        raise ValueError(f"the number {digits[:12]}… is too large")
    return number


def _finite(digits: str) -> float:
    if not math.isfinite(number := float(digits)):
        raise ValueError(f"the number {digits[:12]} is too large")
    return number


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no finite number")
