"""Where each example of a shard is: read once, and kept in the user's cache folder."""

import hashlib
import io
import json
import shutil
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from autoencode.data.examples import SkippedFile
from autoencode.data.images.formats import Depth
from autoencode.data.images.picture import UnreadableError, try_picture
from autoencode.data.published.cache import cache_folder
from autoencode.data.shards.samples import LeftOut, Sample
from autoencode.errors import DataError
from autoencode.storage import atomic_open, open_regular

_VERSION = 1
_FOLDER = "shards"


@dataclass
class ShardIndex:
    """What is known of a shard.

    Args:
        file: where the bytes of the examples are: the shard itself, or a copy of them in the cache.
        offsets: where each example begins, in bytes, (n,).
        sizes: how many bytes it has, (n,).
        labels: its place in `classes`, or −1, (n,).
        classes: all labels that occur.
        skipped: what was left out.
        digest: SHA-256 of keys, labels and contents, in hexadecimal.
        sides: how many pictures there are of each height and width, as "480x640".
        n_colour: how many of the pictures can hold colour.
        lost: how many pictures lose what in reading.
        columns: the names of the columns of numbers; none for pictures.
        dtype: of the numbers.
    """

    file: Path
    offsets: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int32]
    classes: list[str] = field(default_factory=list[str])
    skipped: list[SkippedFile] = field(default_factory=list[SkippedFile])
    digest: str = ""
    sides: dict[str, int] = field(default_factory=dict[str, int])
    n_colour: int = 0
    lost: dict[str, int] = field(default_factory=dict[str, int])
    columns: list[str] = field(default_factory=list[str])
    dtype: str = "uint8"

    def __len__(self) -> int:
        return len(self.offsets)


class IndexWriter:
    """Collects the index of a shard of pictures, and tries each of them.

    Args:
        left: is given what is left out.
    """

    def __init__(self, left: LeftOut) -> None:
        self._left, self._digest = left, hashlib.sha256()
        self._places = list[tuple[int, int, int]]()
        self._classes = dict[str, int]()
        self._sides, self._lost, self._n_colour = Counter[str](), Counter[str](), 0

    def add(self, sample: Sample, offset: int) -> bool:
        """Takes an example, whose bytes are at `offset`; False where it is no whole picture."""
        try:
            header = try_picture(sample.content)
        except UnreadableError as error:
            self._left.add(sample.key + sample.suffix, str(error))
            return False
        if header.depth is Depth.FLOATS:
            self._left.add(sample.key + sample.suffix, "floating-point numbers; give a folder of such pictures")
            return False
        label = -1 if sample.label is None else self._classes.setdefault(sample.label, len(self._classes))
        self._places.append((offset, len(sample.content), label))
        self._sides[f"{header.height}x{header.width}"] += 1
        self._n_colour += not header.grey
        self._lost.update(header.lost if header.depth is Depth.BYTES else ("16 bits became 8", *header.lost))
        for part in (sample.key.encode(errors="surrogateescape"), str(sample.label).encode(), sample.content):
            self._digest.update(len(part).to_bytes(8, "little") + part)
        return True

    def index(self, file: Path) -> ShardIndex:
        """What was collected."""
        places = np.array(self._places, dtype=np.int64).reshape(-1, 3)
        return ShardIndex(
            file,
            places[:, 0].copy(),
            places[:, 1].copy(),
            places[:, 2].astype(np.int32),
            classes=list(self._classes),
            skipped=self._left.files,
            digest=self._digest.hexdigest(),
            sides=dict(self._sides),
            n_colour=self._n_colour,
            lost=dict(self._lost),
        )


@dataclass(frozen=True)
class IndexCache:
    """Where the index of a shard is kept, and a copy of its examples where they have no place in it.

    Args:
        shard: the file.
        how: what its reading depends on, such as the name of a column.
    """

    shard: Path
    how: str = ""

    def _path(self, ending: str) -> Path:
        name = hashlib.sha256(f"{self.shard.resolve()}\0{self.how}".encode()).hexdigest()[:32]
        return cache_folder(_FOLDER) / f"{name}.{ending}"

    @property
    def _stamp(self) -> list[int]:
        found = self.shard.stat()
        return [_VERSION, found.st_size, found.st_mtime_ns]

    def load(self) -> ShardIndex | None:
        """The index that was kept; None where there is none, or the shard has changed since."""
        try:
            with open_regular(self._path("index")) as file, np.load(file, allow_pickle=False) as arrays:
                known = json.loads(bytes(arrays["facts"]))
                if known.pop("stamp") != self._stamp:
                    return None
                skipped = [SkippedFile(**skip) for skip in known.pop("skipped")]
                index = ShardIndex(
                    Path(known.pop("file")),
                    *(arrays[name] for name in ("offsets", "sizes", "labels")),
                    skipped=skipped,
                    **known,
                )
                return index if index.file.exists() else None
        except (OSError, ValueError, KeyError, TypeError, EOFError):
            return None

    def save(self, index: ShardIndex) -> None:
        """Keeps an index, whole or not at all.

        Raises:
            StorageError: it cannot be written.
        """
        known = {**vars(index), "file": str(index.file), "stamp": self._stamp}
        known["skipped"] = [asdict(skip) for skip in index.skipped]
        arrays = [known.pop(name) for name in ("offsets", "sizes", "labels")]
        facts, content = np.frombuffer(json.dumps(known).encode(), np.uint8), io.BytesIO()
        np.savez(content, facts=facts, offsets=arrays[0], sizes=arrays[1], labels=arrays[2])
        with atomic_open(self._path("index"), content.tell()) as file:
            file.write(content.getbuffer())

    @contextmanager
    def copy(self, size: int) -> Generator[tuple[Path, BinaryIO]]:
        """A new file beside the index, for the bytes of examples that have no place of their own in the shard.

        Args:
            size: how many bytes it will have, about.

        Raises:
            DataError: the disk has no room for it.
            StorageError: it cannot be written.
        """
        path = self._path("rows")
        path.parent.mkdir(parents=True, exist_ok=True)
        check_room(path.parent, size, str(self.shard))
        with atomic_open(path, size) as file:
            yield path, file


def check_room(folder: Path, size: int, what: str) -> None:
    """Raises unless the disk has room for `size` bytes.

    Raises:
        DataError: it has not.
    """
    free = shutil.disk_usage(folder).free
    if size > free:
        raise DataError(
            f"a copy of {what} needs {size / 2**30:,.1f} GiB in {folder} and there are {free / 2**30:,.1f} GiB: free "
            "some, or set XDG_CACHE_HOME to a folder on another disk"
        )
