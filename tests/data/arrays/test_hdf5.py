from pathlib import Path

import h5py
import numpy as np
import pytest

from autoencode.data import inspect_shape, load
from autoencode.data.arrays.hdf5 import read_hdf5
from autoencode.errors import CapabilityError, DataError

X = np.random.default_rng(0).integers(0, 256, (20, 4, 5), dtype=np.uint8)
Y = np.arange(20) % 3


def saved(path: Path, **arrays: np.ndarray) -> Path:
    with h5py.File(path, "w") as file:
        for name, array in arrays.items():
            file[name] = array
    return path


def test_examples_and_labels_are_found_by_name(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.h5", images=X, labels=Y)
    examples = read_hdf5(path)
    assert np.array_equal(examples.x[:, 0].numpy(), X)
    assert examples.labels is not None
    assert examples.labels.tolist() == Y.tolist()
    assert inspect_shape(path) == (1, 4, 5)


def test_others_are_named(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.hdf5", **{"one/scans": X, "two/scans": X[:, :2], "kinds": Y})
    with pytest.raises(DataError, match=r"found kinds, one/scans, two/scans: name one with --array"):
        load(path)
    data = load(path, array="two/scans", labels="kinds")
    assert data.data_shape == (1, 2, 5)
    assert data.classes == ("0", "1", "2")
    assert load(path, **data.options).fingerprint == data.fingerprint
    with pytest.raises(DataError, match=r"no array 'three'; --array takes one of kinds, one/scans, two/scans"):
        load(path, array="three")
    with pytest.raises(DataError, match=r"no array 'four'; --labels takes one of"):
        load(path, array="two/scans", labels="four")


def test_no_other_file_is_opened(tmp_path: Path) -> None:
    secret = saved(tmp_path / "secret.h5", images=X)
    with h5py.File(tmp_path / "link.h5", "w") as file:
        file["images"] = h5py.ExternalLink(str(secret), "/images")
    with pytest.raises(DataError, match="holds no array of examples"):
        load(tmp_path / "link.h5")
    with h5py.File(tmp_path / "external.h5", "w") as file:
        file.create_dataset("images", (20, 4, 5), "u1", external=[(str(secret), 0, 400)])
    with pytest.raises(DataError, match="lies in other files"):
        load(tmp_path / "external.h5")
    layout = h5py.VirtualLayout((20, 4, 5), "u1")
    layout[...] = h5py.VirtualSource(str(secret), "images", (20, 4, 5))
    with h5py.File(tmp_path / "virtual.h5", "w") as file:
        file.create_virtual_dataset("images", layout)
    with pytest.raises(DataError, match="lies in other files"):
        load(tmp_path / "virtual.h5")


def test_a_damaged_file_and_a_missing_library_are_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(90))
    with pytest.raises(DataError, match=r"a\.h5 cannot be read"):
        load(tmp_path / "a.h5")
    monkeypatch.setattr("autoencode.data.extras.import_module", lambda name: __import__("no_such_" + name))
    with pytest.raises(CapabilityError, match=r"pip install h5py"):
        load(tmp_path / "a.h5")
