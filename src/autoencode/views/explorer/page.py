"""The page of the explorer."""

from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Any

from matplotlib.colors import to_hex
from torch import Tensor

from autoencode.portable import SequenceProgram
from autoencode.runs.replacing import check_replaceable
from autoencode.storage import atomic_write
from autoencode.views import pages
from autoencode.views.explorer.content import ExplorerContent
from autoencode.views.explorer.sprite import sprite
from autoencode.views.figures.palette import palette

_HERE = "autoencode.views.explorer"


def write_explorer(path: Path, content: ExplorerContent) -> None:
    """Writes the explorer as one file without external files, completely or not at all.

    Args:
        path: where; it should end in .html.
        content: of the page.

    Raises:
        ArgumentError: a file is there that autoencode did not write.
        StorageError: the file cannot be written.
    """
    check_replaceable(path)
    atomic_write(path, explorer_page(content))


def explorer_page(content: ExplorerContent) -> str:
    """The page as HTML."""
    weights, medium = pages.to_base64(content.decoder.weight_bytes(content.precision)), content.medium
    return pages.page(
        "explorer",
        content.title,
        content.lead,
        Template(pages.asset(_HERE, "main.html")).substitute(noun=medium.noun, saves=medium.saves),
        style=pages.asset(_HERE, "page.css"),
        facts=pages.facts_list(content.facts),
        foot=f"It contains the decoder. Keys: N draws a random sample, R resets, S saves the {medium.noun}"
        + (", L plays or stops it." if medium.is_played else "."),
        data=pages.data_block("data", pages.to_json(_data(content)))
        + pages.data_block("weights", weights, "text/plain"),
        script=_script(content),
        wasm=True,
    )


def _script(content: ExplorerContent) -> str:
    """The kernels, what shows this kind of example, and the page."""
    kernels = ["decoder.js"] + ["sequence.js"] * isinstance(content.decoder, SequenceProgram)
    return "".join(
        [
            *(pages.asset("autoencode.portable", name) for name in kernels),
            *(pages.asset(_HERE, name) for name in content.medium.scripts),
            f"const makeMedium = {content.medium.name}Medium;\n",
            pages.asset(_HERE, "page.js"),
        ]
    )


def _data(content: ExplorerContent) -> dict[str, Any]:
    """Everything but the weights."""
    latent, drawn, medium = content.latent, content.examples, content.medium
    order = latent.relevance.argsort(descending=True)
    return {
        "name": content.title,
        "program": content.decoder.manifest(),
        "precision": content.precision,
        "medium": {"name": medium.name, "noun": medium.noun, "parameters": _all_packed(medium.parameters)},
        "nucleus": content.nucleus,
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
        "placeLabels": _listed(drawn.position_labels),
        "examples": {
            "codes": _packed(drawn.codes),
            "labels": _listed(drawn.labels),
            "contexts": _listed(drawn.contexts),
            "noun": drawn.noun,
            "names": list(drawn.names) or None,
            **({"tokens": _packed(drawn.shown)} if medium.in_tokens else {"sprite": sprite(drawn.shown)}),
        },
        "prior": _all_packed(content.prior),
        "classes": list(content.classes),
        "colours": [to_hex(colour) for colour in palette(len(content.classes))] if content.classes else [],
        "contexts": list(content.contexts),
    }


def _all_packed(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _packed(value) if isinstance(value, Tensor) else value for key, value in parameters.items()}


def _packed(values: Tensor) -> str:
    return pages.packed(values, "<f4")


def _rounded(values: Tensor) -> list[float]:
    return [float(f"{value:.6g}") for value in values.tolist()]


def _listed(labels: Tensor | None) -> Any:
    return None if labels is None else labels.tolist()
