"""Memory while a volume is read, trained on and encoded that is larger than it may be.

    python benchmarks/large_volumes.py --gib 3                 a NIfTI file of 3 GiB, made on the spot
    python benchmarks/large_volumes.py --gib 3 --packed        the same as .nii.gz

Prints the highest memory of the process of its own (RssAnon, which must be there) and with pages of mapped files, which
the system takes back when it needs them. The file and the examples need three times --gib of disk.
"""

import argparse
import gzip
import re
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import nibabel
import numpy as np

from autoencode.data.memory import physical_memory
from autoencode.tasks import encode, train

SIDE = 128
_KINDS = ("RssAnon", "VmRSS")


class _Peak(threading.Thread):
    """The highest memory, looked up ten times a second."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.highest = dict.fromkeys(_KINDS, 0.0)

    def run(self) -> None:
        """Until the process ends."""
        while True:
            text = Path("/proc/self/status").read_text()
            for kind in _KINDS:
                found = re.search(rf"{kind}:\s+(\d+)", text)
                self.highest[kind] = max(self.highest[kind], float(found[1]) / 2**20 if found else 0)
            time.sleep(0.1)


def main() -> None:
    """Prints a line after each stage."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--gib", type=float, default=3.0)
    parser.add_argument("--packed", action="store_true")
    parser.add_argument("--folder", type=Path, help="where there is room; a temporary one by default")
    options = parser.parse_args()
    peak, started = _Peak(), time.process_time()
    with TemporaryDirectory(dir=options.folder) as temporary:
        volume = _made(Path(temporary), options.gib, packed=options.packed)
        peak.start()
        _report("begin", peak, started)
        run = train(
            volume, "linear-ae", out=Path(temporary) / "run", steps=50, latent_dim=8, batch_size=64, threads=1,
            compile="never",
        )  # fmt: skip
        _report("trained", peak, started)
        print(f"{len(encode(run, [volume], Path(temporary) / 'codes.npy').names):,} codes", flush=True)
        _report("encoded", peak, started)


def _made(folder: Path, gib: float, *, packed: bool) -> Path:
    """Bodies of changing size under noise, of numbers of 16 bits."""
    random, slices = np.random.default_rng(0), round(gib * 2**30 / (2 * SIDE**2))
    header = nibabel.Nifti1Header()
    header.set_data_dtype(np.int16)
    header.set_data_shape((SIDE, SIDE, min(slices, 32_000), -(-slices // 32_000)))
    y, x = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
    noise = random.normal(0, 20, (64, SIDE, SIDE))
    path = folder / ("volume.nii.gz" if packed else "volume.nii")
    with gzip.open(path, "wb", 1) if packed else path.open("wb") as file:
        file.write(header.binaryblock + bytes(4))
        for number in range(header.get_data_shape()[2] * header.get_data_shape()[3]):
            body = 500.0 * (np.hypot(x, y) < 0.6 + 0.3 * np.sin(number / 50))
            file.write((body + noise[number % 64]).astype(np.int16).tobytes())
    return path


def _report(stage: str, peak: _Peak, started: float) -> None:
    time.sleep(0.2)
    own, whole = peak.highest["RssAnon"], peak.highest["VmRSS"]
    allowed = (physical_memory() or 0) / 2**30
    print(
        f"{stage}: {own:.2f} GiB of its own, {whole:.2f} GiB with pages of mapped files, of {allowed:.1f} GiB; "
        f"{(time.process_time() - started) / 60:.1f} processor minutes",
        flush=True,
    )


if __name__ == "__main__":
    main()
