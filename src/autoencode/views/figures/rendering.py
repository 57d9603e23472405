"""Pictures and charts as bytes."""

import io
import re
import warnings
from collections.abc import Generator, Mapping
from contextlib import contextmanager

import matplotlib as mpl
from matplotlib.figure import Figure
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from autoencode.data.images.scan import SOFTWARE
from autoencode.views.figures.chart import INK, MUTED, PAPER, RULE, SOFT, STRONG

Drawing = Image.Image | Figure
"""What the functions of this package return: a picture or a chart."""

DPI = 200
"""Pixels per inch of a chart that is saved as PNG."""

_FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif"
_DARK = {INK: "#e7e5e0", MUTED: "#a2a8b0", RULE: "#33383f", PAPER: "#121417", STRONG: "#6db3f2", SOFT: "#f0a04b"}
_NAMES = {INK: "ink", MUTED: "muted", RULE: "rule", PAPER: "paper", STRONG: "strong", SOFT: "soft"}


def png(drawing: Drawing, description: str = "") -> bytes:
    """A picture as it is; a chart on white, at 200 pixels per inch. The description is kept in the file's text."""
    file, texts = io.BytesIO(), dict(SOFTWARE)
    if description:
        texts["Description"] = "".join(letter if letter.isprintable() else "?" for letter in description)
    if isinstance(drawing, Figure):
        with _without_font_warnings():
            _freeze_layout(drawing)
            drawing.savefig(file, format="png", dpi=DPI, facecolor="white", metadata=texts)
    else:
        drawing.save(file, format="png", pnginfo=_png_metadata(texts))
    return file.getvalue()


def _png_metadata(texts: Mapping[str, str]) -> PngInfo:
    info = PngInfo()
    for key, value in texts.items():
        info.add_text(key, value)
    return info


def svg(chart: Figure) -> str:
    """A chart as SVG on a transparent background, in the reader's system font and light or dark theme.

    The same chart gives the same text.
    """
    file = io.StringIO()
    with _without_font_warnings(), mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "autoencode"}):
        _freeze_layout(chart)
        chart.savefig(file, format="svg", dpi=DPI, facecolor="none", metadata={"Date": None, "Creator": None})
    return _themed(_without_preamble(file.getvalue()))


@contextmanager
def _without_font_warnings() -> Generator[None]:
    """Class names may have letters that matplotlib's font lacks; in an SVG the reader's font has them."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def _freeze_layout(chart: Figure) -> None:
    """Computes the layout once; matplotlib would change it a little with each drawing."""
    chart.draw_without_rendering()
    chart.set_layout_engine("none")


def _without_preamble(text: str) -> str:
    text = text[text.index("<svg") :]
    return re.sub(r"\s*<metadata>.*?</metadata>", "", text, flags=re.DOTALL)


def _themed(text: str) -> str:
    """Replaces the chart's colours by variables that follow the reader's light or dark theme."""
    text = re.sub(r"""'DejaVu Sans'[^;"]*""", _FONTS, text)
    for colour, name in _NAMES.items():
        text = text.replace(colour, f"var(--{name})")
    light = "".join(f"--{name}:{colour};" for colour, name in _NAMES.items())
    dark = "".join(f"--{name}:{_DARK[colour]};" for colour, name in _NAMES.items())
    style = f"<style>:root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}</style>"
    return re.sub(r"(<svg[^>]*>)", rf"\1{style}", text, count=1)
