"""Folders of pictures as they come from strangers."""

import os
import shutil
from pathlib import Path
from random import Random

from campaigns.mutate import file_bytes
from campaigns.mutate.picture_file import ENDINGS, spoil_picture, write_picture

_NAMES = (
    "a\nb",
    "\x1b[31mred",
    "[bold]",
    "[/x]",
    "-o",
    "x" * 240,
    "x" * 251,
    "ü" * 120,
    " ",
    "a:b",
    "..png",
    "%d",
    "~",
)
_FOLDERS = ("train", "test", "val", "cats", "[/dogs]", "\x1b[2J", "a\nb", ".hidden", "x" * 200, "runs")


def write_folder(folder: Path, random: Random) -> str:
    """Some ten to thirty pictures, some of them damaged, with odd names and company."""
    folder.mkdir()
    said: list[str] = []
    ending = random.choice(list(ENDINGS))
    for number in range(random.choice([1, 2, 12, 24, 24, 24])):
        place = folder
        if len(said) < 2 and random.random() < 0.1:
            place = folder / random.choice(_FOLDERS)
            place.mkdir(parents=True, exist_ok=True)
            said.append(f"subfolder {place.name[:20]!r}")
        file = place / f"{number:02d}.{ending}"
        write_picture(file, random)
        if random.random() < 0.12:
            said.append(f"{file.name}: {spoil_picture(file, random)}")
    said += [_company(folder, random) for _ in range(random.choice([0, 0, 1, 2]))]
    return f"{ending}; {'; '.join(said)}"


def _company(folder: Path, random: Random) -> str:
    """Something else among the pictures."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    if not files:
        return "nothing"
    file = random.choice(files)
    way = random.randrange(6)
    if way == 0:
        name = random.choice(_NAMES)
        copy = file.parent / (name[: 255 - len(file.suffix) - len(name.encode()) + len(name)] + file.suffix)
        copy.parent.mkdir(exist_ok=True)
        shutil.copy(file, copy)
        return f"a copy called {name[:20]!r}"
    if way == 1:
        copy = os.fsencode(folder) + b"/\xff\xfe" + os.fsencode(file.suffix)
        if not os.path.lexists(copy):
            shutil.copy(file, copy)
        return "a name that is no UTF-8"
    if way == 2:
        (folder / f"loop-{random.randrange(10**6)}").symlink_to(".")
        return "a link to the folder itself"
    if way == 3:
        (folder / "IMG_1.HEIC").write_bytes(b"\0\0\0\x18ftypheic" + random.randbytes(50))
        return "an HEIC"
    if way == 4:
        (folder / f"far-{random.randrange(10**6)}{file.suffix}").symlink_to("/dev/zero")
        return "a link to /dev/zero"
    return f"{file.name}: {file_bytes.in_kind(file, random)}"
