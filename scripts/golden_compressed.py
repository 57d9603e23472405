"""Makes tests/compression/golden.aec, which every later version and every computer must decompress to the same bytes.

    python scripts/golden_compressed.py

A small model of drawn rectangles, in the file, and forty of them. Made anew only when the format's version changes.
"""

import os
import platform
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from autoencode import tasks

GOLDEN = Path(__file__).resolve().parent.parent / "tests" / "compression" / "golden.aec"


def rectangles(count: int, seed: int) -> np.ndarray:
    """Pictures of 8x8 with a rectangle of a grey value each, uint8."""
    random, pictures = np.random.default_rng(seed), np.zeros((count, 8, 8), np.uint8)
    for picture in pictures:
        (top, left), (height, width) = random.integers(0, 5, 2), random.integers(2, 5, 2)
        picture[top : top + height, left : left + width] = random.integers(60, 256)
    return pictures


def main() -> None:
    """Writes the file."""
    with TemporaryDirectory() as folder:
        os.chdir(folder)
        np.save("rectangles.npy", rectangles(2000, 0))
        np.save("forty.npy", rectangles(40, 1))
        run = tasks.train(
            "rectangles.npy", "dense-vae", out="golden", hidden=12, likelihood="discretized-logistic", epochs=10
        )
        record = run.path / "run.json"  # what is about this computer is left out
        record.write_text(record.read_text().replace(platform.platform(), "any").replace(f"{Path.cwd()}/", ""))
        done = tasks.compress(tasks.Run(run.path), ["forty.npy"], GOLDEN, embed_model=True)
    print(f"{GOLDEN}: {done.size:,} bytes")


if __name__ == "__main__":
    main()
