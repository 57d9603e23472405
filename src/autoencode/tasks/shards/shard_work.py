"""One shard becomes another: a function of the shard and the run alone."""

import csv
import hashlib
import io
import json
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from autoencode.data.content import suffix_of
from autoencode.data.examples import SkippedFile
from autoencode.data.images.archive import inner_parts
from autoencode.data.images.picture import UnreadableError, try_picture
from autoencode.data.shards.parquet_shard import parquet_samples, picture_columns
from autoencode.data.shards.samples import LeftOut, tar_samples
from autoencode.errors import AutoencodeError
from autoencode.runs.run import Run
from autoencode.runtime.threads import use_threads
from autoencode.storage import atomic_write, open_regular

_CHUNK = 2**20
_SKIPPED = ".skipped.csv"


@dataclass(frozen=True)
class Unpacked:
    """The pictures of a shard as files of a temporary folder.

    Args:
        folder: where they are; their names are their numbers, so that no name of the shard is used as a path.
        keys: the key of each, in the order of the shard.
        labels: the label of each, or None.
        left: what is left out.
    """

    folder: Path
    keys: list[str]
    labels: list[str | None]
    left: LeftOut

    def key_of(self, file: Path | str) -> str:
        """The key of one of the files, or of what was made of it under its name."""
        return self.keys[self.number_of(file)]

    def number_of(self, file: Path | str) -> int:
        """Its place in the shard, counted from 0."""
        return int(Path(file).name.partition(".")[0])


@dataclass(frozen=True)
class ShardDone:
    """What came of a shard.

    Args:
        shard: the file.
        rows: how many examples were written.
        skipped: what was left out of it.
        error: why there is no result; "" where there is one.
    """

    shard: Path
    rows: int = 0
    skipped: tuple[SkippedFile, ...] = ()
    error: str = ""


@dataclass(frozen=True)
class ShardWork(ABC):
    """What is done to each shard. Another command is another class.

    The result has the name of the shard and another ending, is written whole or not at all, and depends on neither the
    number of processes nor on other shards: a shard is computed in one thread, in batches of the model's own size.

    Args:
        run: the run folder.
        out: the folder of the results.
        opening: how the run is opened, as `Run` takes it.
        options: of the task, as its function takes them.
    """

    run: Path
    out: Path
    opening: dict[str, Any] = field(default_factory=dict[str, Any])
    options: dict[str, Any] = field(default_factory=dict[str, Any])

    verb: ClassVar[str]
    """The command."""
    ending: ClassVar[str]
    """Of the results."""

    @abstractmethod
    def write(self, shard: Path, result: Path, left: LeftOut) -> int:
        """Writes the result of a shard, whole or not at all.

        Args:
            shard: the file.
            result: where its result goes.
            left: is given what is left out.

        Returns:
            How many examples are in it.

        Raises:
            AutoencodeError: the shard cannot be read, or the result not be written.
        """

    def result_of(self, shard: Path) -> Path:
        """Where the result of a shard goes."""
        return self.out / f"{shard.stem}{self.ending}"

    def __call__(self, shard: Path) -> ShardDone:
        """What came of a shard; what is wrong with one is no reason to stop with the others."""
        left = LeftOut(shard.name)
        try:
            with use_threads(1):
                rows = self.write(shard, self.result_of(shard), left)
        except (AutoencodeError, OSError) as error:
            return ShardDone(shard, error=str(error))
        if left.files:
            lines = io.StringIO()
            writer = csv.writer(lines, lineterminator="\n")
            writer.writerows([("file", "reason", "count"), *((one.file, one.reason, one.count) for one in left.files)])
            atomic_write(self.out / f"{shard.stem}{_SKIPPED}", lines.getvalue())
        return ShardDone(shard, rows, tuple(left.files))

    def facts(self) -> str:
        """What results depend on besides the shards, as a line that is kept beside them."""
        weights = hashlib.sha256()
        for path in sorted(self.run.glob("*.safetensors")):
            with open_regular(path) as file:
                for chunk in iter(lambda file=file: file.read(_CHUNK), b""):
                    weights.update(chunk)
        options = {name: str(value) for name, value in sorted({**self.opening, **self.options}.items())}
        return json.dumps({"command": self.verb, "weights": weights.hexdigest(), "options": options}) + "\n"

    def open(self) -> Run:
        """The run, opened once in a process."""
        return _opened(self.run, tuple(sorted(self.opening.items())))


@cache
def _opened(run: Path, opening: tuple[tuple[str, Any], ...]) -> Run:
    return Run(run, **dict(opening))


@contextmanager
def unpacked_pictures(shard: Path, left: LeftOut, *, by_key: bool = False) -> Generator[Unpacked]:
    """The whole pictures of a shard in a temporary folder, until the block ends.

    Args:
        shard: a tar, or a Parquet file with a column of pictures.
        left: is given what is left out.
        by_key: name the files by their keys, in a folder with the name of the shard; a name that leads out of it, or
            comes a second time, is left out.

    Raises:
        DataError: damaged.
    """
    is_tar = suffix_of(shard) == ".tar"
    samples = tar_samples(shard, left) if is_tar else parquet_samples(shard, left, None, "auto")
    with tempfile.TemporaryDirectory(prefix="autoencode-") as place:
        found = Unpacked(Path(place) / shard.stem, [], [], left)
        found.folder.mkdir()
        for sample in samples:
            name = f"{sample.key}{sample.suffix}" if by_key else f"{len(found.keys):09d}{sample.suffix}"
            path = found.folder.joinpath(*inner_parts(name))
            if path.exists():
                left.add(name, "a second picture of this name")
                continue
            try:
                try_picture(sample.content)
            except UnreadableError as error:
                left.add(f"{sample.key}{sample.suffix}", str(error))
                continue
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(sample.content)
            except OSError as error:
                left.add(name, f"no name for a file: {error.strerror}")
                continue
            found.keys.append(sample.key)
            found.labels.append(sample.label)
        yield found


def holds_pictures(shard: Path) -> bool:
    """Whether a shard holds pictures rather than a table."""
    return suffix_of(shard) == ".tar" or (suffix_of(shard) == ".parquet" and bool(picture_columns(shard)))


def note_skipped(found: Unpacked, skipped: Sequence[SkippedFile]) -> None:
    """Notes what a task could not use, under its key."""
    for skip in skipped:
        found.left.add(found.key_of(skip.file), skip.reason)
