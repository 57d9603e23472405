"""A volume restored from noise by a model of itself, beside non-local means.

    python benchmarks/volume_noise.py mni_icbm152_t1_tal_nlin_sym_09a_converted.nii.gz      (in nilearn's wheel)

The average brain, every second voxel (2 mm), gets normal noise of a tenth of its range. `self-restorer` learns from
the noisy volume alone, and `autoencode restore` writes the result; so does `video-self-restorer --frames 3
--blind-spots false`, which sees the slices before and behind each one. Non-local means of scikit-image is given the
true level of the noise, in slices and in three dimensions, with its fast mode and patches of 5, at distances of 6 in
slices and of 4 in three dimensions, h of 0.6, 0.8 and 1.0 times the noise; the best h, which the clean volume
chooses, is printed.
PSNR over all voxels, of the range of the clean volume, and over those of the head (above a tenth of it).
"""

import argparse
import math
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nibabel
import numpy as np
from skimage.restoration import denoise_nl_means

from autoencode.tasks import restore, train

NOISE = 0.1
WAYS: dict[str, dict[str, Any]] = {
    "self-restorer": {},
    "video-self-restorer": {"frames": 3, "blind_spots": False, "batch_size": 8},
}


def main() -> None:
    """Prints a line for each way."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("volume", type=Path)
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--widths", type=lambda text: tuple(map(int, text.split(","))), default=(16, 32))
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    image = nibabel.load(options.volume).slicer[::2, ::2, ::2]
    clean = image.get_fdata(dtype=np.float32)
    clean = clean / clean.max()
    noisy = clean + NOISE * np.random.default_rng(options.seed).standard_normal(clean.shape, np.float32)
    _print("noisy", noisy, clean)
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        nibabel.Nifti1Image(noisy, image.affine).to_filename(folder / "noisy.nii.gz")
        settings = {name: getattr(options, name) for name in ("steps", "widths", "seed")}
        for recipe, own in WAYS.items():
            started = time.process_time()
            restored = _restored(folder, recipe, {**own, **settings}, image.affine)
            minutes = (time.process_time() - started) / 60
            _print(f"{recipe}, {minutes:.1f} processor minutes", restored, clean)
    for name, dimensions in (("in slices", 2), ("in three dimensions", 3)):
        started = time.process_time()
        tried = {h: _means(noisy, h, dimensions) for h in (0.6, 0.8, 1.0)}
        best = max(tried, key=lambda h: _psnr(tried[h], clean))
        minutes = (time.process_time() - started) / 3 / 60
        _print(f"non-local means {name}, h of {best} times the noise, {minutes:.1f} minutes", tried[best], clean)


def _restored(folder: Path, recipe: str, options: dict[str, Any], affine: np.ndarray) -> np.ndarray:
    """The noisy volume, restored by a model of itself."""
    run = train(folder / "noisy.nii.gz", recipe, out=folder / recipe, threads=1, compile="never", **options)
    back = nibabel.load(restore(run, [folder / "noisy.nii.gz"], folder / f"{recipe}-clean").files[0])
    if not np.allclose(back.affine, affine):
        raise SystemExit("the places changed")
    return back.get_fdata(dtype=np.float32)


def _means(noisy: np.ndarray, h: float, dimensions: int) -> np.ndarray:
    own = {"patch_size": 5, "patch_distance": 6 if dimensions == 2 else 4, "h": h * NOISE, "sigma": NOISE}
    if dimensions == 3:
        return denoise_nl_means(noisy, fast_mode=True, **own)
    return np.stack([denoise_nl_means(one, fast_mode=True, **own) for one in noisy.transpose(2, 0, 1)], -1)


def _psnr(found: np.ndarray, clean: np.ndarray, where: np.ndarray | None = None) -> float:
    squares = np.square(found - clean, dtype=np.float64)
    return -10 * math.log10(float(squares.mean() if where is None else squares[where].mean()))


def _print(name: str, found: np.ndarray, clean: np.ndarray) -> None:
    print(f"{name}: {_psnr(found, clean):.2f} dB, of the head {_psnr(found, clean, clean > 0.1):.2f} dB", flush=True)


if __name__ == "__main__":
    main()
