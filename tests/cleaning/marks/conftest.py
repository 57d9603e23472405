"""Pictures that share a mark."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw, ImageFilter

Bytes = npt.NDArray[np.uint8]
HEIGHT, WIDTH = 96, 128


@dataclass(frozen=True)
class Marked:
    """Pictures without and with a mark, and the mark's opacity."""

    clean: Bytes
    marked: Bytes
    opacity: npt.NDArray[np.float64]

    def decibels(self, pictures: Bytes) -> float:
        """PSNR under the mark."""
        under = self.opacity > 0.02
        return float(-10 * np.log10(np.square((pictures / 255 - self.clean / 255)[:, under]).mean()))


def pictures(n: int, seed: int = 0) -> Bytes:
    """Discs and bars of all colours over each other, blurred, with grain."""
    random, found = np.random.default_rng(seed), []
    for _ in range(n):
        image = Image.new("RGB", (WIDTH, HEIGHT), tuple(random.integers(0, 256, 3)))
        for _ in range(25):
            x, y = random.integers(-20, [WIDTH, HEIGHT])
            box = (x, y, x + random.integers(8, 70), y + random.integers(8, 70))
            draw = ImageDraw.Draw(image)
            (draw.ellipse if random.random() < 0.5 else draw.rectangle)(box, fill=tuple(random.integers(0, 256, 3)))
        blurred = np.asarray(image.filter(ImageFilter.GaussianBlur(1.5)), dtype=np.float64)
        found.append((blurred + 3 * random.normal(size=blurred.shape)).clip(0, 255).astype(np.uint8))
    return np.stack(found)


def mark(opacity: float) -> npt.NDArray[np.float64]:
    """A ring, a bar and a word."""
    image = Image.new("L", (4 * WIDTH, 4 * HEIGHT))
    draw = ImageDraw.Draw(image)
    draw.ellipse((60, 60, 260, 260), outline=255, width=40)
    draw.rectangle((290, 100, 330, 300), fill=255)
    draw.text((80, 290), "PROOF", 255, font_size=80)
    return opacity * np.asarray(image.resize((WIDTH, HEIGHT), Image.Resampling.BOX)) / 255


def marked(n: int = 10, opacity: float = 0.4, colour: tuple[float, ...] = (1.0, 1.0, 1.0), seed: int = 0) -> Marked:
    """Pictures under a mark of a colour."""
    clean, shape = pictures(n, seed), mark(opacity)
    mixed = (1 - shape[..., None]) * clean + shape[..., None] * 255 * np.array(colour)
    return Marked(clean, np.rint(mixed).astype(np.uint8), shape)


@pytest.fixture(scope="session")
def white() -> Marked:
    """Ten pictures under a white mark."""
    return marked()
