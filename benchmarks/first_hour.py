"""What a new user brings, each through one command: photographs, a table, labelled pictures in an .npz file, a PDF.

    python benchmarks/first_hour.py                     makes the four files, runs the four commands, prints the table
    python benchmarks/first_hour.py --only table

`flowers.zip` holds every third of the 180 flower photographs, and `scans.npz` all 7,200 pictures of MedNIST with their
labels, both from AUTOENCODE_DATA; `people.csv` (1,000 rows: numbers, two categories, missing cells) and `scan.pdf` (two
pages with stains, folds and dark paper) are made here, from seed 0. Everything is in `first-hour/`. Printed are the
first line that each command prints as its result, its last lines, and minutes: by the clock, and of the processors.
"""

import argparse
import os
import resource
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from textwrap import wrap

import numpy as np
import torch
from matplotlib import font_manager
from PIL import Image, ImageDraw, ImageFont

from autoencode.corruptions import parse_corruptions
from autoencode.data import Batch
from autoencode.runtime.seeding import seeded_rng

PLACE = Path("first-hour")
COMMANDS = {
    "photographs": ["train", "flowers.zip", "-o", "runs/flowers"],
    "table": ["train", "people.csv", "-o", "runs/people"],
    "scans": ["train", "scans.npz", "-o", "runs/scans"],
    "pdf": ["clean", "scan.pdf", "-o", "clean/"],
}
TEXT = (
    "Dear Sir, the boats came in late and the nets were empty. We counted the sheep on the upper meadow, forty-one of "
    "them, and mended the wall where the frost had opened it. The price of salt has gone up again, by two pence. "
    "Please send paper, ink and the book on bees that you promised in spring; the children ask for it every evening. "
)


def flowers(path: Path) -> None:
    """Every third photograph of the archive, as they are."""
    source = Path(os.environ["AUTOENCODE_DATA"]) / "photos/flower_photos_180_original.zip"
    with zipfile.ZipFile(source) as archive, zipfile.ZipFile(path, "w") as some:
        names = [name for name in sorted(archive.namelist()) if name.lower().endswith(".jpg")]
        for name in names[::3]:
            some.writestr(name, archive.read(name))


def scans(path: Path) -> None:
    """MedNIST as two arrays: images (7200, 64, 64) and the number of the class of each."""
    source = Path(os.environ["AUTOENCODE_DATA"]) / "medical/mednist/mednist_7200_jpeg.zip"
    with zipfile.ZipFile(source) as archive:
        names = sorted(name for name in archive.namelist() if name.lower().endswith((".jpg", ".jpeg")))
        images = np.stack([np.asarray(Image.open(BytesIO(archive.read(name))).convert("L")) for name in names])
    kinds = [Path(name).parent.name for name in names]
    numbers = {kind: number for number, kind in enumerate(sorted(set(kinds)))}
    np.savez_compressed(path, images=images, labels=np.array([numbers[kind] for kind in kinds]))


def people(path: Path) -> None:
    """A thousand rows that depend on age and sex, and nothing else."""
    rng = np.random.default_rng(0)
    age, woman = rng.uniform(18, 80, 1_000), rng.random(1_000) < 0.5
    height = 178 - 13 * woman + rng.normal(0, 6.5, 1_000)
    weight = 0.9 * (height - 100) + 0.15 * (age - 40) + rng.normal(0, 8, 1_000)
    income = np.exp(7.6 + 0.02 * np.minimum(age, 55) + rng.normal(0, 0.4, 1_000))
    town = rng.choice(["Aberdeen", "Bergen", "Cork"], 1_000, p=[0.5, 0.3, 0.2])
    rows = ["age,sex,height_cm,weight_kg,income,town"]
    for i in range(1_000):
        pay = "" if rng.random() < 0.05 else f"{income[i]:.0f}"
        rows.append(f"{age[i]:.0f},{'fm'[not woman[i]]},{height[i]:.1f},{weight[i]:.1f},{pay},{town[i]}")
    path.write_text("\n".join(rows) + "\n")


def page(number: int) -> Image.Image:
    """A clean page of A5 at 150 dpi."""
    file = font_manager.findfont("DejaVu Serif")  # comes with matplotlib
    sheet = Image.new("L", (874, 1240), 255)
    draw = ImageDraw.Draw(sheet)
    draw.text((80, 70), f"A letter from the lake, {number}", font=ImageFont.truetype(file, 36), fill=20)
    for row, line in enumerate(wrap(TEXT * 3, 54)[:26]):
        draw.text((80, 150 + 38 * row), line, font=ImageFont.truetype(file, 22), fill=20)
    return sheet


def pdf(path: Path) -> None:
    """Two such pages as a scanner left them; the clean ones beside it."""
    dirt = parse_corruptions(["paper:0.6", "stain:0.5", "crease:0.5", "gaussian:0.03"])
    dirty: list[Image.Image] = []
    for number in (1, 2):
        clean = page(number)
        clean.save(path.with_name(f"page-{number}.png"))
        x = torch.from_numpy(np.asarray(clean.convert("RGB"))).permute(2, 0, 1)[None] / 255
        with seeded_rng(number):
            x = dirt(Batch(x)).x
        dirty.append(Image.fromarray((x[0].permute(1, 2, 0).clamp(0, 1) * 255).byte().numpy()))
    dirty[0].save(path, save_all=True, append_images=dirty[1:], resolution=150, quality=90)


MAKE: dict[str, tuple[str, Callable[[Path], None]]] = {
    "photographs": ("flowers.zip", flowers),
    "table": ("people.csv", people),
    "scans": ("scans.npz", scans),
    "pdf": ("scan.pdf", pdf),
}


def run(name: str) -> None:
    """One command, as a person types it, in `first-hour/`."""
    file, make = MAKE[name]
    if not (PLACE / file).exists():
        make(PLACE / file)
    print(f"\n$ autoencode {' '.join(COMMANDS[name])}", flush=True)
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "autoencode", *COMMANDS[name]], cwd=PLACE, capture_output=True, text=True
    )
    after, minutes = resource.getrusage(resource.RUSAGE_CHILDREN), (time.monotonic() - start) / 60
    (PLACE / f"{name}.log").write_text(done.stdout + done.stderr)
    processor = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / 60
    print("\n".join(done.stdout.splitlines()[:1] + done.stdout.splitlines()[1:][-4:] + done.stderr.splitlines()[-4:]))
    print(f"exit {done.returncode}, {minutes:.1f} minutes, {processor:.1f} of processors", flush=True)


def main() -> None:
    """Runs what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", action="append", choices=list(COMMANDS), help="one of the four; may be repeated")
    PLACE.mkdir(exist_ok=True)
    for name in parser.parse_args().only or COMMANDS:
        run(name)


if __name__ == "__main__":
    main()
