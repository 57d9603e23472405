"""Draws the letter that README.md shows corrupted and restored.

    python scripts/letter.py letter/
    autoencode corrupt letter/ -o dirty/ --seed 3 --corruption stain:0.35..0.6 --corruption crease:0.4..0.6 \
        --corruption gaussian:0.03
    autoencode restore runs/reproduce/documents-0 dirty/letter.png -o clean/
"""

import sys
import textwrap
from pathlib import Path

from matplotlib import font_manager
from PIL import Image, ImageDraw, ImageFont

TEXT = (
    "We came late, when the boats were already drawn up on the shore and the last light lay on the water. Nobody "
    "spoke. An old man brought bread, and set down a cup of coffee on this very sheet, as you can see; then it rained "
    "through the roof, and I folded what was left and carried it home in my pocket."
)


def main() -> None:
    """Writes letter.png into the folder."""
    font_file = font_manager.findfont("DejaVu Serif")  # comes with matplotlib
    sheet = Image.new("L", (760, 420), 255)
    draw = ImageDraw.Draw(sheet)
    draw.text((40, 30), "A letter from the lake", font=ImageFont.truetype(font_file, 30), fill=20)
    for row, line in enumerate(textwrap.wrap(TEXT, 56)):
        draw.text((40, 95 + 36 * row), line, font=ImageFont.truetype(font_file, 21), fill=20)
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    sheet.save(folder / "letter.png")


if __name__ == "__main__":
    main()
