"""What `autoencode clean --what noise|jpeg` does to photographs, against classical methods that know more.

    pip install PyWavelets bm3d
    python benchmarks/cleaning_photographs.py [noise] [jpeg] [clean]

noise       PSNR with normal noise of 0.05, 0.1 and 0.2 (white is 1, clipped, 8 bits), and of BM3D, given the noise
jpeg        PSNR of JPEG files of quality 10, 20 and 40
clean       how far clean photographs are changed: RMSE

Six photographs that come with scikit-image and scikit-learn; the models learned from others. Noise: the upper left
320 x 320 pixels of each, since BM3D is slow. Pictures before and after go to runs/cleaning/.
"""

import argparse
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from photographs import test_photographs
from PIL import Image

from autoencode.cleaning import ready_models

OUT, SIDE, MODELS = Path("runs/cleaning"), 320, ("noise", "jpeg")
Bytes = npt.NDArray[np.uint8]


def photographs(side: int | None = None) -> dict[str, Bytes]:
    """(height, width, 3) each."""
    return {name: np.ascontiguousarray(x.transpose(1, 2, 0)[:side, :side]) for name, x in test_photographs().items()}


def cleaned(what: str, picture: Bytes, *, check: bool = True) -> Bytes:
    """By a ready-made model."""
    return ready_models[what].clean(picture, check=check).pixels


def quality(a: Bytes, b: Bytes) -> float:
    """PSNR in dB."""
    return float(-10 * np.log10(np.square((a.astype(float) - b) / 255).mean()))


def noise() -> None:
    """Beside BM3D."""
    from bm3d import bm3d_rgb

    for sigma in (0.05, 0.1, 0.2):
        rows = list[tuple[float, ...]]()
        for number, (name, clean) in enumerate(photographs(SIDE).items()):
            random = np.random.default_rng(number)
            noisy = to_bytes(clean / 255 + sigma * random.normal(size=clean.shape))
            results = [noisy, to_bytes(bm3d_rgb(noisy / 255, sigma)), cleaned("noise", noisy)]
            rows.append(tuple(quality(result, clean) for result in results))
            save(f"noise-{sigma}-{name}", [noisy, results[2], clean])
        print(
            f"noise {sigma}: noisy %.2f dB, BM3D given the noise %.2f, cleaned %.2f" % tuple(np.mean(rows, 0)),
            flush=True,
        )


def jpeg() -> None:
    """Of three qualities."""
    for q in (10, 20, 40):
        rows = list[tuple[float, float]]()
        for name, clean in photographs().items():
            file = io.BytesIO()
            Image.fromarray(clean).save(file, "JPEG", quality=q)
            dirty = np.asarray(Image.open(file))
            done = cleaned("jpeg", dirty)
            rows.append((quality(dirty, clean), quality(done, clean)))
            save(f"jpeg-{q}-{name}", [dirty[:SIDE, :SIDE], done[:SIDE, :SIDE], clean[:SIDE, :SIDE]])
        print(f"JPEG of quality {q}: %.2f dB, cleaned %.2f" % tuple(np.mean(rows, 0)), flush=True)


def clean() -> None:
    """With the check that leaves a photograph as it was, and without it."""
    for what in MODELS:
        for check in (True, False):
            errors = [
                float(np.sqrt(np.square((cleaned(what, x, check=check).astype(float) - x) / 255).mean()))
                for x in photographs().values()
            ]
            print(
                f"clean photographs through {what}, check {check}: RMSE " + " ".join(f"{e:.4f}" for e in errors),
                flush=True,
            )


def to_bytes(x: npt.NDArray[np.float64]) -> Bytes:
    """From 0 to 1."""
    return np.rint(255 * np.clip(x, 0, 1)).astype(np.uint8)


def save(name: str, pictures: list[Bytes]) -> None:
    """Side by side."""
    Image.fromarray(np.concatenate(pictures, 1)).save(OUT / f"{name}.png")


PARTS: dict[str, Callable[[], None]] = {"noise": noise, "jpeg": jpeg, "clean": clean}


def main() -> None:
    """Measures what was asked for, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []])
    OUT.mkdir(parents=True, exist_ok=True)
    for part in parser.parse_args().parts or PARTS:
        PARTS[part]()


if __name__ == "__main__":
    main()
