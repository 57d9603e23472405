"""Data inside a page."""

import base64
import json
from typing import Any, Literal

from torch import Tensor

from autoencode.views.pages.html import tag


def to_base64(content: bytes) -> str:
    """Bytes as base64 text."""
    return base64.b64encode(content).decode("ascii")


def uri(kind: str, content: bytes) -> str:
    """A whole file as a `data:` URI, for a media type such as image/png."""
    return f"data:{kind};base64,{to_base64(content)}"


def packed(values: Tensor, kind: Literal["<f4", "<u2"]) -> str:
    """Numbers row by row in base64: 32-bit floats or unsigned 16-bit integers, little-endian."""
    return to_base64(values.detach().cpu().numpy().astype(kind).tobytes())


def to_json(value: Any) -> str:
    """JSON that is safe inside an element: no `</script>` in a name can end it.

    Raises:
        ValueError: a number is not finite, which JSON cannot express.
    """
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")


def data_block(name: str, content: str, kind: str = "application/json") -> str:
    """An element that holds data and is not executed; a script finds it by its name."""
    return tag("script", content, type=kind, id=name)
