import io
import tarfile

import pytest

from autoencode.data.shards.samples import LeftOut, tar_samples
from autoencode.errors import DataError
from support.shards import picture, write_tar


def read(path):
    left = LeftOut(path.name)
    samples = list(tar_samples(path, left))
    return samples, {skip.file: skip.reason for skip in left.files}


def test_members_of_one_name_belong_together(tmp_path):
    members = {
        "a/1.png": b"one",
        "a/1.cls": b"cat\n",
        "a/2.jpg": b"two",
        "a/2.json": b'{"label": 3}',
        "a/3.txt": b"a sentence that describes the picture and is no label at all, by its length",
        "a/3.png": b"three",
    }
    path = write_tar(tmp_path / "x.tar", members)
    samples, left = read(path)
    assert [(s.key, s.content, s.label) for s in samples] == [
        ("a/1", b"one", "cat"),
        ("a/2", b"two", "3"),
        ("a/3", b"three", None),
    ]
    assert not left
    with path.open("rb") as file:
        for sample in samples:
            file.seek(sample.offset)
            assert file.read(len(sample.content)) == sample.content


def test_what_is_no_picture_is_counted(tmp_path):
    path = write_tar(tmp_path / "x.tar", {"1.png": b"1", "1.seg.png": b"1", "2.cls": b"4", "3.npy": b"5"})
    samples, left = read(path)
    assert [s.key for s in samples] == ["1"]
    assert left[".seg.png in x.tar"] == "neither a picture nor a label"
    assert "no picture" in left["x.tar/2"]


@pytest.mark.parametrize("name", ["/etc/a.png", "../a.png", "x/../../a.png", "C:\\a.png"])
def test_a_name_that_leads_out_is_left_out(tmp_path, name):
    samples, left = read(write_tar(tmp_path / "x.tar", {name: b"1", "b.png": b"2"}))
    assert [s.key for s in samples] == ["b"]
    assert "leads out" in next(iter(left.values()))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_and_devices_are_left_out(tmp_path, kind):
    path = tmp_path / "x.tar"
    with tarfile.open(path, "w") as archive:
        info = tarfile.TarInfo("a.png")
        info.type, info.linkname = kind, "/etc/passwd"
        archive.addfile(info)
    samples, left = read(path)
    assert not samples
    assert "a link, a device" in left["x.tar/a.png"]


def test_an_absurd_size_is_left_out_unread(tmp_path):
    info = tarfile.TarInfo("a.png")
    info.size = 2**62
    path = tmp_path / "x.tar"
    path.write_bytes(info.tobuf(tarfile.GNU_FORMAT) + bytes(2048))
    samples, left = read(path)
    assert not samples
    assert "ends before" in left["x.tar/a.png"]


def test_a_shard_that_ends_early_gives_what_is_whole(tmp_path):
    path = write_tar(tmp_path / "x.tar", {f"{n}.png": picture(n, (40, 40)) for n in range(5)})
    whole = read(path)[0]
    path.write_bytes(path.read_bytes()[: whole[3].offset + 10])
    samples, left = read(path)
    assert samples == whole[:3]
    assert len(left) == 1


def test_a_damaged_header_is_said(tmp_path):
    path = write_tar(tmp_path / "x.tar", {f"{n}.png": picture(n) for n in range(5)})
    content = bytearray(path.read_bytes())
    place = read(path)[0][2].offset - 512
    content[place : place + 512] = b"\x7f" * 512
    path.write_bytes(content)
    samples, left = read(path)
    assert [s.key for s in samples] == ["0", "1"]
    assert "the rest of the shard is left out" in next(iter(left.values()))


def test_a_compressed_tar_is_refused(tmp_path):
    path = tmp_path / "x.tar"
    with tarfile.open(path, "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("a.png"), io.BytesIO())
    with pytest.raises(DataError, match="compressed"):
        read(path)
