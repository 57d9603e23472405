"""Data inside a page."""

import base64
import json
from typing import Any, Literal

from torch import Tensor

from autoencode.views.pages.html import tag


def to_base64(content: bytes) -> str:
    """Bytes as letters."""
    return base64.b64encode(content).decode("ascii")


def uri(kind: str, content: bytes) -> str:
    """A whole file as an address, for a media type such as image/png."""
    return f"data:{kind};base64,{to_base64(content)}"


def packed(values: Tensor, kind: Literal["<f4", "<u2"]) -> str:
    """Numbers row by row in base64: 32-bit floats or 16-bit whole numbers from 0, little end first."""
    return to_base64(values.detach().cpu().numpy().astype(kind).tobytes())


def to_json(value: Any) -> str:
    """JSON that can stand inside an element: no `</script>` in a name can end it.

    Raises:
        ValueError: a number that is not finite, which JSON has no word for.
    """
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")


def data_block(name: str, content: str, kind: str = "application/json") -> str:
    """An element that holds data and is not run; a script finds it by its name."""
    return tag("script", content, type=kind, id=name)
