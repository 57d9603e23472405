"""What `autoencode clean` does to pages, against leaving them as they are and against classical methods.

    python benchmarks/cleaning.py [real] [documents] [clean] [ocr] [unseen] [--pages FOLDER] [--ready FILE]

real        F-measure of Otsu's threshold on real pages with ground truth, before and after, and of Sauvola's before
documents   RMSE on all 120 pairs of NoisyOffice, of which none was used in training
clean       how far clean pages and photographs are changed: RMSE
ocr         characters that tesseract gets wrong (share of the text) on drawn pages in ten typefaces and four sizes with
            dirt; untouched, cleaned, and through unpaper; needs tesseract and unpaper
unseen      RMSE of drawn pages with dirt of kinds that the model never saw in training, before and after

Real pages and pairs come from AUTOENCODE_DATA; --pages FOLDER has others, NAME.png or .jpg beside NAME_GT.tiff, such as
those of the DIBCO competitions. Nothing is tuned to the drawn pages: their seeds are used here alone.
Pictures before and after go to runs/cleaning/.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image, ImageDraw, ImageFont
from rapidfuzz.distance import Levenshtein
from skimage.filters import threshold_sauvola

from autoencode.cleaning import clean_page, ready_models
from autoencode.cleaning.network import UNet, read_weights
from autoencode.cleaning.text_scale import otsu_threshold
from autoencode.corruptions import parse_corruptions
from autoencode.data import Batch
from autoencode.data.typefaces import find_typefaces

DATA, OUT = Path(os.environ.get("AUTOENCODE_DATA", "data")), Path("runs/cleaning")
PAGES = [DATA / "scans"]
Bytes = npt.NDArray[np.uint8]
TEXT = (
    "The committee met on 14 March 1897 and heard the report of the treasurer.",
    "Expenses for coal, candles and paper came to 312 pounds, 7 shillings.",
    "Mr. Whitaker proposed that the garden wall be repaired before winter;",
    "the motion was seconded by Miss Agnes Holloway and carried.",
    "Letters were read from Bristol, York and Quebec, asking for samples",
    "of the new jute twine. It was resolved to send six yards of each kind.",
)
SIZES = (18, 26, 40, 64)
DIRT = ("paper:0.2..0.6", "bleed-through:0.1..0.5 | none", "stain:0.2..0.6 | foxing:0.2..0.5", "shadow:0.1..0.5 | none")
UNSEEN = ("watermark:0.4", "random-watermark:0.4", "scratch:8", "masking-noise:0.03", "levels:6")


def rmse(a: Bytes, b: Bytes) -> float:
    """With white as 1."""
    return float(np.sqrt(np.square(a.astype(float) - b).mean()) / 255)


def grey(page: Bytes) -> npt.NDArray[np.float32]:
    """In [0, 1]."""
    return np.asarray(Image.fromarray(page).convert("L"), dtype=np.float32) / np.float32(255)


def f_measure(ink: npt.NDArray[np.bool_], truth: npt.NDArray[np.bool_]) -> float:
    """2 · right / (found + true)."""
    return float(2 * (ink & truth).sum() / (ink.sum() + truth.sum()))


def real(network: UNet) -> None:
    """F-measures on pages with ground truth."""
    print("real pages, F-measure: Otsu before, Sauvola before, Otsu after")
    for truth_file in sorted(PAGES[-1].glob("*_GT.tiff")):
        (file,) = (f for f in PAGES[-1].glob(truth_file.stem[:-3] + ".*"))
        page = np.asarray(Image.open(file).convert("RGB"))
        truth = ~np.asarray(Image.open(truth_file).convert("1"))
        after = clean_page(network, page)
        before, clean = grey(page), grey(after.pixels)
        scores = (
            f_measure(before < otsu_threshold(before), truth),
            f_measure(before < threshold_sauvola(before, window_size=41, k=0.2), truth),
            f_measure(clean < otsu_threshold(clean), truth),
        )
        print(f"  {file.name:16}" + "".join(f"{score:8.3f}" for score in scores) + f"   {after.reason or ''}")
        Image.fromarray(np.concatenate([page, after.pixels])).save(OUT / f"real-{file.stem}.png")


def documents(network: UNet) -> None:
    """RMSE on NoisyOffice."""
    before, after, left = list[float](), list[float](), 0
    for file in sorted((DATA / "documents/train").glob("*.png")):
        page = np.asarray(Image.open(file).convert("L"))
        target = np.asarray(Image.open(DATA / "documents/train_cleaned" / file.name).convert("L"))
        cleaned = clean_page(network, page)
        before.append(rmse(page, target))
        after.append(rmse(cleaned.pixels, target))
        left += cleaned.reason is not None
    print(
        f"documents, RMSE of {len(after)} pairs: {np.mean(before):.4f} before, {np.mean(after):.4f} after; {left} left"
    )


def clean(network: UNet) -> None:
    """RMSE of what should stay."""
    print("clean pages and photographs, RMSE; left: as it was, and why")
    pages = [DATA / "scans" / name for name in ("linn.png", "typewriter.png")]
    for file in pages:
        page = np.asarray(Image.open(file).convert("L"))
        cleaned = clean_page(network, page)
        print(f"  {file.name:20}{rmse(page, cleaned.pixels):.5f}  {cleaned.reason or ''}")
    changed, left, n = list[float](), 0, 0
    for image in photographs():
        cleaned = clean_page(network, image)
        n += 1
        left += cleaned.reason is not None
        changed.append(rmse(image, cleaned.pixels))
    print(f"  {n} photographs: {left} left as they were, RMSE {np.mean(changed):.4f} {max(changed):.4f} at most")
    changed = list[float]()
    for number in range(12):
        page, _ = lettered(number, SIZES[number % 4])
        changed.append(rmse(page, clean_page(network, page).pixels))
    print(f"  12 drawn pages: RMSE {np.mean(changed):.5f} in the mean, {max(changed):.5f} at most")


def photographs() -> list[Bytes]:
    """At most 640 pixels a side."""
    import io
    import zipfile

    found = list[Bytes]()
    with zipfile.ZipFile(DATA / "photos/photos_960.zip") as archive:
        for name in sorted(archive.namelist()):
            if name.endswith(".jpg"):
                image = Image.open(io.BytesIO(archive.read(name))).convert("RGB")
                image.thumbnail((640, 640))
                found.append(np.asarray(image))
    return found


def lettered(number: int, size: int) -> tuple[Bytes, str]:
    """A clean page and its text, in the typeface of this number."""
    typefaces = [file for file in find_typefaces() if any(word in file.name for word in TYPEFACES)]
    font = ImageFont.truetype(str(typefaces[number * 7 % len(typefaces)]), size)
    lines = [part for line in TEXT for part in wrapped(line, font)]
    image = Image.new("RGB", (1100, int(1.6 * size * (len(lines) + 1))), "white")
    draw = ImageDraw.Draw(image)
    for line, text in enumerate(lines):
        draw.text((30, size // 2 + int(1.5 * size * line)), text, (20, 20, 25), font)
    return np.array(image), " ".join(lines)


TYPEFACES = ("Sans", "Serif", "Mono", "Roman", "Regular", "Book", "Bold")


def wrapped(line: str, font: ImageFont.FreeTypeFont) -> list[str]:
    """Parts of a line that fit on the page."""
    parts, words = [""], line.split()
    for word in words:
        if font.getlength(f"{parts[-1]} {word}") > 1040 and parts[-1]:
            parts.append("")
        parts[-1] = f"{parts[-1]} {word}".strip()
    return parts


def dirty(page: Bytes, kinds: tuple[str, ...], seed: int) -> Bytes:
    """The page with dirt."""
    torch.manual_seed(seed)
    x = torch.from_numpy(page.copy()).permute(2, 0, 1)[None].float() / 255
    y = parse_corruptions(kinds)(Batch(x)).x[0]
    return (255 * y.clamp(0, 1)).round().byte().permute(1, 2, 0).numpy()


def ocr(network: UNet) -> None:
    """Shares of characters that are wrong."""
    methods: dict[str, Callable[[Bytes], Bytes]] = {
        "untouched": lambda page: page,
        "cleaned": lambda page: clean_page(network, page).pixels,
    }
    if shutil.which("unpaper"):
        methods["unpaper"] = through_unpaper
    wrong = {name: list[float]() for name in methods}
    for number in range(10):
        for size in SIZES:
            page, text = lettered(number, size)
            damaged = dirty(page, DIRT, 1000 * number + size)
            for name, method in methods.items():
                wrong[name].append(Levenshtein.distance(read(method(damaged)), text) / len(text))
    print("characters wrong by tesseract, share of the text, mean (and the median) over 10 typefaces and 4 sizes")
    for name, shares in wrong.items():
        print(f"  {name:12}{np.mean(np.minimum(shares, 1)):.4f} ({np.median(shares):.4f})")


def read(page: Bytes) -> str:
    """What tesseract reads."""
    with tempfile.TemporaryDirectory() as folder:
        Image.fromarray(page).save(Path(folder) / "a.png", dpi=(200, 200))
        done = subprocess.run(
            ["tesseract", f"{folder}/a.png", "-", "--psm", "6"], capture_output=True, check=True, text=True
        )
    return " ".join(done.stdout.split())


def through_unpaper(page: Bytes) -> Bytes:
    """With its own settings, but no turning or moving."""
    with tempfile.TemporaryDirectory() as folder:
        Image.fromarray(page).save(Path(folder) / "a.ppm")
        command = ["unpaper", "--overwrite", "--no-deskew", "--no-mask-center", f"{folder}/a.ppm", f"{folder}/b.ppm"]
        subprocess.run(command, capture_output=True, check=True)
        return np.array(Image.open(Path(folder) / "b.ppm").convert("RGB"))


def unseen(network: UNet) -> None:
    """RMSE of dirt that was never trained on."""
    print("dirt of kinds never trained on, RMSE before and after")
    for kind in UNSEEN:
        scores = list[tuple[float, float]]()
        for number in range(6):
            page, _ = lettered(number, SIZES[number % 4])
            damaged = dirty(page, (kind,), number)
            scores.append((rmse(damaged, page), rmse(clean_page(network, damaged).pixels, page)))
        before, after = np.mean(scores, 0)
        print(f"  {kind:24}{before:.4f} {after:.4f}")


PARTS = {"real": real, "documents": documents, "clean": clean, "ocr": ocr, "unseen": unseen}


def main() -> int:
    """Measures what was asked for, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", default=list(PARTS), choices=[*PARTS, []])
    parser.add_argument("--ready", type=Path, help="other weights than those of the package")
    parser.add_argument("--pages", type=Path, help="other real pages with ground truth")
    arguments = parser.parse_args()
    if arguments.pages:
        PAGES.append(arguments.pages)
    OUT.mkdir(parents=True, exist_ok=True)
    network = UNet(read_weights(arguments.ready)) if arguments.ready else ready_models["scan"].network
    for part in arguments.parts or PARTS:
        PARTS[part](network)
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
