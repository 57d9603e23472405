from pathlib import Path

import pytest

from autoencode.data.shards.find_shards import find_shards, shard_files
from autoencode.errors import DataError
from support.shards import write_tar


def test_patterns_are_expanded_in_order():
    assert [file.name for file in shard_files("/d/s-{08..11}.tar")] == ["s-08.tar", "s-09.tar", "s-10.tar", "s-11.tar"]
    assert [str(file) for file in shard_files("/d/{a,b}/{0..1}.tar")] == [
        "/d/a/0.tar",
        "/d/a/1.tar",
        "/d/b/0.tar",
        "/d/b/1.tar",
    ]


@pytest.mark.parametrize("write", [lambda d: f"{d}/shard-{{00..02}}.tar", str, lambda d: f"{d}/*.tar", Path])
def test_a_pattern_or_a_folder_names_shards(tars, write):
    found = find_shards(write(tars))
    assert [file.name for file in found.files] == ["shard-00.tar", "shard-01.tar", "shard-02.tar"]
    assert found.hold_pictures
    assert find_shards(found.source).files == found.files


def test_a_list_is_found_again_by_its_source(tars):
    found = find_shards([tars / "shard-02.tar", str(tars / "shard-00.tar")])
    assert [file.name for file in found.files] == ["shard-02.tar", "shard-00.tar"]
    assert find_shards(found.source).files == found.files


def test_a_single_webdataset_is_one(tars, tmp_path):
    assert find_shards(tars / "shard-00.tar").name == "shard-00"
    assert find_shards(write_tar(tmp_path / "plain.tar", {"a/1.png": b"1", "a/2.png": b"2"})) is None


@pytest.mark.parametrize("other", [".", "no-such-folder", "digits", 5, [1.0, 2.0], ["a.png"]])
def test_what_is_something_else_is_left_to_others(other, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert find_shards(other) is None


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("s-{00..03}.tar", "1 of 4 shards are not there"),
        ("*.parquet", "matches no file"),
        ("{0..9999999}.tar", "more than 1,000,000 files"),
    ],
)
def test_a_pattern_that_does_not_fit_is_one_line(tars, pattern, message):
    for number in range(3):
        (tars / f"s-{number:02d}.tar").touch()
    with pytest.raises(DataError, match=message):
        find_shards(f"{tars}/{pattern}")


def test_a_shard_that_is_named_twice_is_read_once(tars):
    found = find_shards([tars / "shard-00.tar", tars / "shard-01.tar", tars / "." / "shard-00.tar"])
    assert [file.name for file in found.files] == ["shard-00.tar", "shard-01.tar"]
    assert len(find_shards(f"{tars}/shard-0{{0..1}}.tar::{tars}/*.tar").files) == 3
