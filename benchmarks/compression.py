"""How small a trained model makes the test part of its data, beside PNG, WebP and xz, and how long that takes.

    autoencode train fashion-mnist -r pixel-vae -o runs/pixels
    python benchmarks/compression.py runs/pixels               [--examples 10000] [--threads 2]
    python benchmarks/compression.py runs/pixels --bound       bits of one stream beside minus the bound

Bytes are those of the file, with everything that decompressing needs but the model, which is counted beside. It is
decompressed and compared byte for byte. PNG and WebP have a file for each picture, without which their sum would be
smaller; so one picture with all examples in rows is given to them as well.
"""

import argparse
import copy
import io
import lzma
import math
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from autoencode.compression.bits_back import BitsBack
from autoencode.runs.run import Run
from autoencode.tasks import compress, decompress

Bytes = npt.NDArray[np.uint8]


def main() -> None:
    """Prints a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("run", type=Path)
    parser.add_argument("--examples", type=int, default=10_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--bound", action="store_true", help="only compare one stream with minus the evidence bound")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    run = Run(options.run)
    count = min(options.examples, len(run.data.test))
    if options.bound:
        _compare_with_bound(run, run.data.test.inputs(slice(0, count)))
        return
    with TemporaryDirectory() as folder:
        file, back = Path(folder, "x.aec"), Path(folder, "back")
        started = time.perf_counter()
        done = compress(run, [f"test:1..{count}"], file)
        compressed = time.perf_counter()
        decompress(file, back, run)
        decompressed = time.perf_counter()
        x = np.load(back / f"test-1-{count}.npy")
    wanted = np.rint(run.data.test.inputs(slice(0, count)).numpy() * 255).astype(np.uint8)
    if not np.array_equal(x.reshape(wanted.shape) if x.ndim == 3 else np.moveaxis(x, -1, 1), wanted):
        raise SystemExit("what came back is not what was compressed")
    print(f"{count:,} examples of {run.folder.data.name}, {x.size:,} values; {run.name} ({run.folder.record.recipe})")
    model = run.folder.model_file.stat().st_size
    _line("autoencode", done.size, x.size, compressed - started, decompressed - compressed)
    _line("autoencode with its model", done.size + model, x.size)
    for name, size in _others(x).items():
        _line(name, size, x.size)


@torch.no_grad()
def _compare_with_bound(run: Run, x: torch.Tensor) -> None:
    """Bits of one stream, and minus the bound of the same examples, from 20 codes each, in float64."""
    model, bound, variance = copy.deepcopy(run.model).double().eval(), 0.0, 0.0
    for part in x.double().split(50):
        q = model.encode(part)
        z = q.sample((20,))
        draws = q.log_prob(z) - model.prior_for().log_prob(z) - model.decode(z).log_prob(part)
        bound += draws.mean(0).sum().item() / math.log(2)
        variance += draws.var(0).sum().item() / math.log(2) ** 2
    (payload,), _ = BitsBack(run.model).encode([x])
    bits, values = 8 * len(payload), x.numel()
    error = 100 * math.sqrt(variance) / bound
    print(f"{bits / values:.4f} bits a value, minus the bound {bound / values:.4f}", flush=True)
    print(f"over it by {100 * (bits - bound) / bound:+.4f} %, standard error of one draw an example {error:.4f} %")


def _line(name: str, size: int, values: int, encoding: float | None = None, decoding: float | None = None) -> None:
    times = f"   {encoding:.0f} s and {decoding:.0f} s" if encoding and decoding else ""
    print(f"{name:28} {size:12,} bytes {8 * size / values:8.4f} bits a value{times}", flush=True)


def _others(x: Bytes) -> dict[str, int]:
    rows = x.reshape(-1, *x.shape[2:])
    return {
        "PNG, a file each": sum(_size(picture, "PNG", optimize=True) for picture in x),
        "WebP, a file each": sum(_size(picture, "WebP", lossless=True, quality=100) for picture in x),
        "WebP, columns of pictures": sum(
            _size(rows[start : start + 16_000], "WebP", lossless=True, quality=100)
            for start in range(0, len(rows), 16_000)
        ),
        "xz of the array": len(lzma.compress(x.tobytes(), preset=9 | lzma.PRESET_EXTREME)),
    }


def _size(picture: Bytes, form: str, **options: object) -> int:
    written = io.BytesIO()
    Image.fromarray(picture).save(written, form, **options)
    return written.tell()


if __name__ == "__main__":
    main()
