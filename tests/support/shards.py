"""Shards of small pictures."""

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image


def picture(seed: int, size: tuple[int, int] = (12, 10)) -> bytes:
    """A PNG of noise."""
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 255, (*size, 3), dtype=np.uint8)).save(file, "PNG")
    return file.getvalue()


def write_tar(path: Path, members: Mapping[str, bytes]) -> Path:
    """Writes a tar of members."""
    with tarfile.open(path, "w") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def write_shards(folder: Path, shards: int = 3, pictures: int = 10) -> Path:
    """Writes tars of pictures with their classes."""
    folder.mkdir(parents=True)
    for shard in range(shards):
        members = dict[str, bytes]()
        for number in range(pictures):
            key = f"{shard}_{number}"
            members |= {f"{key}.png": picture(100 * shard + number), f"{key}.cls": f"class {number % 2}".encode()}
        write_tar(folder / f"shard-{shard:02d}.tar", members)
    return folder
