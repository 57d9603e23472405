"""Where the bits of a compressed picture go."""

import matplotlib as mpl
import numpy as np
from jaxtyping import Float
from PIL import Image, ImageDraw

from autoencode.views.figures.chart import INK, PAPER
from autoencode.views.figures.lettering import font

_LEAST_WIDTH, _BAR, _MARGIN, _SHARE = 360, 12, 8, 0.995


def bit_map(bits: Float[np.ndarray, "height width"]) -> Image.Image:
    """A map of bits a pixel, from dark to bright, with the scale below it.

    The brightest colour is that of the 99.5th percentile. A small picture is enlarged by a whole number.

    Args:
        bits: that each pixel takes.
    """
    most = max(float(np.quantile(bits, _SHARE)), 1e-9)
    found = Image.fromarray(_colours(bits / most))
    times = max(1, -(-_LEAST_WIDTH // found.width))
    found = found.resize((found.width * times, found.height * times), Image.Resampling.NEAREST)
    sheet = Image.new("RGB", (found.width, found.height + _BAR + 3 * _MARGIN + 14), PAPER)
    sheet.paste(found, (0, 0))
    ramp = np.tile(np.linspace(0, 1, found.width - 2 * _MARGIN), (_BAR, 1))
    sheet.paste(Image.fromarray(_colours(ramp)), (_MARGIN, found.height + _MARGIN))
    draw, line = ImageDraw.Draw(sheet), found.height + _BAR + 2 * _MARGIN
    draw.text((_MARGIN, line), "0", INK, font())
    draw.text((found.width // 2, line), f"{bits.mean():.2f} bits a pixel on average", INK, font(), "ma")
    draw.text((found.width - _MARGIN, line), f"{most:.3g}", INK, font(), "ra")
    return sheet


def _colours(share: Float[np.ndarray, "height width"]) -> np.ndarray:
    colours = (255 * mpl.colormaps["inferno"](np.arange(256))[:, :3]).astype(np.uint8)
    return colours[(share.clip(0, 1) * 255).astype(np.uint8)]
