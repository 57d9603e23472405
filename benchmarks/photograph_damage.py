"""What becomes of damaged files of photographs: an error or the right pictures, never a wrong one.

    python benchmarks/photograph_damage.py                10,000 flipped bits and every cut
    python benchmarks/photograph_damage.py --flips 500

The files are those of tests/compression/photographs. A flip is anywhere in the file, or, for every
fiftieth, in a block of pictures whose own digest is made to fit, as a hostile file's is, so that the decoder itself
must see it. Every fiftieth flip and every fiftieth cut is read with --salvage.
"""

import argparse
import io
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from autoencode import tasks
from autoencode.compression.container import Reader, Writer
from autoencode.errors import AutoencodeError

sys.path.append(str(Path(__file__).resolve().parents[1] / "scripts"))

import golden_photographs as golden


def main() -> None:
    """Prints how many of each kind gave what."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--flips", type=int, default=10_000)
    parser.add_argument("--cut-every", type=int, default=1, help="bytes from cut to cut")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        for name in golden.PROFILES:
            flips = -(-options.flips // len(golden.PROFILES))
            for kind, found in try_damage(name, Path(folder), flips, options.cut_every).items():
                print(f"{name:6} {kind:28} {found['error']:6,} errors, {found['right']:6,} right", flush=True)


def try_damage(name: str, folder: Path, flips: int, cut_every: int = 1) -> dict[str, Counter[str]]:
    """How often each kind of damage gave an error, or the right pictures.

    Raises:
        AssertionError: a wrong picture.
    """
    whole, random = golden.golden(name).read_bytes(), np.random.default_rng(0)
    wanted = _contents(golden.golden(name), folder / "whole", salvage=False)
    found = dict[str, Counter[str]]()
    for number in range(flips):
        hostile, salvage = number % 50 == 0, number % 50 == 25
        damaged = _flip_in_a_block(whole, random) if hostile else _flip(whole, random)
        kind = "flip behind a digest" if hostile else "flip, --salvage" if salvage else "flip"
        found.setdefault(kind, Counter())[_outcome(damaged, folder, wanted, salvage=salvage)] += 1
    for length in range(0, len(whole), cut_every):
        salvage = length // cut_every % 50 == 25
        kind = "cut, --salvage" if salvage else "cut"
        found.setdefault(kind, Counter())[_outcome(whole[:length], folder, wanted, salvage=salvage)] += 1
    return found


def _flip(content: bytes, random: np.random.Generator) -> bytes:
    damaged = bytearray(content)
    damaged[random.integers(len(content))] ^= 1 << int(random.integers(8))
    return bytes(damaged)


def _flip_in_a_block(content: bytes, random: np.random.Generator) -> bytes:
    """The file written anew with a flip in the payload of a block, whose digest is that of the flipped bytes."""
    reader, file = Reader(_Memory(content)), _Memory()
    blocks = [block for block in reader.scan() if block.meta["kind"] != "index"]
    chosen = int(random.choice([number for number, block in enumerate(blocks) if block.payload]))
    writer = Writer(file, reader.header)
    for number, block in enumerate(blocks):
        writer.add(block.meta, _flip(block.payload, random) if number == chosen else block.payload)
    writer.finish({"complete": True, "files": len(golden.SIZES) + 1})
    return file.getvalue()


class _Memory(io.BytesIO):
    """A file in memory, as the annotations want it."""

    name, mode = "memory", "r+b"


def _outcome(content: bytes, folder: Path, wanted: dict[str, bytes], *, salvage: bool) -> str:
    (folder / "damaged.aec").write_bytes(content)
    with TemporaryDirectory(dir=folder) as back:
        try:
            found, error = _contents(folder / "damaged.aec", Path(back), salvage=salvage), False
        except AutoencodeError:
            found, error = _read(Path(back)), True
    for file, written in found.items():
        assert written == wanted[file], f"{file} came back with other bytes"
    return "error" if error or len(found) < len(wanted) else "right"


def _contents(file: Path, out: Path, *, salvage: bool) -> dict[str, bytes]:
    tasks.decompress(file, out, salvage=salvage)
    return _read(out)


def _read(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


if __name__ == "__main__":
    main()
