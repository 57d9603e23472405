"""How near the masks of the segmenter are to true ones, in pictures that nothing was chosen by.

    python benchmarks/segmentation.py lungs X-RAYS.npz                       all masks of 566 X-rays
    python benchmarks/segmentation.py lungs X-RAYS.npz --masks 30            30 masks in all
    python benchmarks/segmentation.py unlabelled X-RAYS.npz [--masks 30]     what pictures without masks add
    python benchmarks/segmentation.py nuclei PICTURES/ LABELS/               pictures with numbered nuclei

Dice is averaged over the test pictures (113 X-rays, 60 pictures of nuclei). One mask for all, and for nuclei Otsu's
threshold, are measured on the same pictures.
"""

import argparse
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from PIL import Image

from autoencode.data import load
from autoencode.data.masks.mask_classes import MaskKind
from autoencode.data.masks.mask_files import read_mask_values
from autoencode.data.masks.objects import connected
from autoencode.evaluation.segmentation import dice
from autoencode.runs.run import Run
from autoencode.tasks import evaluate, segment, train

TEST_XRAYS, TEST_NUCLEI = 113, 60
PRETRAINING: dict[str, Any] = {"recipe": "restorer", "corruption": ("gaussian:0.2",)}


def main() -> None:
    """Prints a line for each training."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", choices=("lungs", "unlabelled", "nuclei"))
    parser.add_argument("data", nargs="+", type=Path)
    parser.add_argument("--masks", type=int, help="in all, for learning and for choosing the epoch")
    parser.add_argument("--steps", type=int, default=2_500)
    parser.add_argument("--widths", type=lambda text: tuple(map(int, text.split(","))), default=(32, 48, 64, 96))
    parser.add_argument("--augment", help="in place of the recipe's")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="a new folder that keeps runs and masks")
    options = parser.parse_args()
    with TemporaryDirectory() as temporary:
        folder = options.out or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        {"lungs": lungs, "unlabelled": unlabelled, "nuclei": nuclei}[options.what](options, folder)


def lungs(options: argparse.Namespace, folder: Path) -> None:
    """X-rays of one size, as they are."""
    started, run = time.process_time(), _lungs(options, folder / "run", options.masks, options.steps)
    _report(run, f"{options.masks or 'all'} masks", time.process_time() - started)


def _lungs(options: argparse.Namespace, out: Path, masks: int | None, steps: int, **more: Any) -> Run:
    held_out: dict[str, Any] = {"test": TEST_XRAYS, "validation": 57}
    if masks:
        held_out |= {"validation": masks // 5, "limit": masks - masks // 5}
    if options.augment:
        more["augment"] = options.augment
    own: dict[str, Any] = {"out": out, "steps": steps, "seed": options.seed, "widths": options.widths}
    return train(options.data[0], "segmenter", **own, **held_out, **more)


def unlabelled(options: argparse.Namespace, folder: Path) -> None:
    """The network first learns to denoise all pictures but those of the test part, and then masks of a few."""
    archive = np.load(options.data[0])
    data = load(options.data[0], target_is="masks", test=TEST_XRAYS, validation=57)
    seen = np.concatenate([data.split.train.numpy(), data.split.validation.numpy()])
    np.savez(folder / "pictures.npz", images=archive["images"][seen])
    started = time.process_time()
    first = train(
        folder / "pictures.npz", out=folder / "first", steps=options.steps, widths=options.widths, **PRETRAINING
    )
    print(f"first: {len(seen):,} pictures, {options.steps:,} steps, {time.process_time() - started:.0f} s", flush=True)
    for masks in (options.masks,) if options.masks else (10, 30, 100):
        for name, begin in (("masks alone", {}), ("and pictures", {"init_from": first.path})):
            started = time.process_time()
            run = _lungs(options, folder / f"{masks}-{len(begin)}", masks, options.steps, **begin)
            _report(run, f"{masks} {name}", time.process_time() - started)


def _report(run: Run, name: str, seconds: float) -> None:
    validation, quality = (evaluate(run, split).segmentation for split in ("validation", "test"))
    if quality is None or validation is None:
        raise SystemExit("no masks")
    usual = "" if quality.baseline_dice is None else f", one mask for all {quality.baseline_dice.value:.3f}"
    print(
        f"{name}: Dice {quality.mean_dice} (validation {validation.mean_dice}){usual}; accuracy {quality.accuracy}; "
        f"{quality.count} areas of {quality.true_count}; {seconds / 60:.1f} processor minutes",
        flush=True,
    )


def nuclei(options: argparse.Namespace, folder: Path) -> None:
    """Pictures of several sizes, in patches; measured at full size, and nuclei counted one by one."""
    pictures, labels = options.data
    started = time.process_time()
    run = train(
        pictures,
        "segmenter",
        target=labels,
        out=folder / "run",
        steps=options.steps,
        seed=options.seed,
        test=TEST_NUCLEI,
        validation=20,
        widths=options.widths,
        augment=options.augment or "rotate,intensity",
    )
    seconds = time.process_time() - started
    names = sorted(set(run.data.names("test")))
    test, true = folder / "test", folder / "true"
    for place in (test, true):
        place.mkdir()
    for name in names:
        (test / name).write_bytes((pictures / name).read_bytes())
        (true / name).write_bytes((labels / name).read_bytes())
    for ensemble in (False, True):
        q = segment(run, [test], folder / "masks", truth=true, ensemble=ensemble).quality
        if q is None:
            raise SystemExit("no masks")
        print(
            f"nuclei{', ensemble' * ensemble}: Dice {q.mean_dice} on {len(names)} pictures, {q.count:,} of "
            f"{q.true_count:,} counted, off by {100 * (q.count_error or 0):.1f} %; {seconds / 60:.1f} minutes",
            flush=True,
        )
    _print_otsu(test, true, names)


def _print_otsu(test: Path, true: Path, names: list[str]) -> None:
    from skimage.filters import threshold_otsu

    values, off, there = list[float](), 0, 0
    for name in names:
        grey = np.asarray(Image.open(test / name).convert("L"))
        numbers = read_mask_values(true / name, MaskKind.LABELS)
        found = grey > threshold_otsu(grey)
        values.append(dice(found, numbers > 0) or 0.0)
        count = len(np.unique(numbers[numbers > 0]))
        off, there = off + abs(connected(found, max(1, found.size // 5_000)).count - count), there + count
    print(f"Otsu's threshold: Dice {np.mean(values):.4f}, connected areas off by {100 * off / there:.1f} %")


if __name__ == "__main__":
    main()
