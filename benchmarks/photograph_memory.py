"""What memory `compress` and `decompress` take for a folder of few and of many photographs.

    python benchmarks/photograph_memory.py FOLDER [--counts 10 500] [--size 960x600]

The photographs of FOLDER are scaled, and repeated as often as wanted. Each line is a process of its own, and its
peak is the most memory that was resident (Linux).
"""

import argparse
import resource
import subprocess
import sys
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from autoencode import tasks

PROFILES: dict[str, tasks.Profile | int] = {"fast": tasks.Profile.FAST, "small": tasks.Profile.SMALL, "lossy": 40}


def main() -> None:
    """Prints a line for each count, profile and direction."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--counts", type=int, nargs="+", default=[10, 500])
    parser.add_argument("--size", default="960x600")
    parser.add_argument("--profiles", nargs="+", choices=list(PROFILES), default=list(PROFILES))
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        _measure(*options.one)
        return
    for count in options.counts:
        with TemporaryDirectory() as made:
            _make(options.folder, Path(made) / "photographs", count, options.size)
            for profile in options.profiles:
                for direction in ("compress", "decompress"):
                    command = [sys.executable, __file__, str(options.folder), "--one", made, profile, direction]
                    found = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
                    print(f"{count:5} photographs, {profile:6} {direction:10} {found}", flush=True)


def _make(source: Path, folder: Path, count: int, size: str) -> None:
    width, height = map(int, size.split("x"))
    folder.mkdir()
    files = sorted(file for file in source.iterdir() if file.is_file())
    for number, file in enumerate(islice(cycle(files), count)):
        with Image.open(file) as image:
            image.convert("RGB").resize((width, height)).save(folder / f"{number}.ppm")


def _measure(made: str, profile: str, direction: str) -> None:
    folder, file = Path(made) / "photographs", Path(made) / f"{profile}.aec"
    before = _peak()
    if direction == "compress":
        tasks.compress_photographs([folder], file, profile=PROFILES[profile])
    else:
        tasks.decompress(file, Path(made) / profile, verify=True)
    print(f"{_peak():5.0f} MB at most, {before:.0f} before it began")


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
