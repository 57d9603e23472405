"""Fits the contexts of the lossy codec for photographs, which are part of autoencode.

    python scripts/ready_lossy.py PHOTOGRAPHS/

PHOTOGRAPHS is a folder. The contexts in the repository were fitted to the same 14 photographs as those of
`scripts/ready_compression.py`, in about 2 minutes of one core.
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image
from ready_compression import best_distributions
from scipy.optimize import nnls

from autoencode.compression.photographs.coefficients import Coefficients, Layout
from autoencode.compression.photographs.linear import bins_of
from autoencode.compression.photographs.lossy import MODEL_FILE, activity_of, step_of, to_planes
from autoencode.compression.photographs.wavelet import levels_of, transform

OUT = Path(__file__).parents[1] / "src/autoencode/compression/photographs" / MODEL_FILE
QUALITIES = (10, 25, 40, 55, 70)
ROWS = 3_000
_DEAD = 0.36


def main() -> None:
    """Writes the contexts into the package."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("photographs", type=Path)
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    random, rows = np.random.default_rng(0), dict[tuple[int, ...], list[np.ndarray]]()
    for file in sorted(options.photographs.iterdir()):
        pixels = np.asarray(Image.open(file).convert("RGB"))
        levels = levels_of(*pixels.shape[:2])
        planes, layout = transform(to_planes(pixels), levels), Layout([pixels.shape])
        for quality in QUALITIES:
            scaled = planes / step_of(quality)
            rounded = (np.sign(scaled) * np.floor(np.abs(scaled) + _DEAD)).astype(np.int32)
            coefficients = Coefficients(layout, layout.pack([rounded]))
            for step in layout.steps(len(planes)):
                own = layout.take(coefficients.values, step)
                parts = [*coefficients.around(step), own]
                at = random.choice(own.size, min(own.size, ROWS), replace=False)
                rows.setdefault(step.key, []).append(np.stack([part[at] for part in parts], 1))
    arrays = dict[str, np.ndarray]()
    for key, found in rows.items():
        name, table = "".join(map(str, key)), np.concatenate(found)
        x, size = table[:, :-1].astype(np.float64), 4.0 * np.abs(table[:, -1])
        share = np.ones(len(x))
        for _ in range(4):
            root = np.sqrt(share)
            weights, _ = nnls(x * root[:, None], size * root)
            share = 1 / (x @ weights + 0.5) ** 1.5
        activity = np.round(weights * 64).astype(np.int32)
        bins = bins_of(activity_of(iter(table[:, :-1].T), activity))
        steps, tails = best_distributions(np.stack([bins, np.zeros_like(bins), table[:, -1]], 1))
        arrays |= {f"activity{name}": activity.astype(np.int16)}
        arrays |= {f"steps{name}": steps.astype(np.uint8), f"tails{name}": tails.astype(np.uint8)}
    np.savez_compressed(options.out, **arrays)


if __name__ == "__main__":
    main()
