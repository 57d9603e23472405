from pathlib import Path

import numpy as np
import pytest

from autoencode.data.resolve import is_registered, name_clash_note, resolve_path
from autoencode.errors import ArgumentError, DataError


def test_registered_names_are_text():
    assert is_registered("mnist")
    assert not is_registered(Path("mnist"))
    assert not is_registered("./mnist")


def test_paths_become_absolute(tmp_path: Path, monkeypatch):
    (tmp_path / "photos").mkdir()
    monkeypatch.chdir(tmp_path)
    assert resolve_path("photos") == tmp_path / "photos"
    monkeypatch.setenv("HOME", str(tmp_path))
    assert resolve_path("~/photos") == tmp_path / "photos"


def test_nothing_there_suggests_registered_sets(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=r"no data set, folder or file 'fashon-mnist'; did you mean 'fashion-mnist'"):
        resolve_path("fashon-mnist")


def test_nothing_there_suggests_what_lies_beside(tmp_path: Path):
    (tmp_path / "photos").mkdir()
    np.save(tmp_path / "scans.npy", np.zeros(3))
    with pytest.raises(DataError, match=rf"did you mean '{tmp_path}/photos'"):
        resolve_path(str(tmp_path / "photo"))
    with pytest.raises(DataError, match=r"scans.npy"):
        resolve_path(tmp_path / "scan.npy")


def test_nothing_near_says_what_can_be_given():
    with pytest.raises(
        DataError,
        match=r"'qqqqqqqq'; give a folder, .zip or .tar file of pictures, a clip, a .abc, .csv, .*mnist",
    ):
        resolve_path("qqqqqqqq")


@pytest.mark.parametrize("name", ["/", "..", "x/" * 3000, "a" * 3000, "\0", "~nobody-here/x", "no/such/../thing"])
def test_strange_names_are_data_errors_or_paths(name: str):
    try:
        assert resolve_path(name).is_dir()
    except DataError as error:
        message = str(error)
    else:
        message = ""
    assert "\n" not in message


def test_an_empty_source_was_an_array():
    with pytest.raises(DataError, match=r"an array in memory; give that array again"):
        resolve_path("")


def test_a_single_picture_asks_for_its_folder(draw):
    with pytest.raises(DataError, match=r"a.png is a single picture; give the folder"):
        resolve_path(draw("a.png"))


def test_other_kinds_of_files(tmp_path: Path):
    (tmp_path / "a.doc").write_text("1,2")
    with pytest.raises(DataError, match=r"a.doc is of a kind that is not read; give .*numpy.save writes .npy"):
        resolve_path(tmp_path / "a.doc")


@pytest.mark.parametrize("source", [3, None, [1, 2], b"mnist"])
def test_other_objects(source):
    with pytest.raises(ArgumentError, match=r"a data set is a name, a path or an array, not"):
        resolve_path(source)


def test_a_folder_with_a_registered_name_is_mentioned(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert name_clash_note("mnist") == ()
    (tmp_path / "mnist").mkdir()
    assert name_clash_note("mnist") == ("a folder mnist lies here as well; give ./mnist to read that",)
