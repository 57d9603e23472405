"""A translucent logo or text removed from photographs, compared with inpainting that knows where the mark is.

    python benchmarks/watermark.py                   trains (about 15 minutes on two cores), measures, writes sheets
    python benchmarks/watermark.py --steps 10000     a longer training

In training, a logo (drawn here) lies over every second picture, and one of twelve texts over two of three, with a
random place, size, angle and opacity (0.2 to 0.6); one picture in six has no mark. The test split is six other
photographs, each with eight marks: four times the logo, and four texts that are not in training. They are used only for
these numbers, and are scaled down to 384 pixels, so that the size of marks relative to the picture is that relative to
the training patches of 256 pixels. The run and the sheets are in runs/watermark/; an interrupted training continues.
"""

import argparse
import math
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from photographs import Picture, test_photographs, training_folder
from PIL import Image, ImageDraw

from autoencode import tasks
from autoencode.corruptions import Watermark
from autoencode.data import Batch
from autoencode.evaluation import Estimate
from autoencode.runs.run import Run
from autoencode.tasks import Restorer
from autoencode.views.figures import before_after, crop, save_figure

PLACE = Path("runs/watermark")
OPACITY = "0.2..0.6"
SIDE = 384
TEXTS = ("SAMPLE", "© Anna Berg", "preview", "DRAFT 2024", "photo-market", "Do not copy", "J. Kowalski", "PROOF")
TEXTS += ("my holidays", "www.bilder.example", "#Quiz 1357", "© 1998 FOX & YVES")
UNSEEN = ("© Maria Lind", "COPYRIGHT", "stock 4860", "Review only")


def main() -> None:
    """Trains, marks, restores, prints."""
    parser = argparse.ArgumentParser(description="removes watermarks")
    parser.add_argument("--steps", type=int, default=3000, help="of training")
    options = parser.parse_args()
    run = trained(options.steps)
    restorer = Restorer(run)
    print(f"{run.folder.metrics()[-1].seconds / 60:.1f} minutes of training, {run.folder.metrics()[-1].step} steps")
    photographs = {name: smaller(picture) for name, picture in test_photographs().items()}
    marked = {
        (name, mark): marked_with(name, picture, mark) for name, picture in photographs.items() for mark in range(8)
    }
    results = {"untouched": {key: corrupted for key, (corrupted, _) in marked.items()}}
    results["inpainting"] = {key: inpainted(*both) for key, both in marked.items()}
    results["restorer"] = {key: restored(restorer, corrupted) for key, (corrupted, _) in marked.items()}
    for kind, marks in {"logo": range(4), "unseen text": range(4, 8)}.items():
        for title, pictures in results.items():
            print(line(f"{kind}: {title}", photographs, {k: v for k, v in pictures.items() if k[1] in marks}, marked))
    clean = {name: restored(restorer, picture) for name, picture in photographs.items()}
    for name, picture in photographs.items():
        change = np.abs(clean[name].astype(float) - picture)
        rmse = math.sqrt(np.square(change / 255).mean())
        print(
            f"clean {name}: RMSE {rmse:.5f}, PSNR {-20 * math.log10(rmse):.1f} dB, largest change {change.max():.0f} "
            f"of 255, {100 * (change > 2).mean():.2f} % of values by more than 2"
        )
    for mark in range(8):
        shown = [(results["untouched"][name, mark], results["restorer"][name, mark], name) for name in photographs]
        save_figure(PLACE / f"sheet-{mark}.png", before_after([crop(*each, side=640) for each in shown]))


def trained(steps: int) -> Run:
    """The model, trained if it is missing."""
    path = PLACE / "run"
    if (path / "run.json").is_file():
        run = Run(path)
        return run if run.folder.record.status == "complete" else tasks.resume(path)
    folder = training_folder()
    logo = drawn_logo()
    texts = [f'watermark:"{text}":{OPACITY}' for text in TEXTS]
    return tasks.train(
        folder,
        "restorer",
        out=path,
        corruption=(f"watermark:{logo}:{OPACITY} | none", " | ".join([*texts, *["none"] * 6])),
        patch=256,
        validation=3,
        test=1,
        widths=(16, 32, 64, 128, 128),
        batch_size=4,
        augment="none",
        steps=steps,
    )


def drawn_logo() -> Path:
    """A ring, a leaf and a word, white and orange on a transparent background."""
    path, size = PLACE / "logo.png", 4 * 400
    picture = Image.new("RGBA", (size, size * 5 // 8), (255, 255, 255, 0))
    draw, white, orange = ImageDraw.Draw(picture), (255, 255, 255, 255), (245, 150, 40, 255)
    draw.ellipse((60, 60, 940, 940), outline=white, width=70)
    draw.pieslice((240, 200, 900, 860), 180, 270, fill=orange)
    draw.pieslice((-90, 200, 570, 860), 0, 90, fill=white)
    draw.polygon([(1010, 900), (1150, 100), (1240, 100), (1100, 900)], fill=orange)
    for number in range(3):
        draw.rounded_rectangle((1270, 150 + 270 * number, 1560 - 70 * number, 290 + 270 * number), 70, fill=white)
    PLACE.mkdir(parents=True, exist_ok=True)
    picture.resize((400, 250), Image.Resampling.LANCZOS).save(path)
    return path


def smaller(picture: Picture) -> Picture:
    """Scaled down to `SIDE`."""
    sheet = Image.fromarray(picture.transpose(1, 2, 0))
    sheet.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    return np.ascontiguousarray(np.asarray(sheet).transpose(2, 0, 1))


def marked_with(name: str, picture: Picture, number: int) -> tuple[Picture, Picture]:
    """A test photograph with a mark, and the pixels of the mark: those where it changes black, grey or white."""
    mark = str(PLACE / "logo.png") if number < 4 else f'"{UNSEEN[number - 4]}"'
    torch.manual_seed(1000 * sum(map(ord, name)) + number)
    state = torch.get_rng_state()
    spoil = Watermark((0.2, 0.6), mark)
    corrupted = as_bytes(spoil(Batch(torch.from_numpy(picture)[None] / 255)).x[0])
    shapes = [
        np.abs(corrupt_with(state, mark, picture, value).astype(int) - value).max(0) > 2 for value in (0, 128, 255)
    ]
    return corrupted, np.logical_or.reduce(shapes)


def corrupt_with(state: torch.Tensor, mark: str, picture: Picture, value: int) -> Picture:
    """The same mark at the same place over a uniform picture."""
    torch.set_rng_state(state)
    return as_bytes(Watermark((0.2, 0.6), mark)(Batch(torch.full((1, *picture.shape), value / 255))).x[0])


def as_bytes(x: torch.Tensor) -> Picture:
    """8 bits."""
    return (x.clamp(0, 1) * 255).round().to(torch.uint8).numpy()


def restored(restorer: Restorer, picture: Picture) -> Picture:
    """The output of the model."""
    return restorer(torch.from_numpy(picture)).numpy()


def inpainted(picture: Picture, where: Picture) -> Picture:
    """OpenCV's (Telea 2004), with the mask of the mark."""
    sheet = np.ascontiguousarray(picture.transpose(1, 2, 0))
    return cv2.inpaint(sheet, where.astype(np.uint8), 3, cv2.INPAINT_TELEA).transpose(2, 0, 1)


def line(title: str, clean: dict[str, Picture], results: dict, marked: dict) -> str:
    """PSNR over the whole pictures and over the marked pixels: the mean over photographs and its 95 % interval."""
    whole, inside = [], []
    for name, picture in clean.items():
        keys = [key for key in results if key[0] == name]
        squares = [np.square((results[key].astype(float) - picture) / 255).mean(0) for key in keys]
        whole.append(np.mean([psnr(square) for square in squares]))
        inside.append(np.mean([psnr(square[marked[key][1]]) for key, square in zip(keys, squares, strict=True)]))
    return f"{title:<28} PSNR {with_interval(whole)}   at the marked pixels {with_interval(inside)}"


def psnr(squares: np.ndarray) -> float:
    """In dB; at most 99."""
    return min(99.0, -10 * math.log10(max(squares.mean(), 1e-12)))


def with_interval(values: Sequence[float]) -> str:
    """A mean and its 95 % interval."""
    estimate = Estimate.of(torch.tensor(values))
    low, high = estimate.interval
    return f"{estimate.value:.2f} dB ({low:.2f} to {high:.2f})"


if __name__ == "__main__":
    main()
