"""How small the ready-made models make photographs, beside PNG, WebP and JPEG XL, and how fast.

    python benchmarks/photograph_compression.py FOLDER [--size 768x512]

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

from autoencode.compression.photographs.lossless import load_models

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
    options = parser.parse_args()
    pictures = [Image.open(file).convert("RGB") for file in sorted(options.folder.iterdir()) if file.is_file()]
    if options.size:
        width, height = map(int, options.size.split("x"))
        pictures = [picture.resize((width, height), Image.Resampling.LANCZOS) for picture in pictures]
    values = sum(3 * picture.width * picture.height for picture in pictures)
    print(f"{len(pictures)} pictures, {values:,} values")
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
            payload = codec.encode(pixels)
            encoded = time.process_time()
            if not np.array_equal(codec.decode(payload, pixels.shape), pixels):
                raise SystemExit("what came back is not what was compressed")
            size, encoding = size + len(payload), encoding + encoded - started
            decoding += time.process_time() - encoded
        speeds = " and ".join(f"{values / 1e6 / seconds:.1f}" for seconds in (encoding, decoding))
        print(f"{name:20} {8 * size / values:.4f} bits a value, {speeds} MB/s", flush=True)


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
