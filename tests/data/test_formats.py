from pathlib import Path

import numpy as np
import pytest

from autoencode.data import load
from autoencode.data.formats import file_formats, format_of, has_format
from autoencode.errors import ArgumentError, DataError, UnknownNameError


def test_formats_are_known_by_suffix_in_any_case():
    arrays, others = [".h5", ".hdf5", ".mat", ".npy", ".npz"], [".csv", ".parquet", ".tsv", ".txt"]
    music, sound = [".abc", ".json", ".mid", ".midi"], [".flac", ".mp3", ".ogg", ".wav"]
    assert list(file_formats()) == sorted([*arrays, *others, *music, *sound, ".dcm", ".nii", ".nii.gz"])
    assert has_format(Path("a.NPY"))
    assert not has_format(Path("npy"))
    assert format_of(Path("a.npz")).summary.startswith("NumPy's archives")
    with pytest.raises(UnknownNameError, match=r"no file format named '\.xyz'.*autoencode list formats"):
        format_of(Path("a.xyz"))


def test_a_header_agrees_with_what_is_read(tmp_path):
    x = np.zeros((7, 5), np.float32)
    np.save(tmp_path / "a.npy", x)
    np.savez(tmp_path / "a.npz", x=x)
    for name in ("a.npy", "a.npz"):
        found = format_of(tmp_path / name).header
        assert found is not None
        assert found(tmp_path / name).shape == (7, *load(tmp_path / name).data_shape)


def test_options_that_mean_nothing_for_a_format_are_refused(tmp_path):
    np.save(tmp_path / "a.npy", np.zeros((40, 5)))
    for options in ({"labels": "none"}, {"parts": "random"}, {"size": "8x8"}):
        with pytest.raises(ArgumentError, match=r"does not apply to a\.npy"):
            load(tmp_path / "a.npy", **options)


def test_a_file_of_no_known_format_is_refused_with_what_can_be_given(tmp_path):
    (tmp_path / "a.xyz").write_text("")
    with pytest.raises(DataError, match=r"a clip, a \.abc, .* or \.wav file, or one of"):
        load(tmp_path / "a.xyz")
