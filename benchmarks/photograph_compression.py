"""How small the ready-made models make photographs, beside PNG, WebP and JPEG XL, and how fast.

    python benchmarks/photograph_compression.py FOLDER [--size 768x512]
    python benchmarks/photograph_compression.py FOLDER --lossy            beside JPEG, at equal PSNR of colours

Every picture is decoded and compared. JPEG XL is measured where pillow-jxl-plugin is installed; autoencode does not
need it. Seconds are those of one core (OMP_NUM_THREADS=1).
"""

import argparse
import importlib
import io
import time
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.interpolate import PchipInterpolator

from autoencode.compression.photographs.lossless import load_models
from autoencode.compression.photographs.lossy import LossyCodec, load_contexts

_OTHERS: dict[str, tuple[str, dict[str, object]]] = {
    "PNG, optimised": ("PNG", {"optimize": True}),
    "WebP, lossless": ("WEBP", {"lossless": True}),
    "JPEG XL, effort 3": ("JXL", {"lossless": True, "effort": 3}),
    "JPEG XL, effort 7": ("JXL", {"lossless": True, "effort": 7}),
}


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
        if form != "JXL" or _has_jpeg_xl():
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
    """Bytes at equal PSNR, averaged over the range that both reach of 27 to 36 dB."""
    averages = list[float]()
    for picture in pictures:
        jpeg = [_jpeg(picture, quality) for quality in (3, 5, 8, 12, 18, 26, 36, 48, 60, 72, 82, 90, 94)]
        own = [_own(np.asarray(picture), quality) for quality in range(6, 70, 10)]
        curves = [PchipInterpolator(*zip(*sorted(dict(found).items()), strict=True)) for found in (jpeg, own)]
        low, high = (choose(curve.x[end] for curve in curves) for choose, end in ((max, 0), (min, -1)))
        at = np.linspace(max(27.0, low), min(36.0, high), 200)
        ratio = curves[1](at) - curves[0](at)
        averages.append(100 * (np.exp(ratio.mean()) - 1))
        print(
            f"{averages[-1]:+.1f} % on average, {100 * (np.exp(ratio.max()) - 1):+.1f} % where it is least", flush=True
        )
    print(f"{np.mean(averages):+.1f} % on average of all")


def _jpeg(picture: Image.Image, quality: int) -> tuple[float, float]:
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=quality, subsampling="4:2:0", optimize=True)
    return _psnr(np.asarray(picture), np.asarray(Image.open(written))), float(np.log(written.tell()))


def _own(pixels: np.ndarray, quality: int) -> tuple[float, float]:
    codec = LossyCodec(load_contexts()[0], load_models().fast, quality)
    payload = codec.encode([pixels])
    return _psnr(pixels, codec.decode(payload, [pixels.shape])[0]), float(np.log(len(payload)))


def _psnr(x: np.ndarray, y: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / ((x.astype(np.float64) - y) ** 2).mean()))


def _size(picture: Image.Image, form: str, settings: dict[str, object]) -> int:
    written = io.BytesIO()
    picture.save(written, form, **settings)
    return written.tell()


def _has_jpeg_xl() -> bool:
    try:
        importlib.import_module("pillow_jxl")
    except ImportError:
        return False
    return True


if __name__ == "__main__":
    main()
