"""The page itself."""

import base64
import hashlib
import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

import torch
from matplotlib.colors import to_hex
from torch import Tensor

from autoencode._version import __version__
from autoencode.evaluation.explorer.content import ExplorerContent
from autoencode.evaluation.explorer.sprite import sprite
from autoencode.evaluation.figures.palette import palette
from autoencode.evaluation.report.html import tag, text
from autoencode.portable.program import encoded
from autoencode.storage import write_whole

_HERE = "autoencode.evaluation.explorer"


def write_explorer(path: Path, content: ExplorerContent) -> None:
    """Writes the page, whole or not at all: one file that asks for nothing outside itself.

    Args:
        path: where; it should end in .html.
        content: what stands on it.

    Raises:
        StorageError: the file cannot be written.
    """
    write_whole(path, explorer_page(content))


def explorer_page(content: ExplorerContent) -> str:
    """The page as HTML. Its own rules let it run its own script alone, and forbid every request."""
    style = _read(_HERE, "style.css")
    script = "\n".join(_read(*place) for place in (("autoencode.portable", "decoder.js"), (_HERE, "explorer.js")))
    return Template(_read(_HERE, "page.html")).substitute(
        policy=text(_policy(script, style)),
        title=text(content.title),
        lead=text(content.lead),
        facts=_facts(content.facts),
        version=text(__version__),
        style=style,
        script=script,
        data=_as_data(content),
        weights=encoded(content.decoder.block(content.precision)),
    )


def _read(package: str, name: str) -> str:
    return files(package).joinpath(name).read_text(encoding="utf-8")


def _policy(script: str, style: str) -> str:
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {_seal(script)} 'wasm-unsafe-eval'",
            f"style-src {_seal(style)}",
            "img-src data: blob:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _seal(content: str) -> str:
    """What a policy calls a text by: browsers run and apply no other one."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode('ascii')}'"


def _facts(facts: Mapping[str, str]) -> str:
    pairs = (tag("div", tag("dt", text(name)), tag("dd", text(value))) for name, value in facts.items())
    return tag("dl", *pairs) if facts else ""


def _as_data(content: ExplorerContent) -> str:
    """Everything but the weights, as JSON that no `</script>` in a class's name can end."""
    latent, drawn = content.latent, content.examples
    order = latent.relevance.argsort(descending=True)
    data = {
        "name": content.title,
        "program": json.loads(content.decoder.as_json()),
        "precision": content.precision,
        "latent": {
            "mean": _rounded(latent.mean),
            "scale": _rounded(latent.scale),
            "relevance": _rounded(latent.relevance),
            "measure": latent.measure,
            "order": order.tolist(),
            "origin": _packed(latent.origin),
            "directions": _packed(latent.directions),
            "axes": latent.axes,
            "support": latent.support,
            "circles": latent.circles,
        },
        "places": _packed(drawn.places),
        "placeLabels": _listed(drawn.place_labels),
        "examples": {
            "codes": _packed(drawn.codes),
            "labels": _listed(drawn.labels),
            "contexts": _listed(drawn.contexts),
            "sprite": sprite(drawn.thumbnails),
        },
        "prior": {key: _packed(value) if isinstance(value, Tensor) else value for key, value in content.prior.items()},
        "classes": list(content.classes),
        "colours": [to_hex(colour) for colour in palette(len(content.classes))] if content.classes else [],
        "contexts": list(content.contexts),
    }
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")


def _packed(values: Tensor) -> str:
    return encoded(values.to("cpu", torch.float32).contiguous().numpy().tobytes())


def _rounded(values: Tensor) -> list[float]:
    return [float(f"{value:.6g}") for value in values.tolist()]


def _listed(labels: Tensor | None) -> Any:
    return None if labels is None else labels.tolist()
