"""Draws one clean page: text of many sizes, handwriting, lines, tables, stamps and photographs."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter, ImageFont

PAGE = 512
"""Pixels a side."""
Random = np.random.Generator
Colour = tuple[int, int, int]


def draw_page(random: Random, typefaces: Sequence[Path]) -> Image.Image:
    """One clean page of 512 × 512 pixels, white paper, in colour.

    Args:
        random: where its content comes from.
        typefaces: files of them.
    """
    page = Image.new("RGB", (PAGE, PAGE), "white")
    kind = random.random()
    if kind < 0.06:
        return page
    if kind < 0.14:
        _photograph(page, random, (0, 0, PAGE, PAGE))
        return page
    if kind < 0.34:
        _handwriting(page, random)
    else:
        _columns(page, random, typefaces)
    for chance, draw in _DECORATIONS:
        if random.random() < chance:
            draw(page, random, typefaces)
    if random.random() < 0.4:
        page = _faded(page, random)
    if random.random() < 0.7:  # edges as soft as a scanner's
        page = page.filter(ImageFilter.GaussianBlur(float(random.uniform(0.3, 1.0))))
    return page


def _columns(page: Image.Image, random: Random, typefaces: Sequence[Path]) -> None:
    """Text from top to bottom in one to three columns, each of a typeface, size and ink of its own."""
    n = int(random.choice([1, 1, 1, 2, 2, 3]))
    width = PAGE // n
    for column in range(n):
        y = int(random.integers(-30, 60))
        while y < PAGE:
            x = column * width + int(random.integers(4, 24))
            y = _paragraph(page, random, typefaces, (x, y, (column + 1) * width - 4))
            y += int(random.integers(4, 50))


def _handwriting(page: Image.Image, random: Random) -> None:
    """Lines of loops, hooks and long strokes in one hand: slanted, thin on the way up and broad on the way down."""
    size, ink, slant = float(random.uniform(7, 26)), pen_colour(random), float(random.uniform(-0.1, 0.8))
    thin, broad = float(random.uniform(0.7, 1.8)), float(random.uniform(1.5, 4.5))
    large = Image.new("L", (2 * PAGE, 2 * PAGE), 255)  # drawn twice as large, for smooth edges
    draw, y = ImageDraw.Draw(large), float(random.uniform(0, 3 * size))
    while y < PAGE + size:
        x = float(random.uniform(-20, 60))
        while x < PAGE:
            points = _written_word(random, size, slant) + np.array((x, y))
            fall = np.diff(points[:, 1], prepend=points[0, 1]) / size
            widths = 2 * (thin + (broad - thin) * np.clip(8 * fall, 0, 1))
            for (x0, y0), (x1, y1), width in zip(points[:-1] * 2, points[1:] * 2, widths[1:], strict=True):
                draw.line((x0, y0, x1, y1), fill=0, width=max(1, round(width)))
            x = float(points[:, 0].max()) + size * random.uniform(0.5, 1.5)
        y += size * random.uniform(2.2, 4.5)
    cover = 1 - np.asarray(large.resize((PAGE, PAGE), Image.Resampling.BOX), float)[..., None] / 255
    page.paste(Image.fromarray(np.uint8(255 - cover * (255.0 - np.array(ink)))))


def _written_word(random: Random, size: float, slant: float) -> npt.NDArray[np.float64]:
    """The path of a pen along a word, (points, 2): loops of the height of small letters, some of them tall or deep."""
    letters = int(random.integers(2, 9))
    t = np.linspace(0, letters, 14 * letters)
    heights = random.choice([1, 1, 1, 1, 2.2], letters) * random.uniform(0.7, 1.2, letters)
    depths = random.choice([0, 0, 0, 0, 1.2], letters)
    letter = np.minimum(t.astype(int), letters - 1)
    phase = 2 * np.pi * (t - letter)
    up = heights[letter] * (1 - np.cos(phase)) / 2 - depths[letter] * np.maximum(np.sin(phase), 0)
    along = 0.9 * t + random.uniform(0.1, 0.6, letters)[letter] * np.sin(phase)
    wobble = np.cumsum(random.normal(0, 0.02, (len(t), 2)), 0)
    return size * (np.stack([along + slant * up, -up], 1) + wobble)


def pen_colour(random: Random) -> Colour:
    """Ink of pens: brown iron gall, often pale; blue, black, pencil."""
    bases = ((95, 70, 45), (130, 100, 70), (60, 45, 35), (30, 40, 120), (40, 40, 45), (110, 110, 110))
    base = bases[int(random.integers(len(bases)))]
    r, g, b = (int(np.clip(part + random.integers(-20, 30), 0, 200)) for part in base)
    return r, g, b


def _paragraph(page: Image.Image, random: Random, typefaces: Sequence[Path], place: tuple[int, int, int]) -> int:
    """Lines of one typeface from `place` (left, top, right) on; returns where they end."""
    left, top, right = place
    size = _text_size(random)
    font = _font(random, typefaces, size)
    draw, ink = ImageDraw.Draw(page), ink_colour(random)
    leading = int(size * random.uniform(1.05, 1.7)) + 1
    stroke = int(random.random() < 0.08) if size > 18 else 0
    if random.random() < 0.06:  # light letters on a dark ground
        lines = int(random.integers(1, 4))
        draw.rectangle((left - 3, top, right, top + lines * leading + 4), fill=ink)
        ink = (255, 255, 255)
    else:
        lines = 1 if size > 40 else int(random.integers(1, 12))
    for line in range(lines):
        draw.text((left, top + line * leading), _words(random, right - left, size), ink, font, stroke_width=stroke)
    return top + lines * leading


def _text_size(random: Random) -> int:
    """Mostly the sizes of running text at which the model works; some small print and headings, few initials."""
    kind = random.random()
    if kind < 0.72:
        return int(random.integers(17, 34))
    if kind < 0.84:
        return int(random.integers(11, 17))
    return int(random.integers(34, 64)) if kind < 0.96 else int(random.integers(64, 200))


def _font(random: Random, typefaces: Sequence[Path], size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(typefaces[int(random.integers(len(typefaces)))]), size)


_SYLLABLES = [
    "a",
    "an",
    "ar",
    "be",
    "ber",
    "bo",
    "ca",
    "ce",
    "chen",
    "con",
    "da",
    "de",
    "den",
    "der",
    "di",
    "do",
    "e",
    "el",
    "em",
    "en",
    "ent",
    "er",
    "es",
    "et",
    "fa",
    "fe",
    "fo",
    "ga",
    "ge",
    "gen",
    "ha",
    "he",
    "hen",
    "hi",
    "ho",
    "i",
    "in",
    "ing",
    "ion",
    "is",
    "it",
    "ka",
    "ke",
    "ko",
    "la",
    "le",
    "len",
    "li",
    "lo",
    "ma",
    "me",
    "men",
    "mi",
    "mo",
    "na",
    "ne",
    "ni",
    "no",
    "o",
    "on",
    "or",
    "ou",
    "pa",
    "pe",
    "pi",
    "po",
    "pro",
    "qua",
    "ra",
    "re",
    "ren",
    "ri",
    "ro",
    "sa",
    "sche",
    "se",
    "sen",
    "si",
    "so",
    "st",
    "sta",
    "ta",
    "te",
    "ten",
    "ter",
    "ti",
    "tion",
    "to",
    "tra",
    "tu",
    "u",
    "un",
    "und",
    "ur",
    "va",
    "ve",
    "ver",
    "vi",
    "vo",
    "wa",
    "we",
    "wi",
    "xy",
    "za",
    "ze",
]


def _words(random: Random, width: int, size: int) -> str:
    """Words of made-up syllables, numbers and marks, at least as wide as a line."""
    words: list[str] = []
    length = 0
    while length < 2.6 * width / size + 4:
        word = _word(random)
        words.append(word)
        length += len(word) + 1
    return " ".join(words)


def _word(random: Random) -> str:
    if random.random() < 0.1:
        return str(random.integers(0, 10 ** int(random.integers(1, 6)))) + random.choice(["", ".", "%", ",-"])
    word = "".join(random.choice(_SYLLABLES, int(random.integers(1, 4))))
    style = random.random()
    if style < 0.2:
        word = word.capitalize()
    elif style < 0.25:
        word = word.upper()
    return word + random.choice(["", "", "", "", "", ",", ".", ";", ":", "!", "-", "?", ")", "/"])


def ink_colour(random: Random) -> Colour:
    """Mostly black; dark greys, browns and blues, sometimes red or faint."""
    kind = random.random()
    if kind < 0.55:
        return _grey(int(random.integers(0, 50)))
    if kind < 0.75:
        return _grey(int(random.integers(50, 120)))
    bases = ((60, 40, 25), (25, 35, 110), (150, 25, 30), (20, 90, 50), (40, 60, 140), (90, 70, 50))
    base = bases[int(random.integers(len(bases)))]
    r, g, b = (int(np.clip(part + random.integers(-20, 40), 0, 200)) for part in base)
    return r, g, b


def _grey(level: int) -> Colour:
    return level, level, level


def _rules(page: Image.Image, random: Random, typefaces: Sequence[Path]) -> None:
    draw, ink = ImageDraw.Draw(page), ink_colour(random)
    for _ in range(int(random.integers(1, 5))):
        at, thick = int(random.integers(PAGE)), int(random.choice([1, 1, 2, 3, 5]))
        start, end = sorted(int(v) for v in random.integers(0, PAGE, 2))
        draw.line((start, at, end, at) if random.random() < 0.7 else (at, start, at, end), fill=ink, width=thick)


def _table(page: Image.Image, random: Random, typefaces: Sequence[Path]) -> None:
    draw, ink = ImageDraw.Draw(page), ink_colour(random)
    left, top = (int(v) for v in random.integers(0, PAGE // 2, 2))
    rows, columns = int(random.integers(2, 9)), int(random.integers(2, 6))
    height, width = int(random.integers(22, 44)), int(random.integers(40, 110))
    font = _font(random, typefaces, int(height * 0.55))
    draw.rectangle((left, top, left + columns * width, top + rows * height), fill="white")
    for row in range(rows + 1):
        draw.line((left, top + row * height, left + columns * width, top + row * height), fill=ink)
    for column in range(columns + 1):
        draw.line((left + column * width, top, left + column * width, top + rows * height), fill=ink)
    for row in range(rows):
        for column in range(columns):
            draw.text((left + column * width + 4, top + row * height + 3), _word(random)[: width // 12], ink, font)


def _stamp(page: Image.Image, random: Random, typefaces: Sequence[Path]) -> None:
    """A ring or a frame with a word in a colour, laid over the print."""
    side = int(random.integers(60, 200))
    layer = Image.new("RGBA", (side, side), (255, 255, 255, 0))
    draw = ImageDraw.Draw(layer)
    colour = (*[(150, 25, 40), (30, 40, 140), (20, 100, 60)][int(random.integers(3))], int(random.integers(120, 230)))
    shape = draw.ellipse if random.random() < 0.5 else draw.rectangle
    shape((3, side // 4, side - 4, side - side // 4), outline=colour, width=int(random.integers(2, 5)))
    draw.text((side // 8, side // 2 - side // 12), _word(random).upper(), colour, _font(random, typefaces, side // 6))
    layer = layer.rotate(float(random.uniform(-35, 35)))
    x, y = (int(v) for v in random.integers(0, PAGE - 40, 2))
    page.paste(layer, (x, y), layer)


def _signature(page: Image.Image, random: Random, typefaces: Sequence[Path]) -> None:
    """A line of pen strokes."""
    x, y = (float(v) for v in random.integers(20, PAGE - 120, 2))
    steps = np.array([x, y]) + np.cumsum(random.normal(0, 1, (40, 2)) * (2, 7) + (3, 0), 0)
    ImageDraw.Draw(page).line([tuple(p) for p in steps], fill=ink_colour(random), width=int(random.integers(1, 5)))


def _picture(page: Image.Image, random: Random, typefaces: Sequence[Path]) -> None:
    left, top = (int(v) for v in random.integers(0, PAGE - 100, 2))
    width, height = (int(v) for v in random.integers(80, 320, 2))
    _photograph(page, random, (left, top, left + width, top + height))


def _photograph(page: Image.Image, random: Random, box: tuple[int, int, int, int]) -> None:
    """Objects that cover each other, with shading, texture and grain: what a restorer of print must leave alone."""
    width, height = box[2] - box[0], box[3] - box[1]
    field = _clouds(random, width, height, 30.0) + random.uniform(50, 200, 3)
    yy, xx = np.mgrid[:height, :width].astype(np.float32)
    for _ in range(int(random.choice([0, 6, 40, 150]))):
        radius = float(min(120.0, 4 / random.random()))  # the law of sizes of the dead-leaves model, 1/r³
        x, y, angle = random.uniform(0, width), random.uniform(0, height), random.uniform(0, np.pi)
        u = (xx - x) * np.cos(angle) + (yy - y) * np.sin(angle)
        v = (yy - y) * np.cos(angle) - (xx - x) * np.sin(angle)
        inside = (u / random.uniform(0.4, 1)) ** 2 + v**2 < radius**2
        if random.random() < 0.4:
            inside = (np.abs(u) < radius) & (np.abs(v) < radius * random.uniform(0.2, 1))
        shade = (u[inside] / radius * random.normal(0, 25))[:, None]
        field[inside] = random.uniform(0, 255) + random.normal(0, 25, 3) + shade
    field = field + _clouds(random, width, height, float(random.uniform(0, 12)))
    grey = field.mean(2, keepdims=True)
    field = grey + random.choice([0.0, 0.6, 1.0]) * (field - grey)
    pixels = np.clip(field + random.normal(0, random.uniform(0, 6), (height, width, 1)), 0, 255)
    page.paste(Image.fromarray(np.uint8(pixels)), box[:2])


def _clouds(random: Random, width: int, height: int, contrast: float) -> npt.NDArray[np.float64]:
    """Smooth coloured fields from coarse to fine, (height, width, 3), of about this standard deviation."""
    field = np.zeros((height, width, 3))
    for points in (3, 6, 13, 40):
        coarse = Image.fromarray(np.uint8(np.clip(127 + 40 * random.normal(0, 1, (points, points, 3)), 0, 255)))
        smooth = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), float)
        field += (smooth - 127) / 40 * contrast / points**0.5
    return field


def _faded(page: Image.Image, random: Random) -> Image.Image:
    """The same page where the ink is thinner here and there, as a pen that runs dry or a worn ribbon leaves it."""
    points = int(random.integers(3, 60))
    coarse = Image.fromarray(np.uint8(255 * random.uniform(random.uniform(0.3, 0.9), 1, (points, points))))
    amount = np.asarray(coarse.resize((PAGE, PAGE), Image.Resampling.BICUBIC), float)[..., None] / 255
    return Image.fromarray(np.uint8(255 - amount * (255.0 - np.asarray(page))))


_DECORATIONS: tuple[tuple[float, Callable[[Image.Image, Random, Sequence[Path]], None]], ...] = (
    (0.3, _rules),
    (0.15, _table),
    (0.2, _picture),
    (0.15, _signature),
    (0.2, _stamp),
)
"""How often, and what."""
