"""Dirty scans restored at full size: of a text, or of typefaces, that were not in training.

    python benchmarks/documents.py                          another text (`autoencode reproduce documents`)
    python benchmarks/documents.py --split typefaces        other typefaces; their texts and dirt are in training
    python benchmarks/documents.py --split tutorial         the first split, by the network of a tutorial
    python benchmarks/documents.py --minutes 5              a shorter training

Trains into runs/reproduce/ (or continues, or uses the complete run) and restores every page of the test split at its
own size. Prints, also for the untouched pages and for a median filter, the root mean squared error over all pixels of
all pages with white as 1, by kind of dirt; PSNR and SSIM; how much a clean page changes; the time for an A4 page at 300
dpi, assembled from test pages; and, if the program `tesseract` is installed (Debian: tesseract-ocr), how many
characters it reads differently than on the clean page. The test split is used only for these numbers.
"""

import argparse
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageFilter
from rapidfuzz.distance import Levenshtein

from autoencode import tasks
from autoencode.cli.training_progress import TrainingProgress
from autoencode.data.published.sets.documents import DIRTS, dirt_of, page_files, typeface_of
from autoencode.evaluation import Estimate, measure_restoration
from autoencode.runs.run import Run
from autoencode.tasks import Restorer
from autoencode.tasks.reproduce.reproduction_metrics import clustered_rmse

TRAININGS = {"text": "documents", "typefaces": "documents-typefaces", "tutorial": "document-denoise"}
A4 = (3508, 2480)
Pages = dict[int, np.ndarray]


def main() -> None:
    """Trains, restores, prints."""
    parser = argparse.ArgumentParser(description="restores dirty scans", formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--split", choices=TRAININGS, default="text")
    parser.add_argument("--minutes", type=float, help="shorten the training to about this many minutes")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with TrainingProgress() as reporter:
        found = tasks.reproduce(TRAININGS[options.split], seed=options.seed, minutes=options.minutes, reporter=reporter)
    run = Run(Path("runs/reproduce") / f"{TRAININGS[options.split]}-{options.seed}")
    print(f"{found.quantity}: {found.obtained} ({found.obtained.n} typefaces)")
    print(f"{found.epochs:.1f} epochs, {found.minutes:.1f} minutes on {found.hardware}, seed {found.seed}")
    restored = {int(path.stem): page(path) for path in (run.path / "test-pages").glob("[0-9]*.png")}
    dirty, clean = ({n: page(page_files(f"{n}.png")[which]) for n in restored} for which in (0, 1))
    median = {n: np.asarray(Image.fromarray(x[0]).filter(ImageFilter.MedianFilter(5)))[None] for n, x in dirty.items()}
    results = {"untouched": dirty, "median 5x5": median, "restored": restored}
    for title, pages in results.items():
        each = "  ".join(f"{name} {rmse(pages, clean, kind).value:.4f}" for kind, name in enumerate(DIRTS))
        print(f"{title:<11} RMSE {rmse(pages, clean)}   {each}")
    order = sorted(restored)
    print(measure_restoration(*([pages[n] for n in order] for pages in (clean, dirty, restored))))
    report_clean(run, clean)
    report_time(run, dirty)
    report_reading({**results, "clean": clean})


def page(path: Path) -> np.ndarray:
    """A whole page, (1, height, width)."""
    return np.asarray(Image.open(path).convert("L"))[None].copy()


def rmse(pages: Pages, clean: Pages, kind: int | None = None) -> Estimate:
    """Over all pixels of the pages with one kind of dirt; the standard error is over typefaces."""
    sums: dict[int, list[float]] = {}
    for n in (n for n in sorted(pages) if kind in (None, dirt_of(n))):
        entry = sums.setdefault(typeface_of(n), [0.0, 0.0])
        entry[0] += float(np.square((pages[n].astype(float) - clean[n]) / 255).sum())
        entry[1] += clean[n].size
    return clustered_rmse(torch.tensor(list(sums.values()), dtype=torch.float64))


def report_clean(run: Run, clean: Pages) -> None:
    """Prints how much the model changes clean pages."""
    pages = {n: x for n, x in clean.items() if dirt_of(n) == 0}
    again = restored_by(run, pages)
    most = max(int(np.abs(again[n].astype(int) - x).max()) for n, x in pages.items())
    share = np.mean([np.mean(np.abs(again[n].astype(int) - x) <= 2) for n, x in pages.items()])
    print(
        f"clean pages change by RMSE {rmse(again, clean)}; {share:.2%} of pixels by 2/255 or less, at most {most}/255"
    )


def restored_by(run: Run, pages: Pages) -> Pages:
    """The restored pages."""
    restorer = Restorer(run)
    return {n: restorer(torch.from_numpy(x)).numpy() for n, x in pages.items()}


def report_time(run: Run, dirty: Pages) -> None:
    """An A4 page at 300 dpi, three times."""
    widest = [x[0] for x in dirty.values() if x.shape[2] == 540]
    column = np.concatenate(widest * (1 + A4[0] // sum(x.shape[0] for x in widest)))[: A4[0]]
    sheet = torch.from_numpy(np.concatenate([column] * 5, axis=1)[None, :, : A4[1]].copy())
    restorer, seconds = Restorer(run), list[float]()
    for _ in range(3):
        start = time.perf_counter()
        restorer(sheet)
        seconds.append(time.perf_counter() - start)
    best, worst = min(seconds), max(seconds)
    print(f"A4 at 300 dpi ({A4[1]}x{A4[0]}): {best:.1f} to {worst:.1f} s with {torch.get_num_threads()} threads")


def report_reading(results: dict[str, Pages]) -> None:
    """Prints the character error rate of each against the text read on the clean page."""
    if shutil.which("tesseract") is None:
        print("tesseract is not installed: no characters were read")
        return
    print("share of characters read differently than on the clean page (tesseract, pages enlarged three times):")
    truth = {n: read(x) for n, x in one_of_each(results.pop("clean")).items()}
    for title, pages in results.items():
        wrong = np.array(
            [[Levenshtein.distance(read(pages[n]), truth[clean_of(n)]), len(truth[clean_of(n)])] for n in pages]
        )
        each = [np.array([dirt_of(n) == kind for n in pages]) for kind in range(len(DIRTS))]
        by = "  ".join(f"{name} {share(wrong[at]):.1%}" for name, at in zip(DIRTS, each, strict=True))
        print(f"{title:<11} {share(wrong):.1%}   {by}")


def compared(text: str, truth: str) -> tuple[int, int]:
    """Characters to insert, delete or replace (Levenshtein), and characters in all."""
    return Levenshtein.distance(text, truth), len(truth)


def share(counts: np.ndarray) -> float:
    """The share of wrong characters."""
    return counts[:, 0].sum() / counts[:, 1].sum()


def clean_of(n: int) -> int:
    """The first of the pages with the same clean page."""
    return n - 3 * dirt_of(n)


def one_of_each(clean: Pages) -> Pages:
    """Each clean page once."""
    return {clean_of(n): x for n, x in clean.items()}


def read(x: np.ndarray) -> str:
    """What tesseract reads, with single spaces between the words."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.png"
        picture = Image.fromarray(x[0])
        picture.resize((3 * picture.width, 3 * picture.height), Image.Resampling.LANCZOS).save(path, dpi=(300, 300))
        command = ["tesseract", str(path), "-", "--psm", "6"]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env={"OMP_THREAD_LIMIT": "1"})
    return " ".join(done.stdout.split())


if __name__ == "__main__":
    main()
