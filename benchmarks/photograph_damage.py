"""What becomes of damaged files of photographs: an error or the right pictures, never a wrong one.

    python benchmarks/photograph_damage.py                10,000 flipped bits and every cut
    python benchmarks/photograph_damage.py --flips 500 --profiles lossy

The files are those of tests/compression/photographs. A flip is anywhere in the file, or, for every
fourth, in a block of pictures whose own digest is made to fit, as a hostile file's is, so that the decoder itself
must see it. Every fiftieth flip and every fiftieth cut is read with --salvage.

Every damaged file is decompressed as a whole, as `autoencode decompress` does it. What the bytes of a block become
depends on them alone, so bytes that the undamaged file has as well are decoded once; others are decoded every time.
TMPDIR=/dev/shm saves waiting for the disk.
"""

import argparse
import io
import sys
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import numpy as np
import numpy.typing as npt

from autoencode import tasks
from autoencode.compression.container import Reader, Writer
from autoencode.compression.tiles import PictureCodec
from autoencode.errors import AutoencodeError

sys.path.append(str(Path(__file__).resolve().parents[1] / "scripts"))

import golden_photographs as golden


def main() -> None:
    """Prints how many of each kind gave what."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--flips", type=int, default=10_000)
    parser.add_argument("--cut-every", type=int, default=1, help="bytes from cut to cut")
    parser.add_argument("--profiles", nargs="+", choices=list(golden.PROFILES), default=list(golden.PROFILES))
    options = parser.parse_args()
    for name in options.profiles:
        with TemporaryDirectory() as folder:
            flips = -(-options.flips // len(options.profiles))
            for kind, found in try_damage(name, Path(folder), flips, options.cut_every).items():
                print(f"{name:6} {kind:28} {found['error']:6,} errors, {found['right']:6,} right", flush=True)


def try_damage(name: str, folder: Path, flips: int, cut_every: int = 1) -> dict[str, Counter[str]]:
    """How often each kind of damage gave an error, or the right pictures.

    Raises:
        AssertionError: a wrong picture.
    """
    whole, random = golden.golden(name).read_bytes(), np.random.default_rng(0)
    with _whole_blocks_once(name):
        wanted = _contents(golden.golden(name), folder / "whole", salvage=False)
        return _try_all(whole, wanted, random, folder, flips, cut_every)


def _try_all(
    whole: bytes, wanted: dict[str, bytes], random: np.random.Generator, folder: Path, flips: int, cut_every: int
) -> dict[str, Counter[str]]:
    found = dict[str, Counter[str]]()
    for number in range(flips):
        hostile, salvage = number % 4 == 0, number % 50 == 25
        damaged = _flip_in_a_block(whole, random) if hostile else _flip(whole, random)
        kind = "flip behind a digest" if hostile else "flip, --salvage" if salvage else "flip"
        found.setdefault(kind, Counter())[_outcome(damaged, folder, wanted, salvage=salvage)] += 1
    for length in range(0, len(whole), cut_every):
        salvage = length // cut_every % 50 == 25
        kind = "cut, --salvage" if salvage else "cut"
        found.setdefault(kind, Counter())[_outcome(whole[:length], folder, wanted, salvage=salvage)] += 1
    return found


@contextmanager
def _whole_blocks_once(name: str) -> Generator[None]:
    """`decompress` decodes the bytes of an undamaged block once."""
    module = sys.modules["autoencode.tasks.decompress"]
    with golden.golden(name).open("rb") as file:
        payloads = frozenset(block.payload for block in Reader(file).scan())
    codec, model = module.photograph_codec(golden.PROFILES[name])
    remembering = _Remembering(codec, payloads)

    def chosen(profile: tasks.Profile | int) -> tuple[Any, str]:
        return (remembering, model) if profile == golden.PROFILES[name] else photograph_codec(profile)

    photograph_codec = module.photograph_codec
    with patch.object(module, "photograph_codec", chosen):
        yield


class _Remembering:
    """A codec that keeps what some payloads become."""

    def __init__(self, codec: PictureCodec, payloads: frozenset[bytes]) -> None:
        self._codec, self._payloads = codec, payloads
        self._known = dict[tuple[bytes, tuple[tuple[int, ...], ...]], list[npt.NDArray[np.uint8]]]()

    def decode(self, payload: bytes, shapes: Sequence[tuple[int, ...]]) -> list[npt.NDArray[np.uint8]]:
        key = payload, tuple(shapes)
        if payload not in self._payloads:
            return self._codec.decode(payload, shapes)
        if key not in self._known:
            self._known[key] = self._codec.decode(payload, shapes)
        return [pixels.copy() for pixels in self._known[key]]

    def __getattr__(self, name: str) -> object:
        return getattr(self._codec, name)


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
