"""How fast `compress` and `decompress` are for many small pictures, and that these come back.

    python benchmarks/photograph_speed.py PICTURES [--count 2000] [--profiles fast small lossy]

PICTURES is a folder or a zip archive of pictures, such as flowers of 64x64; they are written as PPM files first. MB/s
are those of uncompressed pixels in seconds of the processor, with one thread (OMP_NUM_THREADS=1); reading and writing
files is part of it. Without loss, all files are compared.
"""

import argparse
import time
import zipfile
from collections.abc import Generator
from contextlib import closing
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from autoencode import tasks

PROFILES: dict[str, tasks.Profile | int] = {"fast": tasks.Profile.FAST, "small": tasks.Profile.SMALL, "lossy": 60}


def main() -> None:
    """Prints a line for each profile."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("pictures", type=Path)
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--profiles", nargs="+", choices=list(PROFILES), default=list(PROFILES))
    options = parser.parse_args()
    with TemporaryDirectory() as made, closing(_pictures(options.pictures)) as pictures:
        folder = Path(made) / "pictures"
        folder.mkdir()
        values = sum(_write(image, folder / f"{at}.ppm") for at, image in enumerate(islice(pictures, options.count)))
        print(f"{len(list(folder.iterdir())):,} pictures, {values / 1e6:.1f} MB of pixels")
        for name in options.profiles:
            print(f"{name:6} {_measure(folder, Path(made), name, values)}", flush=True)


def _pictures(source: Path) -> Generator[Image.Image]:
    """The pictures of a folder or an archive, in the order of their names."""
    if source.is_dir():
        for file in sorted(file for file in source.rglob("*") if file.is_file()):
            with Image.open(file) as image:
                yield image.convert("RGB")
        return
    with zipfile.ZipFile(source) as archive:
        for name in sorted(archive.namelist()):
            if Path(name).suffix.lower() in Image.registered_extensions():
                with archive.open(name) as file, Image.open(file) as image:
                    yield image.convert("RGB")


def _write(image: Image.Image, file: Path) -> int:
    image.save(file)
    return 3 * image.width * image.height


def _measure(folder: Path, made: Path, name: str, values: int) -> str:
    packed, back = made / f"{name}.aec", made / name
    start = time.process_time()
    done = tasks.compress_photographs([folder], packed, profile=PROFILES[name])
    middle = time.process_time()
    tasks.decompress(packed, back)
    end = time.process_time()
    if done.pixels_only == 0:
        for file in folder.iterdir():
            if (back / folder.name / file.name).read_bytes() != file.read_bytes():
                raise SystemExit(f"{name}: {file.name} came back with other bytes")
    speeds = " and ".join(f"{values / 1e6 / seconds:.1f}" for seconds in (middle - start, end - middle))
    return f"{8 * done.size / values:.3f} bits a value, {speeds} MB/s in and out"


if __name__ == "__main__":
    main()
