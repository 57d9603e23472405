"""What `autoencode clean --what marks` does to photographs that share a translucent mark, and to those that do not.

    python benchmarks/shared_marks.py                  24 sets, from the 40 photographs in AUTOENCODE_DATA
    python benchmarks/shared_marks.py --sets 8 --side 640

Each set has 8, 12 or 20 photographs, 480 x 360, under one drawn mark (text or a logo, of typefaces of this computer)
with an opacity between 0.2 and 0.6, white, black or of another colour, saved as PNG or as JPEG of quality 92. Printed
are dB under the mark before and after, and the change elsewhere; then the change of the same photographs without
a mark, and of pictures that share something else (portraits, drawn faces, pages): RMSE, which should be 0. The settings
of the method were chosen on other photographs. Sheets of the first sets go to runs/shared-marks/.
"""

import argparse
import io
import os
import zipfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from autoencode.cleaning.marks import MarkRemover
from autoencode.cleaning.marks.mark_remover import layers_of
from autoencode.corruptions.watermark_drawing import watermark_sheets

DATA, OUT = Path(os.environ.get("AUTOENCODE_DATA", "data")), Path("runs/shared-marks")
Bytes = npt.NDArray[np.uint8]
OTHERS = {
    "portraits, eyes level": "faces/portraits",
    "drawn faces, all alike": "faces/cartoon",
    "X-rays and scans": "medical/mednist",
}


def main() -> None:
    """Prints a line for each set, and the means."""
    parser = argparse.ArgumentParser(description="marks that photographs share")
    parser.add_argument("--sets", type=int, default=24)
    parser.add_argument("--side", type=int, default=480, help="width of the photographs, in pixels")
    options = parser.parse_args()
    size = options.side, options.side * 3 // 4
    photographs = _photographs(size)
    random, sheets, found = np.random.default_rng(0), watermark_sheets().numpy(), list[tuple[float, ...]]()
    for number in range(options.sets):
        chosen = photographs[random.permutation(len(photographs))[: int(random.choice([8, 12, 20]))]]
        opacity = _mark(sheets[random.integers(len(sheets))][0], size, random)
        colour = [np.ones(3), np.zeros(3), random.random(3)][int(random.choice(3, p=[0.5, 0.2, 0.3]))]
        quality = int(random.choice([0, 92]))
        mixed = (1 - opacity[..., None]) * chosen + 255 * opacity[..., None] * colour
        marked = np.stack([_saved(np.rint(picture).astype(np.uint8), quality) for picture in mixed])
        cleaned, kept = _cleaned(marked), _cleaned(chosen)
        under = opacity > 0.02
        before, after = (_decibels(x[:, under], chosen[:, under]) for x in (marked, cleaned))
        outside = _rmse(cleaned[:, ~under], marked[:, ~under])
        found.append((before, after, outside, _rmse(kept, chosen)))
        what = f"opacity {opacity.max():.2f}, colour {colour.round(2)}, {'JPEG' if quality else 'PNG'}"
        state = "" if (cleaned != marked).any() else "  left as they were"
        print(f"{len(chosen):2} photographs, {what}: {before:.1f} -> {after:.1f} dB{state}", flush=True)
        if number < 6:
            _sheet(number, [marked[0], cleaned[0], chosen[0]])
    mean = np.mean(found, axis=0)
    print(f"mean {mean[0]:.1f} -> {mean[1]:.1f} dB under the mark; RMSE outside {mean[2]:.4f}, unmarked {mean[3]:.4f}")
    for name, folder in OTHERS.items():
        pictures = _zipped(next((DATA / folder).glob("*.zip")), 30)
        print(f"{name}: RMSE of the change {_rmse(_cleaned(pictures), pictures):.4f}")
    pages = [Image.open(path) for path in sorted((DATA / "documents/train").glob("*.png"))]
    same = np.stack([np.asarray(page.convert("RGB")) for page in pages if page.size == (540, 258)][:30])
    print(f"pages of one text: RMSE of the change {_rmse(_cleaned(same), same):.4f}")


def _photographs(size: tuple[int, int]) -> Bytes:
    with zipfile.ZipFile(DATA / "photos/photos_960.zip") as archive:
        names = sorted(name for name in archive.namelist() if name.lower().endswith((".jpg", ".png")))
        opened = [Image.open(io.BytesIO(archive.read(name))).convert("RGB") for name in names]
    return np.stack([np.asarray(_fitted(image, size)) for image in opened])


def _fitted(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    wide = min(image.width, image.height * size[0] // size[1])
    high = wide * size[1] // size[0]
    left, top = (image.width - wide) // 2, (image.height - high) // 2
    return image.resize(size, Image.Resampling.LANCZOS, (left, top, left + wide, top + high))


def _zipped(path: Path, n: int) -> Bytes:
    with zipfile.ZipFile(path) as archive:
        names = sorted(name for name in archive.namelist() if name.lower().endswith((".jpg", ".png", ".jpeg")))
        some = [names[place] for place in np.linspace(0, len(names) - 1, n).astype(int)]
        return np.stack([np.asarray(Image.open(io.BytesIO(archive.read(name))).convert("RGB")) for name in some])


def _mark(
    sheet: npt.NDArray[np.float32], size: tuple[int, int], random: np.random.Generator
) -> npt.NDArray[np.float64]:
    """The sheet at a size and place, with an opacity."""
    side = int(random.integers(size[1] // 2, size[1]))
    drawn = np.asarray(Image.fromarray(np.rint(255 * sheet).astype(np.uint8)).resize((side, side))) / 255
    opacity = np.zeros((size[1], size[0]))
    top, left = int(random.integers(size[1] - side + 1)), int(random.integers(size[0] - side + 1))
    opacity[top : top + side, left : left + side] = drawn
    return opacity * random.uniform(0.2, 0.6)


def _saved(picture: Bytes, quality: int) -> Bytes:
    if not quality:
        return picture
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


def _cleaned(pictures: Bytes) -> Bytes:
    size = pictures.shape[1], pictures.shape[2]
    remover = MarkRemover({size: layers_of(pictures, check=True)}, {size: len(pictures)})
    return np.stack([remover.clean(picture).pixels for picture in pictures])


def _rmse(a: Bytes, b: Bytes) -> float:
    return float(np.sqrt(np.square((a.astype(float) - b) / 255).mean()))


def _decibels(a: Bytes, b: Bytes) -> float:
    return float(-20 * np.log10(_rmse(a, b)))


def _sheet(number: int, pictures: list[Bytes]) -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.concatenate(pictures, axis=1)).save(OUT / f"{number}.png")


if __name__ == "__main__":
    main()
