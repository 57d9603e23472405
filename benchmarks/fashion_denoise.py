"""Fashion-MNIST with salt-and-pepper noise: two denoising autoencoders and classical filters.

    python benchmarks/fashion_denoise.py                trains both (about 20 and 8 minutes on an idle core)
    python benchmarks/fashion_denoise.py --filters      only the classical filters

A tenth of the pixels are replaced: a twentieth become black, a twentieth white. Every method gets the same corrupted
pictures, the 10,000 of the official test split with noise of seed 0, which are used only for these numbers. The
settings of the filters are those with the smallest error on 500 training images. The runs are kept in
runs/fashion-denoise/; an interrupted training continues.
"""

import argparse
import math
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy import ndimage
from skimage.restoration import denoise_nl_means

from autoencode import tasks
from autoencode.corruptions import SaltAndPepper
from autoencode.data import Batch, load
from autoencode.evaluation import Estimate
from autoencode.latent.encoding import reconstruct_examples
from autoencode.runs.run import Run

SPOIL = SaltAndPepper(0.1)
CHOSEN_ON = 500
RECIPES: dict[str, tuple[str, dict[str, Any]]] = {
    "tutorial": ("fashion-denoise", {}),
    "restorer": (
        "restorer",
        {
            "corruption": ["salt-and-pepper:0.1"],
            "widths": (32, 64),
            "epochs": 6,
            "batch_size": 64,
            "clean": 0.0,
            "augment": "none",
        },
    ),
}
Pictures = npt.NDArray[np.float32]


def main() -> None:
    """Chooses, trains, measures, prints."""
    parser = argparse.ArgumentParser(description="removes black and white pixels")
    parser.add_argument("--filters", action="store_true", help="only the classical filters")
    options = parser.parse_args()
    data = load("fashion-mnist")
    clean, corrupted = corrupted_pair(data.test.inputs(), seed=0)
    errors = {"untouched": corrupted}
    train = corrupted_pair(data.train.inputs(slice(0, CHOSEN_ON)), seed=1)
    for name, (method, grid) in FILTERS.items():
        setting = chosen(method, grid, *train)
        errors[f"{name}{f' {setting}' if len(grid) > 1 else ''}"] = method(corrupted, **setting)
    for name in () if options.filters else RECIPES:
        run = trained(name)
        tasks.report(run)
        print(history(run), flush=True)
        errors[name] = reconstruct_examples(run, torch.from_numpy(corrupted)[:, None])[:, 0].numpy()
    for name, result in errors.items():
        print(line(name, clean, result), flush=True)


def corrupted_pair(x: torch.Tensor, seed: int) -> tuple[Pictures, Pictures]:
    """Clean pictures and their corrupted copies, (n, height, width) each."""
    torch.manual_seed(seed)
    return x[:, 0].numpy(), SPOIL(Batch(x)).x[:, 0].numpy()


def trained(name: str) -> Run:
    """The model, trained here if it is not there yet."""
    recipe, options = RECIPES[name]
    path = Path("runs/fashion-denoise") / f"{name}-0"
    if not (path / "run.json").is_file():
        return tasks.train("fashion-mnist", recipe, out=path, seed=0, **options)
    run = Run(path)
    return run if run.folder.record.status == "complete" else tasks.resume(path)


def history(run: Run) -> str:
    """Squared errors on the validation split; the loss is squared error / (2 scale²) plus a constant."""
    scale, size = float(run.folder.record.arguments.get("scale", 1.0)), math.prod(run.model.data_shape)
    lines = run.folder.metrics()
    nats = {int(each.epoch): each.validation["nll"] / size for each in lines}
    mse = {epoch: 2 * scale**2 * (nll - math.log(scale * math.sqrt(2 * math.pi))) for epoch, nll in nats.items()}
    history_text = ", ".join(f"{mse[epoch]:.5f} after epoch {epoch}" for epoch in (1, 2, max(mse)))
    weights = sum(p.numel() for p in run.model.parameters())
    return f"{run.name}: validation MSE {history_text}; {lines[-1].seconds / 60:.1f} minutes, {weights:,} weights"


def line(name: str, clean: Pictures, result: Pictures) -> str:
    """The mean squared error over all pixels of all pictures, and the PSNR, each with its 95 % interval."""
    each = torch.from_numpy(np.square(np.clip(result, 0, 1) - clean).mean((1, 2)))
    mse, psnr = Estimate.of(each), Estimate.of(-10 * each.clamp_min(1e-10).log10())
    (a, b), (c, d) = mse.interval, psnr.interval
    return f"{name:<40} MSE {mse.value:.6f} ({a:.6f} to {b:.6f})  PSNR {psnr.value:.2f} dB ({c:.2f} to {d:.2f})"


def chosen(method: Callable[..., Pictures], grid: list[dict[str, Any]], clean: Pictures, corrupted: Pictures) -> Any:
    """The setting with the smallest squared error."""
    return min(grid, key=lambda setting: np.square(method(corrupted, **setting) - clean).mean())


def median(x: Pictures, size: int) -> Pictures:
    """Replaces every pixel by the median of its neighbourhood."""
    return ndimage.median_filter(x, (1, size, size))


def switching_median(x: Pictures, least: int, black: int, white: int) -> Pictures:
    """Replaces corrupted pixels by the median of the intact pixels around them.

    A black pixel with at most so many black neighbours counts as corrupted, and a white one likewise; with more it
    belongs to a black or a white area. The window grows from 3 to 7 until it has `least` intact pixels.
    """
    alike = {v: ndimage.convolve((x == v).astype(np.float32), np.ones((1, 3, 3)), mode="nearest") - 1 for v in (0, 1)}
    corrupted = ((x == 0) & (alike[0] <= black)) | ((x == 1) & (alike[1] <= white))
    result, left = x.copy(), corrupted.copy()
    for reach in (1, 2, 3):
        places = np.nonzero(left)
        middle, count = median_of_intact(np.where(corrupted, np.nan, x), places, reach)
        result[places] = np.where(count >= least, middle, x[places])
        left[places] = count < least
    return result


def median_of_intact(sound: Pictures, places: tuple[npt.NDArray[np.int64], ...], reach: int) -> tuple[Any, Any]:
    """The median of the values that are not NaN in the window around each pixel, and their number."""
    padded = np.pad(sound, ((0, 0), (reach, reach), (reach, reach)), constant_values=np.nan)
    number, row, column = places
    steps = range(2 * reach + 1)
    around = np.stack([padded[number, row + i, column + j] for i, j in product(steps, repeat=2)], 1)
    around.sort(1)  # NaN last
    count = (~np.isnan(around)).sum(1)
    low, high = ((np.maximum(count, 1) - 1) // 2)[:, None], (np.maximum(count, 1) // 2)[:, None]
    return (np.take_along_axis(around, low, 1) + np.take_along_axis(around, high, 1))[:, 0] / 2, count


def adaptive_median(x: Pictures, largest: int) -> Pictures:
    """Hwang and Haddad: the window grows until its median is no extreme; pixels that are no extremes are kept."""
    result, open_ = x.copy(), np.ones(x.shape, bool)
    for side in range(3, largest + 1, 2):
        size = (1, side, side)
        low, middle, high = (
            f(x, size) for f in (ndimage.minimum_filter, ndimage.median_filter, ndimage.maximum_filter)
        )
        sound = open_ & (low < middle) & (middle < high)
        replaced = sound & ~((low < x) & (x < high))
        result[replaced] = middle[replaced]
        open_ &= ~sound
    return result


def non_local_means(x: Pictures, h: float, patch_size: int, patch_distance: int) -> Pictures:
    """scikit-image's, one picture at a time."""
    how = {"h": h, "patch_size": patch_size, "patch_distance": patch_distance, "fast_mode": True}
    return np.stack([denoise_nl_means(picture, **how) for picture in x]).astype(np.float32)


def grid(**values: list[Any]) -> list[dict[str, Any]]:
    """Every combination."""
    return [dict(zip(values, each, strict=True)) for each in product(*values.values())]


FILTERS: dict[str, tuple[Callable[..., Pictures], list[dict[str, Any]]]] = {
    "median": (median, grid(size=[3, 5])),
    "adaptive median": (adaptive_median, grid(largest=[3, 5, 7])),
    "switching median": (switching_median, grid(least=[1, 3], black=[1, 2, 3], white=[3, 4, 8])),
    "non-local means": (
        non_local_means,
        grid(h=[0.15, 0.2, 0.25], patch_size=[3, 5], patch_distance=[5]),
    ),
}


if __name__ == "__main__":
    main()
