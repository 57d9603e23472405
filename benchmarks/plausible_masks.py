"""Two annotators who differ by a rule: whether drawn masks are theirs, and doubt is where they differ.

    python benchmarks/plausible_masks.py
    python benchmarks/plausible_masks.py --picture doubt.png     and four pictures with masks and doubt

Pictures of 64 x 64 show one to three discs, each with a bright core and a dim rim, under noise. One annotator marks the
cores, the other cores and rims; who marks a picture is drawn, the second with a probability of 0.4, and nothing in the
picture says who it was. Of 1,200 pictures each has one mask; 200 test pictures, made by another seed, have both.

    energy distance   of 16 drawn masks, or of the one mask of the plain segmenter, and both true masks with their
                      probabilities: 0 is best, and 0 for draws of the two themselves but for chance
    nearest           Dice of the draws nearest to each true mask: both must be among them
    the second's      share of draws that are nearer to the second's mask: 0.4
    doubt             mean entropy in bits (of two classes the largest is 1) where annotators differ, 0.971 by the rule,
                      and where they agree, 0; and the share of all doubt that lies within a pixel of where they differ
"""

import argparse
import shutil
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from PIL import Image
from scipy import ndimage

from autoencode.data.masks.doubt import doubt
from autoencode.evaluation import generalised_energy_distance
from autoencode.evaluation.segmentation import dice
from autoencode.runs.run import Run
from autoencode.runs.segmenter import Segmenter
from autoencode.tasks import segment, train

SIDE, LEARNED, TEST, DRAWN, SECOND = 64, 1_200, 200, 16, 0.4
Pictures = tuple[np.ndarray, np.ndarray, np.ndarray]


def main() -> None:
    """Prints a line for each recipe."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=1_000)
    parser.add_argument("--widths", type=lambda text: tuple(map(int, text.split(","))), default=(8, 16, 24))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--picture", type=Path, help="where a sheet of four test pictures goes")
    options = parser.parse_args()
    pictures, first, second = made(LEARNED, options.seed)
    chosen = np.random.default_rng(options.seed + 1).random(LEARNED) < SECOND
    test = made(TEST, options.seed + 2)
    with TemporaryDirectory() as temporary:
        archive = Path(temporary) / "pictures.npz"
        masks = np.where(chosen[:, None, None], second, first).astype(np.uint8)
        np.savez(archive, images=pictures, masks=masks)
        for recipe in ("probabilistic-segmenter", "segmenter"):
            started = time.process_time()
            run = train(
                archive,
                recipe,
                out=Path(temporary) / recipe,
                steps=options.steps,
                widths=options.widths,
                seed=options.seed,
                threads=1,
                compile="never",
            )
            minutes = (time.process_time() - started) / 60
            _report(Segmenter(run), test, f"{recipe}, {minutes:.1f} processor minutes")
            if options.picture and Segmenter(run).draws:
                _show(run, test[0][:4], Path(temporary), options.picture)


def _show(run: Run, pictures: np.ndarray, folder: Path, out: Path) -> None:
    (folder / "shown").mkdir()
    for number, picture in enumerate(pictures, start=1):
        Image.fromarray(picture).save(folder / f"shown/{number}.png")
    sheet = segment(run, [folder / "shown"], folder / "masks", n=8, shown=4).sheet
    if sheet is not None:
        shutil.copyfile(sheet, out)


def made(n: int, seed: int) -> Pictures:
    """Pictures, and the masks of both annotators."""
    random = np.random.default_rng(seed)
    return tuple(np.stack(each) for each in zip(*(_one(random) for _ in range(n)), strict=True))  # pyright: ignore


def _one(random: np.random.Generator) -> Pictures:
    y, x = np.mgrid[:SIDE, :SIDE]
    core, both = np.zeros((SIDE, SIDE), bool), np.zeros((SIDE, SIDE), bool)
    for _ in range(random.integers(1, 4)):
        centre, radius, rim = random.uniform(8, SIDE - 8, 2), random.uniform(4, 9), random.uniform(2, 5)
        distance = np.hypot(x - centre[0], y - centre[1])
        core, both = core | (distance < radius), both | (distance < radius + rim)
    light = 60 + 50.0 * both + 90 * core + random.normal(0, 20, core.shape)
    return light.clip(0, 255).round().astype(np.uint8), core, both


def _report(segmenter: Segmenter, test: Pictures, name: str) -> None:
    distances, near, share, sides = list[float](), list[tuple[float, float]](), list[float](), list[list[float]]()
    for number, (picture, first, second) in enumerate(zip(*test, strict=True)):
        colour = torch.from_numpy(picture)[None]
        if segmenter.draws:
            found = segmenter.draw(colour, DRAWN, seed=number)
            drawn, unsure = list(found.masks.numpy() > 0), doubt(found.probabilities)
        else:
            probabilities = segmenter(colour)
            drawn, unsure = [segmenter.classes.decide(probabilities).numpy() > 0], doubt(probabilities)
        distances.append(generalised_energy_distance(drawn, [first] * 3 + [second] * 2))
        to = np.array([[dice(mask, true) or 0.0 for true in (first, second)] for mask in drawn])
        near.append((to[:, 0].max(), to[:, 1].max()))
        share.append(float((to[:, 1] > to[:, 0]).mean()))
        differ = second & ~first
        around = ndimage.binary_dilation(differ)
        bits = unsure.numpy()
        sides.append([bits[differ].mean(), bits[~differ].mean(), bits[around].sum() / bits.sum()])
    error = np.std(distances) / len(distances) ** 0.5
    to_first, to_second = np.mean(near, 0)
    inside, outside, within = np.mean(sides, 0)
    print(
        f"{name}: energy distance {np.mean(distances):.3f} ± {error:.3f}; nearest {to_first:.3f} and {to_second:.3f}; "
        f"the second's {np.mean(share):.3f}; doubt {inside:.3f} where they differ, {outside:.3f} elsewhere, "
        f"{100 * within:.0f} % of it within a pixel",
        flush=True,
    )


if __name__ == "__main__":
    main()
