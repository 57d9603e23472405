"""Bytes that are wrong, and things that are no file."""

import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from random import Random

Change = Callable[[Path, Random], str]


def flip_bits(file: Path, random: Random) -> str:
    """Some bits, one to twenty."""
    content = bytearray(file.read_bytes())
    if not content:
        return append(file, random)
    early = random.random() < 0.5
    places = [random.randrange(min(len(content), 400) if early else len(content)) for _ in range(random.randint(1, 20))]
    for place in places:
        content[place] ^= 1 << random.randrange(8)
    file.write_bytes(content)
    return f"{len(places)} bits flipped, the first at byte {min(places)}"


def cut(file: Path, random: Random) -> str:
    """The end of a file."""
    size = file.stat().st_size
    kept = random.choice([0, 1, 7, 8, 9, size // 2, max(0, size - 1), random.randrange(size + 1)])
    os.truncate(file, min(kept, size))
    return f"cut off after {kept} of {size} bytes"


def append(file: Path, random: Random) -> str:
    """More behind the end."""
    with file.open("ab") as opened:
        opened.write(random.randbytes(random.choice([1, 100, 100_000])))
    return "more bytes at the end"


def overwrite(file: Path, random: Random) -> str:
    """A stretch with noise, zeros or ones."""
    content = bytearray(file.read_bytes())
    place, length = random.randrange(len(content) + 1), random.choice([1, 4, 8, 64, 1000])
    filling = random.choice([random.randbytes(length), b"\0" * length, b"\xff" * length])
    content[place : place + length] = filling
    file.write_bytes(content)
    return f"{length} bytes at {place} overwritten"


def grow_sparse(file: Path, random: Random) -> str:
    """A file of 20 GB that takes no space."""
    os.truncate(file, 20 * 2**30)
    return "20 GB of zeros behind it"


def remove(file: Path, _: Random) -> str:
    """The file is gone."""
    file.unlink()
    return "missing"


def make_unreadable(file: Path, _: Random) -> str:
    """A mode that lets nobody read."""
    file.chmod(0)
    return "mode 000"


def make_folder(file: Path, random: Random) -> str:
    """A folder in place of the file."""
    file.unlink()
    file.mkdir()
    if random.random() < 0.5:
        (file / "x").write_text("x")
    return "a folder in its place"


def make_pipe(file: Path, _: Random) -> str:
    """A pipe that nobody writes to: who opens it waits for ever."""
    file.unlink()
    os.mkfifo(file)
    return "a pipe in its place"


def make_socket(file: Path, _: Random) -> str:
    """A socket."""
    file.unlink()
    before = Path.cwd()
    os.chdir(file.parent)  # a socket's path is short
    try:
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(file.name)
    finally:
        os.chdir(before)
    return "a socket in its place"


def make_device(file: Path, random: Random) -> str:
    """A device: itself where that may be made, or else a link to it."""
    target = random.choice(["/dev/zero", "/dev/null", "/dev/full", "/dev/random"])
    file.unlink()
    try:
        os.mknod(file, stat.S_IFCHR | 0o666, Path(target).stat().st_rdev)
    except PermissionError:
        file.symlink_to(target)
    return f"{target} in its place"


def make_device_link(file: Path, random: Random) -> str:
    """A link to a device."""
    file.unlink()
    target = random.choice(["/dev/zero", "/dev/null", "/dev/stdin", "/proc/self/mem"])
    file.symlink_to(target)
    return f"a link to {target} in its place"


def make_link_loop(file: Path, _: Random) -> str:
    """A link to itself."""
    file.unlink()
    file.symlink_to(file.name)
    return "a link to itself in its place"


def make_dangling_link(file: Path, _: Random) -> str:
    """A link to nothing."""
    file.unlink()
    file.symlink_to("nothing-is-here")
    return "a link to nothing in its place"


def in_bytes(file: Path, random: Random) -> str:
    """Some change to what a file holds."""
    return random.choices([flip_bits, cut, append, overwrite], [4, 3, 1, 3])[0](file, random)


def in_kind(file: Path, random: Random) -> str:
    """Something else where a file should be."""
    kinds: list[Change] = [
        remove,
        make_unreadable,
        make_folder,
        make_pipe,
        make_socket,
        make_device,
        make_device_link,
        make_link_loop,
        make_dangling_link,
        grow_sparse,
    ]
    return random.choice(kinds)(file, random)
