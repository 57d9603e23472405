"""Gathers the pictures that the ready-made models for photographs learn from.

    python scripts/ready_photographs.py FOLDER

The photographs of $AUTOENCODE_DATA/photos whose licence is CC0, each in two sizes, since what is soft in the larger is
sharp in the smaller, and twelve pages that we draw, so that print in a photograph stays sharp.
"""

import csv
import io
import os
import sys
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from autoencode.data.published.sets.drawn_pages import find_typefaces
from autoencode.data.published.sets.page_drawing import draw_page

_SIZES, _PAGES, _SEED = (1.0, 0.5), 12, 2206


def main(out: Path) -> None:
    """Writes them as PNG files."""
    out.mkdir(parents=True, exist_ok=True)
    source = Path(os.environ["AUTOENCODE_DATA"]) / "photos"
    with (source / "index.csv").open(newline="") as index:
        free = [row["file"] for row in csv.DictReader(index) if row["licence"].startswith("CC0")]
    with zipfile.ZipFile(source / "photos_960.zip") as archive:
        for name in free:
            photograph = Image.open(io.BytesIO(archive.read(name))).convert("RGB")
            for scale in _SIZES:
                size = round(photograph.width * scale), round(photograph.height * scale)
                small = photograph.resize(size, Image.Resampling.LANCZOS) if scale < 1 else photograph
                small.save(out / f"{Path(name).stem}-{size[0]}.png")
    random, typefaces = np.random.default_rng(_SEED), find_typefaces()
    for number in range(_PAGES):
        draw_page(random, typefaces).save(out / f"page-{number:02}.png")
    print(f"{len(free)} photographs in {len(_SIZES)} sizes and {_PAGES} drawn pages in {out}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
