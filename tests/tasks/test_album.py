import shutil
import sys
from pathlib import Path

import pytest

from autoencode import tasks
from autoencode.compression.container import Reader, Writer
from autoencode.errors import ArgumentError, DataError

sys.path.append(str(Path(__file__).parents[2] / "scripts"))

import golden_photographs as golden

TESTS = Path(__file__).parents[1]


def test_a_page_is_one_file_with_the_compressed_file_in_it(tmp_path):
    written = tasks.album(golden.golden("fast"), tmp_path / "photos.html")
    assert [path.name for path in tmp_path.iterdir()] == ["photos.html"]
    assert 300_000 < written.stat().st_size < 600_000


def test_what_a_page_cannot_hold_is_refused(tmp_path):
    with pytest.raises(ArgumentError, match="decompress it without --page"):
        tasks.album(TESTS / "compression" / "golden.aec", tmp_path / "a.html")
    (tmp_path / "large.aec").write_bytes(golden.golden("fast").read_bytes())
    with (tmp_path / "large.aec").open("r+b") as file:
        file.truncate(256_000_001)
    with pytest.raises(ArgumentError, match="256 MB, and a page holds 256"):
        tasks.album(tmp_path / "large.aec", tmp_path / "a.html")
    (tmp_path / "other.aec").write_bytes(b"something else")
    with pytest.raises(DataError, match="begins with other bytes"):
        tasks.album(tmp_path / "other.aec", tmp_path / "a.html")
    with golden.golden("fast").open("rb") as source, (tmp_path / "model.aec").open("w+b") as made:
        Writer(made, Reader(source).header | {"model": "00"}).finish({"complete": True})
    with pytest.raises(DataError, match="another version of the ready-made model"):
        tasks.album(tmp_path / "model.aec", tmp_path / "a.html")
    assert not (tmp_path / "a.html").exists()


def test_nothing_else_is_replaced(tmp_path):
    shutil.copy(golden.golden("fast"), tmp_path / "photos.aec")
    with pytest.raises(ArgumentError):
        tasks.album(tmp_path / "photos.aec", tmp_path / "photos.aec")
    (tmp_path / "mine.html").write_text("mine")
    with pytest.raises(ArgumentError):
        tasks.album(tmp_path / "photos.aec", tmp_path / "mine.html")
