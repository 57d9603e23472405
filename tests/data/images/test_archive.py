"""Archives of pictures, also hostile ones."""

import io
import tarfile
import tempfile
import zipfile
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from autoencode import tasks
from autoencode.data import is_media_path, is_picture_source, load
from autoencode.data.images import archive
from autoencode.errors import DataError

RNG = np.random.default_rng(0)


def png() -> bytes:
    file = io.BytesIO()
    Image.fromarray(RNG.integers(0, 256, (12, 10, 3), dtype=np.uint8)).save(file, "PNG")
    return file.getvalue()


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for name, content in files.items():
            file.writestr(name, content)
    return path


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where archives are unpacked: nothing may stay there."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


def test_a_zip_is_read_as_its_folder_is(tmp_path: Path, temporary: Path) -> None:
    files = {f"photos/{kind}/{n}.png": png() for kind in ("cat", "dog") for n in range(8)}
    path = zipped(tmp_path / "a.zip", {**files, "photos/readme.txt": b"hello", "__MACOSX/._a.png": b"x"})
    for name, content in files.items():
        (tmp_path / "folder" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "folder" / name).write_bytes(content)
    data = load(path)
    assert data.classes == ("cat", "dog")
    assert data.fingerprint == load(tmp_path / "folder" / "photos").fingerprint
    assert "1 files of a.zip are left out: no pictures by their names" in data.notes
    assert is_media_path(path)
    assert is_picture_source(path)
    assert load(path, **data.options).fingerprint == data.fingerprint
    assert not list(temporary.iterdir())


def test_a_model_is_trained_on_an_archive_and_finds_it_again(tmp_path: Path) -> None:
    path = tmp_path / "a.tar.gz"
    with tarfile.open(path, "w:gz") as file:
        for n in range(12):
            content = png()
            info = tarfile.TarInfo(f"{n}.png")
            info.size = len(content)
            file.addfile(info, io.BytesIO(content))
    run = tasks.train(path, "dense-vae", out=tmp_path / "run", steps=2)
    assert run.path.exists()
    again = tasks.resume(tmp_path / "run", steps=4)
    assert len(again.data.train) == 10


def test_nothing_is_written_outside_and_no_link_is_followed(tmp_path: Path, temporary: Path) -> None:
    names = ["../up.png", "/abs.png", "a/../../b.png", "..\\win.png", "C:\\drive.png"]
    path = zipped(tmp_path / "a.zip", {**{f"{n}.png": png() for n in range(5)}, **{name: png() for name in names}})
    with zipfile.ZipFile(path, "a") as file:
        link = zipfile.ZipInfo("link.png")
        link.external_attr = 0o120777 << 16
        file.writestr(link, "/etc/passwd")
    data = load(path)
    assert sum(data.split.sizes.values()) == 5
    assert "5 files of a.zip are left out: they would lie outside of the folder" in data.notes
    assert "1 files of a.zip are left out: links or devices" in data.notes
    with tarfile.open(tmp_path / "b.tar", "w") as file:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
            info = tarfile.TarInfo("x.png")
            info.type, info.linkname = kind, "/etc/passwd"
            file.addfile(info)
    with pytest.raises(DataError, match=r"holds no pictures \(4 files left out: links or devices\)"):
        load(tmp_path / "b.tar")
    assert not list(temporary.iterdir())
    assert {path.name for path in tmp_path.iterdir()} == {"a.zip", "b.tar", "temporary"}


def test_an_archive_larger_than_the_disk_has_room_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(archive.shutil, "disk_usage", lambda _: usage(10**6, 0, 10**5))
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("bomb.png", bytes(10**6))
    with pytest.raises(DataError, match="unpacks to more than there is room for"):
        load(path)


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tgz"])
def test_a_damaged_archive_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"PK\3\4" + bytes(90))
    with pytest.raises(DataError, match=rf"{name} cannot be read"):
        load(tmp_path / name)


def test_two_files_of_one_name_are_one(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {f"{n}.png": png() for n in range(4)})
    with zipfile.ZipFile(path, "a") as file, pytest.warns(UserWarning, match="Duplicate name"):
        file.writestr("0.png", png())
    assert "1 files of a.zip are left out: of a name that was there before" in load(path).notes
