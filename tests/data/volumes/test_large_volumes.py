"""Volumes larger than memory: the same examples, from files that are read slice by slice."""

import gzip
import os
import subprocess
import sys
from pathlib import Path

import nibabel
import numpy as np
import pytest
import torch
from PIL import Image

from autoencode.data import load, memory, new_examples
from autoencode.data.new_examples import NewExamples
from autoencode.data.options import ReadOptions
from autoencode.data.values import TrainedValues
from autoencode.data.volumes import nifti, volume
from autoencode.data.volumes.nifti import read_nifti, write_nifti_like
from autoencode.data.volumes.scan_volume import StoredSlices
from autoencode.errors import AutoencodeError
from data.volumes.test_volumes import ct, dicom
from data.volumes.test_volumes import nifti as made


def tiny(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[int]:
    """A machine of 4 kB; the number of files that are mapped into its memory."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(memory, "physical_memory", lambda: 4_000)
    monkeypatch.setattr(volume, "_CHUNK", 1_000)
    mapped, own = [0], np.memmap

    def counted(*given: object, **options: object) -> np.memmap:
        mapped[0] += 1
        return own(*given, **options)

    monkeypatch.setattr(np, "memmap", counted)
    return mapped


def scaled(path: Path) -> Path:
    """Whole numbers with a scale, as scanners write them."""
    image = nibabel.Nifti1Image(((ct() + 1024) // 2).astype(np.int16), np.eye(4))
    image.header.set_slope_inter(2.0, -1024.0)
    path.write_bytes(gzip.compress(image.to_bytes()) if path.suffix == ".gz" else image.to_bytes())
    return path


@pytest.mark.parametrize("kind", ["nii", "nii.gz", "scaled.nii", "scaled.nii.gz", "times.nii"])
def test_nifti(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    times = np.stack([ct(seed=1), ct(seed=2)], -1)
    path = tmp_path / f"a.{kind}"
    path = scaled(path) if "scaled" in kind else made(path, times if "times" in kind else ct())
    for values in ("auto", "-160..240"):
        whole = load(path, values=values)
        with monkeypatch.context() as small:
            mapped = tiny(small, tmp_path)
            found = load(path, values=values)
            assert mapped[0] == 1
            assert all(isinstance(one.pixels, StoredSlices) for one in read_nifti(path))
        assert found.fingerprint == whole.fingerprint
        assert (found.train.x == whole.train.x).all()
        assert (found.notes, str(found.values)) == (whole.notes, str(whole.values))


def test_new_slices_are_put_into_units_part_by_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, lengths, own = made(tmp_path / "a.nii", ct()), list[int](), new_examples.to_unit_floats
    data = load(path)
    reader = NewExamples(
        data.modality, TrainedValues(data.values, (-1024.0, 3071.0), pictures=True), ReadOptions(), True
    )

    def counted(x: torch.Tensor) -> torch.Tensor:
        lengths.append(len(x))
        return own(x)

    monkeypatch.setattr(new_examples, "to_unit_floats", counted)
    assert reader.count(path) == ct().shape[2]
    assert not lengths
    chunks, note = reader.read(path, 2)
    assert max(map(len, chunks)) <= 2
    assert max(lengths) <= 2
    assert sum(lengths) == ct().shape[2]
    assert note is None


def test_a_series_of_slices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ct").mkdir()
    pixels = (ct(20) + 1024).astype(np.int16)
    for place in range(20):
        dicom(tmp_path / f"ct/{place:02}.dcm", pixels[..., place].T.copy(), z=-2.5 * place)
    (tmp_path / "ct/broken.dcm").write_bytes(b"no pixels")
    whole = load(tmp_path / "ct")
    mapped = tiny(monkeypatch, tmp_path)
    found = load(tmp_path / "ct")
    assert mapped[0] == 1
    assert found.fingerprint == whole.fingerprint
    assert found.notes == whole.notes


def test_the_pages_of_a_tiff(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [Image.fromarray(one.astype(np.uint16)) for one in (ct(20) + 1024).transpose(2, 0, 1)]
    (tmp_path / "stack").mkdir()
    pages[0].save(tmp_path / "stack/a.tif", save_all=True, append_images=pages[1:])
    whole = load(tmp_path / "stack")
    mapped = tiny(monkeypatch, tmp_path)
    found = load(tmp_path / "stack")
    assert mapped[0] == 1
    assert found.fingerprint == whole.fingerprint


def test_what_is_written_back_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made(tmp_path / "a.nii", np.stack([ct(seed=1), ct(seed=2)], -1))
    drawn = np.concatenate([one.pixels for one in read_nifti(path)])
    write_nifti_like(path, drawn + 1, tmp_path / "whole.nii")
    tiny(monkeypatch, tmp_path)
    write_nifti_like(path, drawn + 1, tmp_path / "mapped.nii")
    write_nifti_like(path, drawn + 1, tmp_path / "mapped.nii.gz")
    assert (tmp_path / "whole.nii").read_bytes() == (tmp_path / "mapped.nii").read_bytes()
    assert gzip.decompress((tmp_path / "mapped.nii.gz").read_bytes()) == (tmp_path / "whole.nii").read_bytes()


def test_damaged_and_hostile_files_are_errors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = nibabel.Nifti1Image(ct(), np.eye(4)).to_bytes()
    huge = nibabel.Nifti1Image(np.zeros((2, 2, 2), np.float32), np.eye(4))
    huge.header.set_data_shape((30_000, 30_000, 30_000))
    header = huge.header.binaryblock + bytes(4)
    tiny(monkeypatch, tmp_path)
    cases = {
        "short.nii": (good[:-1], "ends after"),
        "short.nii.gz": (gzip.compress(good)[:-9], "damaged or cut off"),
        "less.nii.gz": (gzip.compress(good[:-9]), "ends after"),
        "more.nii.gz": (gzip.compress(good + bytes(10_000)), "unpacks to more than"),
        "huge.nii": (header, "ends after 352 of"),
        "huge.nii.gz": (gzip.compress(header), "more than memory has room for"),
        "nan.nii": (nibabel.Nifti1Image(np.full((9, 9, 9), np.nan, np.float32), np.eye(4)).to_bytes(), "NaN"),
    }
    for name, (content, words) in cases.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(AutoencodeError, match=words):
            load(tmp_path / name)
    assert nifti._HEAD >= 348
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]


MEASURE = """
import sys, re
from pathlib import Path
import numpy as np
from autoencode.data import load, memory
def anonymous():
    return int(re.search(r"RssAnon:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024
memory.physical_memory = lambda: 2**20
load(sys.argv[2])
before = anonymous()
data = load(sys.argv[1])
for start in range(0, len(data.train), 16):
    data.train.inputs(slice(start, start + 16)).mean()
print(anonymous() - before, data.train.x.nbytes / 2**20)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_is_flat(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 1000, (256, 256, 600)).astype(np.int16)
    large, small = made(tmp_path / "large.nii", noise), made(tmp_path / "small.nii", noise[:8, :8, :40])
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    said = subprocess.run(
        [sys.executable, "-c", MEASURE, large, small], check=True, capture_output=True, text=True, env=environment
    )
    more, held = map(float, said.stdout.split())
    assert held > 100
    assert more < 0.4 * held
