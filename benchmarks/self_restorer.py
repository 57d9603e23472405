"""Noise removed from photographs: by models trained on clean or on noisy photographs, and by classical filters.

    python benchmarks/self_restorer.py                 trains both (5 minutes each on one thread), measures, prints
    python benchmarks/self_restorer.py --steps 5000    longer trainings

Six photographs with normal noise of standard deviation 0.1 (white is 1, clipped at black and white, 8 bits).
`self-restorer` is trained on these six noisy pictures alone; `restorer` on other photographs with noise of 0.02 to 0.2,
so that it does not know the noise level. Non-local means estimates the noise level; BM3D is given it. Both need further
packages: pip install PyWavelets bm3d. The noisy pictures, the results and the runs are in runs/self-restorer/; an
interrupted training continues.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from bm3d import bm3d_rgb
from photographs import Picture, test_photographs, training_folder
from PIL import Image
from skimage.restoration import denoise_nl_means, estimate_sigma

from autoencode import tasks
from autoencode.corruptions import Gaussian
from autoencode.data import Batch
from autoencode.evaluation import Estimate
from autoencode.evaluation.quality import PictureQuality, picture_quality
from autoencode.runs.run import Run
from autoencode.tasks import Restorer
from autoencode.views.figures import before_after, crop, save_figure

PLACE = Path("runs/self-restorer")
NOISE = 0.1
OPTIONS: dict[str, dict[str, Any]] = {
    "self-restorer": {},
    "restorer": {
        "patch": 96,
        "validation": 3,
        "test": 1,
        "corruption": ("gaussian:0.02..0.2",),
        "widths": (32, 64, 128),
    },
}


def main() -> None:
    """Adds noise, trains, restores, prints."""
    parser = argparse.ArgumentParser(description="removes noise")
    parser.add_argument("--steps", type=int, default=2000, help="of each training")
    options = parser.parse_args()
    clean, noisy = test_photographs(), made_noisy()
    methods: dict[str, Callable[[Picture], Picture]] = {
        "noisy": lambda picture: picture,
        "non-local means": non_local_means,
        "BM3D, with the true noise level": bm3d,
        **{
            f"{name}{', ensemble' if ensemble else ''}": through(trained(name, options.steps), ensemble=ensemble)
            for name in OPTIONS
            for ensemble in (False, True)
        },
    }
    for name, method in methods.items():
        results = {photograph: method(picture) for photograph, picture in noisy.items()}
        print(line(name, [picture_quality(clean[each], results[each]) for each in clean]), flush=True)
        for photograph, result in results.items():
            Image.fromarray(result.transpose(1, 2, 0)).save(PLACE / f"{photograph}, {name}.png")
        if name.partition(",")[0] in OPTIONS:
            shown = [crop(noisy[each], results[each], each, side=300) for each in clean]
            save_figure(PLACE / f"sheet {name}.png", before_after(shown))


def made_noisy() -> dict[str, Picture]:
    """The test photographs with noise, the same every time; also as files for training."""
    torch.manual_seed(0)
    (PLACE / "noisy").mkdir(parents=True, exist_ok=True)
    noisy: dict[str, Picture] = {}
    for name, picture in test_photographs().items():
        x = Gaussian(NOISE)(Batch(torch.from_numpy(picture)[None] / 255)).x[0]
        noisy[name] = (x.clamp(0, 1) * 255).round().to(torch.uint8).numpy()
        Image.fromarray(noisy[name].transpose(1, 2, 0)).save(PLACE / "noisy" / f"{name}.png")
    return noisy


def trained(name: str, steps: int) -> Run:
    """The model, trained if it is missing."""
    path = PLACE / name
    if (path / "run.json").is_file():
        run = Run(path)
        return run if run.folder.record.status == "complete" else tasks.resume(path)
    source = PLACE / "noisy" if name == "self-restorer" else training_folder()
    return tasks.train(source, name, out=path, steps=steps, **OPTIONS[name])


def through(run: Run, *, ensemble: bool) -> Callable[[Picture], Picture]:
    """A model as a function of pictures."""
    last, restorer = run.folder.metrics()[-1], Restorer(run, ensemble=ensemble)
    print(f"{run.name}: {last.seconds / 60:.1f} minutes, {last.step:,} steps")
    return lambda picture: restorer(torch.from_numpy(picture)).numpy()


def non_local_means(picture: Picture) -> Picture:
    """scikit-image's, with the settings of its own example; the noise level is estimated."""
    x = picture.transpose(1, 2, 0) / 255
    sigma = float(np.mean(estimate_sigma(x, channel_axis=-1)))
    y = denoise_nl_means(
        x, h=0.6 * sigma, sigma=sigma, patch_size=5, patch_distance=6, fast_mode=False, channel_axis=-1
    )
    return as_bytes(y)


def bm3d(picture: Picture) -> Picture:
    """Its authors' program, with the true noise level."""
    return as_bytes(bm3d_rgb(picture.transpose(1, 2, 0) / 255, NOISE))


def as_bytes(x: np.ndarray) -> Picture:
    """(height, width, 3) in 0 to 1 as (3, height, width) in 8 bits."""
    return (np.clip(x, 0, 1) * 255).round().astype(np.uint8).transpose(2, 0, 1)


def line(name: str, qualities: list[PictureQuality]) -> str:
    """The means over photographs with their 95 % intervals."""
    psnr, ssim = (Estimate.of(torch.tensor([getattr(q, what) for q in qualities])) for what in ("psnr", "ssim"))
    (a, b), (c, d) = psnr.interval, ssim.interval
    return f"{name:<31} PSNR {psnr.value:.2f} dB ({a:.2f} to {b:.2f})  SSIM {ssim.value:.3f} ({c:.3f} to {d:.3f})"


if __name__ == "__main__":
    main()
