"""Makes tests/compression/photographs/golden-*.aec, which every later version and every computer must decompress.

    python scripts/golden_photographs.py
    python scripts/golden_photographs.py --check         decompresses them, and compresses their pictures again
    python scripts/golden_photographs.py --everywhere    --check with 1 and 2 threads, AVX2 and AVX-512, kernels or none

Pictures drawn by rule, without loss by both models, and with loss. Made anew only when the format's version changes.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
from PIL import Image

from autoencode import tasks
from autoencode.compression.container import Reader

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "compression" / "photographs"
PROFILES: dict[str, tasks.Profile | int] = {"fast": tasks.Profile.FAST, "small": tasks.Profile.SMALL, "lossy": 40}
SIZES = {"a": (40, 64, 3), "b": (31, 45, 3), "grey": (52, 36), "large": (520, 530), "tiny": (3, 2)}
_NARROW_NUMPY = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR X86_V4"
_AVX2 = {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2", "OPENBLAS_CORETYPE": "Haswell"}
_TWO = {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2", "MKL_NUM_THREADS": "2"}
SETTINGS: dict[str, dict[str, str]] = {
    "1 thread": {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"},
    "2 threads": _TWO,
    "AVX2": _AVX2 | {"NPY_DISABLE_CPU_FEATURES": _NARROW_NUMPY},
    "AVX-512": {"ATEN_CPU_CAPABILITY": "avx512", "OPENBLAS_CORETYPE": "SkylakeX"},
    "SSE products": {"OPENBLAS_CORETYPE": "Nehalem"},
    "no kernels": {"AUTOENCODE_KERNELS": "0"},
    "no kernels, AVX2, 2 threads": {"AUTOENCODE_KERNELS": "0"} | _AVX2 | _TWO,
}
"""What the environment may hold; each must give the same bytes."""


def pixels(name: str) -> npt.NDArray[np.uint8]:
    """A smooth picture with a disc, and if it is small a line and a little noise, by whole numbers only."""
    height, width, *channels = SIZES[name]
    y, x, channel = np.mgrid[:height, :width, : channels[0] if channels else 1]
    values = 60 + y * 40 // height + channel * 17
    values[(y - height // 2) ** 2 + (x - width // 3) ** 2 < (height // 4) ** 2] += 55
    if height * width < 10_000:
        values += x * 90 // width
        values[x + 2 * y == width] = 20
        values += ((y * width + x) * 3 + channel) * 2_654_435_761 % (1 << 32) >> 30
    return values.astype(np.uint8) if channels else values[..., 0].astype(np.uint8)


def golden(name: str) -> Path:
    """The file of a profile."""
    return FOLDER / f"golden-{name}.aec"


def write_pictures(folder: Path) -> list[Path]:
    """The pictures, and a file that is none."""
    for name in SIZES:
        Image.fromarray(pixels(name)).save(folder / f"{name}.{'ppm' if name != 'b' else 'bmp'}")
    (folder / "notes.txt").write_text("no picture\n" * 9)
    return sorted(folder.iterdir())


def blocks_of(path: Path) -> list[tuple[object, bytes]]:
    """What a file holds, without the index."""
    with path.open("rb") as file:
        reader = Reader(file)
        found = [(block.meta, block.payload) for block in reader.scan() if block.meta["kind"] != "index"]
        return [(reader.header, b""), *found]


def check(name: str) -> None:
    """Decompresses a file, and compresses its pictures again.

    Raises:
        SystemExit: something is not as it was.
    """
    with TemporaryDirectory() as folder:
        made, back, again = (Path(folder) / part for part in ("made", "back", "again.aec"))
        made.mkdir()
        files = write_pictures(made)
        tasks.decompress(golden(name), back)
        if not isinstance(PROFILES[name], int):
            for file in files:
                if (back / file.name).read_bytes() != file.read_bytes():
                    raise SystemExit(f"{name}: {file.name} comes back with other bytes")
        tasks.compress_photographs(files, again, profile=PROFILES[name])
        if blocks_of(again) != blocks_of(golden(name)):
            raise SystemExit(f"{name}: the same pictures become other bytes")


def main() -> None:
    """Writes the files, or compares them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--everywhere", action="store_true")
    options = parser.parse_args()
    if options.everywhere:
        for setting, environment in SETTINGS.items():
            found = subprocess.run([sys.executable, __file__, "--check"], env=os.environ | environment, check=False)
            print(f"{setting:30} {'the same bytes' if not found.returncode else 'OTHER BYTES'}", flush=True)
    elif options.check:
        for name in PROFILES:
            check(name)
    else:
        with TemporaryDirectory() as folder:
            files = write_pictures(Path(folder))
            for name, profile in PROFILES.items():
                done = tasks.compress_photographs(files, golden(name), profile=profile)
                print(f"{golden(name)}: {done.size:,} bytes")


if __name__ == "__main__":
    main()
