"""How small the ready-made models make photographs, beside PNG, WebP and JPEG XL, and how fast.

    python benchmarks/photograph_compression.py FOLDER [--size 768x512]
    python benchmarks/photograph_compression.py FOLDER --lossy       beside JPEG, at equal PSNR and MS-SSIM of colours

Every picture is decoded and compared. JPEG XL is measured where pillow-jxl-plugin is installed; autoencode does not
need it. Seconds are those of one core (OMP_NUM_THREADS=1).
"""

import argparse
import io
import time
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import correlate1d

from autoencode.compression.other_formats import has_jpeg_xl
from autoencode.compression.photographs.lossless import load_models
from autoencode.compression.photographs.lossy import LossyCodec, load_contexts

_OTHERS: dict[str, tuple[str, dict[str, object]]] = {
    "PNG, optimised": ("PNG", {"optimize": True}),
    "WebP, lossless": ("WEBP", {"lossless": True}),
    "JPEG XL, effort 3": ("JXL", {"lossless": True, "effort": 3}),
    "JPEG XL, effort 7": ("JXL", {"lossless": True, "effort": 7}),
}
_RANGES = {"PSNR": (27.0, 36.0), "MS-SSIM": (10.0, 20.0)}
"""In decibels; of MS-SSIM, −10 log₁₀(1 − it)."""
_SCALE_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


def main() -> None:
    """Prints a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", help="scale pictures to WIDTHxHEIGHT first")
    parser.add_argument("--lossy", action="store_true")
    options = parser.parse_args()
    pictures = [Image.open(file).convert("RGB") for file in sorted(options.folder.iterdir()) if file.is_file()]
    if options.size:
        width, height = map(int, options.size.split("x"))
        pictures = [picture.resize((width, height), Image.Resampling.LANCZOS) for picture in pictures]
    values = sum(3 * picture.width * picture.height for picture in pictures)
    print(f"{len(pictures)} pictures, {values:,} values")
    if options.lossy:
        _compare_with_jpeg(pictures)
        return
    for name, (form, settings) in _OTHERS.items():
        if form != "JXL" or has_jpeg_xl():
            print(
                f"{name:20} {8 * sum(_size(picture, form, settings) for picture in pictures) / values:.4f} bits a value"
            )
    models = load_models()
    for name, codec in (("--fast", models.fast), ("--small", models.small)):
        size, encoding, decoding = 0, 0.0, 0.0
        for picture in pictures:
            pixels, started = np.asarray(picture), time.process_time()
            payload = codec.encode([pixels])
            encoded = time.process_time()
            if not np.array_equal(codec.decode(payload, [pixels.shape])[0], pixels):
                raise SystemExit("what came back is not what was compressed")
            size, encoding = size + len(payload), encoding + encoded - started
            decoding += time.process_time() - encoded
        speeds = " and ".join(f"{values / 1e6 / seconds:.1f}" for seconds in (encoding, decoding))
        print(f"{name:20} {8 * size / values:.4f} bits a value, {speeds} MB/s", flush=True)


def _compare_with_jpeg(pictures: list[Image.Image]) -> None:
    """Bytes at equal PSNR and at equal MS-SSIM, averaged over the range of 27 to 36 and 10 to 20 dB that both reach."""
    averages: dict[str, list[float]] = {name: [] for name in _RANGES}
    for picture in pictures:
        jpeg = [_jpeg(picture, quality) for quality in (3, 5, 8, 12, 18, 26, 36, 48, 60, 72, 82, 90, 94)]
        own = [_own(np.asarray(picture), quality) for quality in range(6, 70, 10)]
        line = list[str]()
        for number, (name, (least, most)) in enumerate(_RANGES.items()):
            curves = [
                PchipInterpolator(*zip(*sorted({point[number]: point[-1] for point in found}.items()), strict=True))
                for found in (jpeg, own)
            ]
            low, high = (choose(curve.x[end] for curve in curves) for choose, end in ((max, 0), (min, -1)))
            at = np.linspace(max(least, low), min(most, high), 200)
            ratio = curves[1](at) - curves[0](at)
            averages[name].append(100 * (np.exp(ratio.mean()) - 1))
            line.append(
                f"{name} {averages[name][-1]:+.1f} %, {100 * (np.exp(ratio.max()) - 1):+.1f} % where it is least"
            )
        print("; ".join(line), flush=True)
    for name, found in averages.items():
        print(f"{name}: {np.mean(found):+.1f} % on average of all")


def _jpeg(picture: Image.Image, quality: int) -> tuple[float, float, float]:
    written, pixels = io.BytesIO(), np.asarray(picture)
    picture.save(written, "JPEG", quality=quality, subsampling="4:2:0", optimize=True)
    back = np.asarray(Image.open(written))
    return _psnr(pixels, back), _ms_ssim_decibels(pixels, back), float(np.log(written.tell()))


def _own(pixels: np.ndarray, quality: int) -> tuple[float, float, float]:
    codec = LossyCodec(load_contexts()[0], load_models().fast, quality)
    payload = codec.encode([pixels])
    back = codec.decode(payload, [pixels.shape])[0]
    return _psnr(pixels, back), _ms_ssim_decibels(pixels, back), float(np.log(len(payload)))


def _ms_ssim_decibels(x: np.ndarray, y: np.ndarray) -> float:
    return float(-10 * np.log10(1 - np.mean([ms_ssim(x[..., channel], y[..., channel]) for channel in range(3)])))


def ms_ssim(x: np.ndarray, y: np.ndarray) -> float:
    """Multi-scale structural similarity of two grey pictures in 0 to 255, of at least 161 rows and columns.

    As pytorch-msssim 1.0.0 computes it.

    References:
        Wang, Simoncelli and Bovik, "Multi-scale structural similarity for image quality assessment", Asilomar, 2003.
    """
    a, b, result = x.astype(np.float64), y.astype(np.float64), 1.0
    for number, weight in enumerate(_SCALE_WEIGHTS):
        structure, whole = _similarity(a, b)
        result *= max(whole if number == len(_SCALE_WEIGHTS) - 1 else structure, 0.0) ** weight
        a, b = _halved(a), _halved(b)
    return result


def _similarity(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Contrast and structure, and with luminance, in windows that lie in the picture."""
    mean_x, mean_y, square_x, square_y, product = (_blurred(part) for part in (x, y, x * x, y * y, x * y))
    first, second = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    structure = (2 * (product - mean_x * mean_y) + second) / (square_x - mean_x**2 + square_y - mean_y**2 + second)
    luminance = (2 * mean_x * mean_y + first) / (mean_x**2 + mean_y**2 + first)
    return float(structure.mean()), float((luminance * structure).mean())


def _blurred(x: np.ndarray) -> np.ndarray:
    weights = np.exp(-((np.arange(11) - 5) ** 2) / (2 * 1.5**2))
    weights /= weights.sum()
    return correlate1d(correlate1d(x, weights, 0), weights, 1)[5:-5, 5:-5]


def _halved(x: np.ndarray) -> np.ndarray:
    """Means of 2x2; before an odd side, zeros are put, as pytorch-msssim does."""
    padded = np.pad(x, [(side % 2, side % 2) for side in x.shape])
    rows, columns = (side // 2 for side in padded.shape)
    return padded[: 2 * rows, : 2 * columns].reshape(rows, 2, columns, 2).mean((1, 3))


def _psnr(x: np.ndarray, y: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / ((x.astype(np.float64) - y) ** 2).mean()))


def _size(picture: Image.Image, form: str, settings: dict[str, object]) -> int:
    written = io.BytesIO()
    picture.save(written, form, **settings)
    return written.tell()


if __name__ == "__main__":
    main()
