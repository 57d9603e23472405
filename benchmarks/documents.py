"""Dirty scans restored at full size: a text that was not learned from, or typefaces that were not.

    python benchmarks/documents.py                          another text, with the recipe's defaults
    python benchmarks/documents.py --split typefaces        other typefaces (their texts and their dirt were seen)
    python benchmarks/documents.py --minutes 5              a shorter training

Trains into runs/documents/ (or goes on there), restores every page of the test part in one piece of its own size, and
prints the root mean squared error over all pixels of all pages with white as 1, beside doing nothing and a median
filter, by kind of dirt. The test part is looked at only for these numbers.
"""

import argparse
import math
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageFilter

from autoencode import tasks
from autoencode.data import load
from autoencode.data.places import places
from autoencode.data.sets.documents import DIRTS, dirt_of
from autoencode.evaluation import measure_restoration
from autoencode.tasks import Restorer, Run

DATA = {"text": "documents", "typefaces": "documents-typefaces"}


def main() -> None:
    """Trains, restores, prints."""
    parser = argparse.ArgumentParser(description="restores dirty scans", formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--split", choices=DATA, default="text")
    parser.add_argument("--minutes", type=float, help="of training; the recipe's epochs by default")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    run = trained(DATA[options.split], options.minutes, options.seed)
    data = load(DATA[options.split])
    names = sorted({data.files[place] for place in data.split.test.tolist()}, key=lambda name: int(Path(name).stem))
    dirty, clean = (pages(folder, names) for folder in ("train", "train_cleaned"))
    restorer = Restorer(run)
    restored = [restorer(torch.from_numpy(page)).numpy() for page in dirty]
    median = [np.asarray(Image.fromarray(page[0]).filter(ImageFilter.MedianFilter(5)))[None] for page in dirty]
    kinds = [dirt_of(int(Path(name).stem)) for name in names]
    print(f"{len(names)} pages of the test part; trained {run.folder.metrics()[-1]['seconds'] / 60:.1f} minutes")
    for title, results in {"untouched": dirty, "median 5x5": median, "restored": restored}.items():
        errors = np.array([np.square((a.astype(float) - b) / 255).mean() for a, b in zip(results, clean, strict=True)])
        sizes = np.array([page.size for page in clean])
        each = [math.sqrt(np.average(errors[at], weights=sizes[at])) for at in (np.array(kinds) == k for k in range(4))]
        by_dirt = "  ".join(f"{name} {value:.4f}" for name, value in zip(DIRTS, each, strict=True))
        print(f"{title:<11} RMSE {math.sqrt(np.average(errors, weights=sizes)):.4f}   {by_dirt}")
    print(measure_restoration(clean, dirty, restored))


def trained(data: str, minutes: float | None, seed: int) -> Run:
    """The model, trained here if it is not there yet."""
    path = Path("runs/documents") / f"{data}-{seed}"
    if (path / "run.json").is_file():
        return Run(path)
    return tasks.train(data, "restorer", out=path, seed=seed, **({} if minutes is None else {"minutes": minutes}))


def pages(folder: str, names: list[str]) -> list[np.ndarray]:
    """Whole pages as (1, height, width)."""
    root = next(place for place in places("documents") if (place / folder).is_dir())
    return [np.asarray(Image.open(root / folder / name).convert("L"))[None].copy() for name in names]


if __name__ == "__main__":
    main()
