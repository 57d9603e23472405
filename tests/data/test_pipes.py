"""Pipes and devices in the place of a person's files: nothing waits for ever, and links to files are read."""

import os
import sys

import numpy as np
import pytest

from autoencode.data.arrays.npy import map_npy, read_npy, read_npy_header
from autoencode.data.arrays.npz import read_npz_header
from autoencode.data.images.picture import UnreadableError, read_picture_header
from autoencode.data.video.clip import open_clip
from autoencode.errors import DataError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="named pipes of POSIX")


def first_clip(path):
    with open_clip(path):
        pass


READERS = {
    "a.npy": (read_npy, map_npy, read_npy_header),
    "a.npz": (read_npz_header,),
    "a.png": (read_picture_header,),
    "a.mp4": (first_clip,),
}
CASES = [(name, read) for name, readers in READERS.items() for read in readers]


@pytest.mark.parametrize(("name", "read"), CASES, ids=[f"{read.__name__}" for _, read in CASES])
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_what_is_no_file_is_refused_at_once(tmp_path, name, read, kind):
    os.mkfifo(tmp_path / name) if kind == "pipe" else (tmp_path / name).symlink_to("/dev/zero")
    with pytest.raises((DataError, UnreadableError), match="not a regular file"):
        read(tmp_path / name)


def test_a_link_to_a_file_is_read(tmp_path):
    np.save(tmp_path / "there.npy", np.zeros((3, 2)))
    (tmp_path / "here.npy").symlink_to("there.npy")
    assert read_npy(tmp_path / "here.npy").shape == (3, 2)
