"""The commands that work on shards."""

import csv
import io
import tarfile
import tempfile
from pathlib import Path
from typing import ClassVar

import numpy as np

from autoencode.data.shards.samples import LeftOut
from autoencode.errors import DataError
from autoencode.storage import atomic_open, atomic_write
from autoencode.tasks.compress import compress
from autoencode.tasks.detect import detect
from autoencode.tasks.detect_anomalies import detect_anomalies
from autoencode.tasks.encode import encode
from autoencode.tasks.restore.restore import restore
from autoencode.tasks.shards.shard_work import ShardWork, holds_pictures, note_skipped, unpacked_pictures
from autoencode.views.code_table import CodeTable, write_codes


class EncodeShards(ShardWork):
    """The codes of each shard, with the keys of its examples and their labels, in .npz."""

    verb: ClassVar[str] = "encode"
    ending: ClassVar[str] = ".npz"

    def write(self, shard: Path, result: Path, left: LeftOut) -> int:
        """See `ShardWork.write`."""
        if not holds_pictures(shard):
            table = encode(self.open(), [shard], **self.options)
            names = [f"row {number}" for number in range(1, len(table.names) + 1)]
            write_codes(result, CodeTable(names, table.codes, table.std, None))
            return len(names)
        with unpacked_pictures(shard, left) as found:
            _check_some(found.keys, shard)
            codes = encode(self.open(), [found.folder], **self.options)
            note_skipped(found, codes.skipped)
            order = np.argsort([found.number_of(name) for name in codes.names])
            numbers = [found.number_of(codes.names[place]) for place in order]
            labels = [found.labels[number] or "" for number in numbers] if any(found.labels) else None
            keys = [found.keys[number] for number in numbers]
            std = None if codes.std is None else codes.std[order]
            write_codes(result, CodeTable(keys, codes.codes[order], std, labels))
            return len(keys)


class RestoreShards(ShardWork):
    """The restored pictures of each shard in a tar, under their keys and with their labels."""

    verb: ClassVar[str] = "restore"
    ending: ClassVar[str] = ".tar"

    def write(self, shard: Path, result: Path, left: LeftOut) -> int:
        """See `ShardWork.write`."""
        with unpacked_pictures(shard, left) as found, tempfile.TemporaryDirectory(prefix="autoencode-") as place:
            _check_some(found.keys, shard)
            done = restore(self.open(), [found.folder], place, shown=0, **self.options)
            _check_whole(stopped=done.interrupted)
            note_skipped(found, done.failed)
            with atomic_open(result) as file, tarfile.open(fileobj=file, mode="w") as archive:
                for one in sorted(done.done, key=lambda one: found.number_of(one.job.source)):
                    number = found.number_of(one.job.source)
                    _add(archive, f"{found.keys[number]}{one.job.output.suffix}", one.job.output.read_bytes())
                    if (label := found.labels[number]) is not None:
                        _add(archive, f"{found.keys[number]}.cls", label.encode())
            return len(done.done)


class CompressShards(ShardWork):
    """The pictures of each shard in an .aec file, under their keys."""

    verb: ClassVar[str] = "compress"
    ending: ClassVar[str] = ".aec"

    def write(self, shard: Path, result: Path, left: LeftOut) -> int:
        """See `ShardWork.write`."""
        with unpacked_pictures(shard, left, by_key=True) as found:
            _check_some(found.keys, shard)
            done = compress(self.open(), [found.folder], result, **self.options)
            for number, label in enumerate(found.labels):
                if label is not None:
                    left.add(f"{found.keys[number]}.cls", "its label; compressed shards hold pictures alone")
            if not done.complete:
                result.unlink(missing_ok=True)  # else a part of the pictures would count as the result
            _check_whole(stopped=not done.complete)
            return done.files


class DetectShards(ShardWork):
    """The scores of each shard, of its rows or of its pictures with their keys, in .csv."""

    verb: ClassVar[str] = "detect"
    ending: ClassVar[str] = ".csv"

    def write(self, shard: Path, result: Path, left: LeftOut) -> int:
        """See `ShardWork.write`."""
        if not holds_pictures(shard):
            return detect(self.run, shard, result, **self.options).n_rows
        with unpacked_pictures(shard, left) as found, tempfile.TemporaryDirectory(prefix="autoencode-") as place:
            _check_some(found.keys, shard)
            scored = detect_anomalies(self.run, [found.folder], place, **self.options)
            _check_whole(stopped=scored.interrupted)
            note_skipped(found, scored.skipped)
            lines = io.StringIO()
            writer = csv.writer(lines, lineterminator="\n")
            writer.writerow(["key", "anomaly_score", "anomaly", "p_value", "pixels"])
            for one in sorted(scored.found, key=lambda one: found.number_of(one.name)):
                numbers = f"{one.score:.6g}", int(one.is_anomaly), f"{one.p_value:.6g}", one.pixels
                writer.writerow([found.key_of(one.name), *numbers])
            atomic_write(result, lines.getvalue())
            return len(scored.found)


def _check_whole(*, stopped: bool) -> None:
    """Passes a request to stop on: a result that is there is taken for whole."""
    if stopped:
        raise KeyboardInterrupt


def _check_some(keys: list[str], shard: Path) -> None:
    if not keys:
        raise DataError(f"{shard} holds no whole picture")


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    archive.addfile(info, io.BytesIO(content))
