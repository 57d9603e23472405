"""Volumes of medical scanners: read slice by slice, and written back."""

import gzip
from pathlib import Path

import nibabel
import numpy as np
import numpy.typing as npt
import pydicom
import pytest
from PIL import Image
from pydicom.data import get_testdata_file

from autoencode import tasks
from autoencode.data import load
from autoencode.data.content import suffix_of
from autoencode.data.volumes.dicom import read_dicom, read_dicom_series, write_dicom_like
from autoencode.data.volumes.nifti import read_nifti, write_nifti_like
from autoencode.errors import AutoencodeError, DataError

Numbers = npt.NDArray[np.float32]
AFFINE = np.array([[-0.8, 0, 0, 90], [0, 0.7, 0, -120], [0, 0, 2.5, -70], [0, 0, 0, 1]])


def ct(slices: int = 24, side: int = 16, seed: int = 0) -> Numbers:
    """A body of changing size in air, in Hounsfield units, (width, height, slices) as NIfTI stores it."""
    random = np.random.default_rng(seed)
    x, y, z = np.meshgrid(*(np.linspace(-1, 1, n) for n in (side, side, slices)), indexing="ij")
    body = np.hypot(x, 1.3 * y) < 0.8 - 0.3 * z**2
    return np.where(body, 40 + 900 * (np.hypot(x - 0.2, y) < 0.2), -1000).astype(np.float32) + np.rint(
        5 * random.normal(size=body.shape)
    ).astype(np.float32)


def nifti(path: Path, volume: npt.NDArray[np.generic]) -> Path:
    nibabel.Nifti1Image(volume, AFFINE).to_filename(path)
    return path


def dicom(path: Path, pixels: npt.NDArray[np.int16], z: float = 0.0, series: str = "1.2.3", **fields: object) -> Path:
    """One slice of pydicom's own CT, with other pixels."""
    file = pydicom.dcmread(str(get_testdata_file("CT_small.dcm")))
    file.Rows, file.Columns = pixels.shape
    file.PixelData = pixels.tobytes()
    file.ImagePositionPatient = [0, 0, z]
    file.SeriesInstanceUID, file.SOPInstanceUID = series, f"{series}.{round(100 * z) % 10_000}"
    for name, value in fields.items():
        setattr(file, name, value)
    file.save_as(path)
    return path


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz", "A.NII.GZ"])
def test_a_nifti_file_is_slices_in_its_own_units(tmp_path: Path, name: str) -> None:
    volume = ct()
    path = tmp_path / name
    content = nibabel.Nifti1Image(volume, AFFINE).to_bytes()
    path.write_bytes(gzip.compress(content) if name.lower().endswith("gz") else content)
    (found,) = read_nifti(path)
    assert found.pixels.shape == (24, 16, 16)
    assert (found.pixels[3] == volume[:, ::-1, 3].T).all()
    assert found.spacing == pytest.approx((2.5, 0.7, 0.8))
    assert found.unit == "HU"
    data = load(path)
    assert data.data_shape == (1, 16, 16)
    assert str(data.values) == "-1024..3071"
    assert any("24 slices, Hounsfield units, 2.5 x 0.7 x 0.8 mm a voxel" in note for note in data.notes)


def test_blocks_of_neighbours_are_held_out(tmp_path: Path) -> None:
    data = load(nifti(tmp_path / "a.nii", ct(60)))
    blocks = {place // 3 for place in data.split.test.tolist()}
    assert not blocks & {place // 3 for place in data.split.train.tolist()}


def test_whole_volumes_are_held_out_of_a_folder(tmp_path: Path) -> None:
    for number in range(12):
        nifti(tmp_path / f"{number}.nii.gz", ct(5, seed=number))
    (tmp_path / "notes.txt").write_text("about them")
    data = load(tmp_path)
    assert len({place // 5 for place in data.split.test.tolist()}) * 5 == len(data.split.test)
    assert any("12 volumes of 60 slices" in note for note in data.notes)


def test_four_dimensions_are_several_volumes(tmp_path: Path) -> None:
    series = np.stack([ct(4, seed=number) for number in range(3)], axis=-1)
    path = nifti(tmp_path / "a.nii", series)
    assert len(read_nifti(path)) == 3
    drawn = np.concatenate([volume.pixels for volume in read_nifti(path)])
    write_nifti_like(path, drawn + 1, tmp_path / "b.nii.gz")
    assert np.allclose(nibabel.load(tmp_path / "b.nii.gz").get_fdata(), series + 1)


def test_two_times_are_enough_to_learn_from(tmp_path: Path) -> None:
    data = load(nifti(tmp_path / "a.nii", np.stack([ct(30, seed=number) for number in range(2)], axis=-1)))
    assert sum(data.split.sizes.values()) == 60
    assert data.split.sizes["train"] == 48
    assert any("2 volumes of 60 slices" in note and "blocks of neighbouring slices are held out" in note
               for note in data.notes)  # fmt: skip
    five = np.zeros((4, 4, 6, 2, 3), np.float32)
    with pytest.raises(DataError, match=r"a\.nii has 5 axes: a volume has three, or four with its times"):
        load(nifti(tmp_path / "a.nii", five))


def test_numbers_outside_of_the_range_are_clipped_and_said(tmp_path: Path) -> None:
    path = nifti(tmp_path / "a.nii", ct())
    data = load(path, values="-160..240")
    assert (data.train.x.min(), data.train.x.max()) == (0.0, 1.0)
    assert any("outside -160..240 and were clipped" in note for note in data.notes)
    mri = nifti(tmp_path / "b.nii", (np.random.default_rng(0).random((8, 8, 30)) * 873).astype(np.int16))
    assert str(load(mri).values) == "0-880"
    noisy = np.linspace(-0.47, 1.32, 8 * 8 * 30, dtype=np.float32).reshape(8, 8, 30)
    assert str(load(nifti(tmp_path / "c.nii", noisy)).values) == "-0.5..1.4"


def test_what_comes_out_has_places_spacing_and_units(tmp_path: Path) -> None:
    path = nifti(tmp_path / "scan.nii.gz", ct(40))
    run = tasks.train(path, "linear-ae", out=tmp_path / "run", steps=200, latent_dim=4)
    done = tasks.reconstruct(run, [path], tmp_path / "back")
    back = nibabel.load(tmp_path / "back" / "scan.nii.gz")
    assert tmp_path / "back" / "scan.nii.gz" in done.files
    assert np.allclose(back.affine, AFFINE)
    assert back.shape == (16, 16, 40)
    error = np.sqrt(np.square(back.get_fdata() - ct(40)).mean())
    assert error < 0.5 * ct(40).std()


def test_a_series_is_in_the_order_of_its_places(tmp_path: Path) -> None:
    volume = (ct(20) + 1024).astype(np.int16)
    for place in range(20):
        dicom(tmp_path / f"{(7 * place) % 20}", volume[..., place].T.copy(), z=2.5 * place)
    (tmp_path / "DICOMDIR").write_bytes(b"no picture")
    assert suffix_of(tmp_path / "3") == ".dcm"
    volumes, unread = read_dicom_series([path for path in tmp_path.iterdir() if path.name != "DICOMDIR"])
    assert not unread
    (found,) = volumes
    assert (found.pixels == ct(20).transpose(2, 1, 0)).all()
    assert found.spacing == pytest.approx((2.5, 0.661468, 0.661468))
    assert found.unit == "HU"
    data = load(tmp_path)
    assert str(data.values) == "-1024..3071"
    run = tasks.train(tmp_path, "linear-ae", out=tmp_path.parent / "run", steps=50)
    tasks.reconstruct(run, [tmp_path], tmp_path.parent / "back")
    again = pydicom.dcmread(tmp_path.parent / "back" / "3.dcm")
    first = pydicom.dcmread(tmp_path / "3")
    assert again.ImagePositionPatient == first.ImagePositionPatient
    assert again.SeriesInstanceUID != first.SeriesInstanceUID
    assert again.ImageType[0] == "DERIVED"
    assert abs(read_dicom(tmp_path.parent / "back" / "3.dcm").pixels - read_dicom(tmp_path / "3").pixels).mean() < 400


def test_dicom_comes_back_to_a_unit(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 4000, (9, 7)).astype(np.int16)
    path = dicom(tmp_path / "a.dcm", pixels)
    numbers = read_dicom(path).pixels
    assert (numbers[0] == pixels - 1024).all()
    write_dicom_like(path, numbers, tmp_path / "b.dcm")
    assert (read_dicom(tmp_path / "b.dcm").pixels == numbers).all()


def test_bright_and_dark_are_exchanged_where_the_file_says_so(tmp_path: Path) -> None:
    pixels = np.arange(12, dtype=np.int16).reshape(3, 4)
    path = dicom(tmp_path / "a.dcm", pixels, PhotometricInterpretation="MONOCHROME1")
    assert (read_dicom(path).pixels[0] == -1 - pixels - 1024).all()
    pixels = np.arange(12, dtype=np.uint16).reshape(3, 4)
    fields = {"PhotometricInterpretation": "MONOCHROME1", "PixelRepresentation": 0, "BitsStored": 12}
    path = dicom(tmp_path / "b.dcm", pixels, **fields)
    assert (read_dicom(path).pixels[0] == 4095 - pixels.astype(float) - 1024).all()
    write_dicom_like(path, read_dicom(path).pixels, tmp_path / "c.dcm")
    assert (read_dicom(tmp_path / "c.dcm").pixels == read_dicom(path).pixels).all()


def test_files_that_cannot_be_read_are_said(tmp_path: Path) -> None:
    for place in range(14):
        dicom(tmp_path / f"{place:02}.dcm", np.full((6, 6), place, np.int16), z=place)
    without = pydicom.dcmread(tmp_path / "00.dcm")
    del without.PixelData
    without.save_as(tmp_path / "report.dcm")
    compressed = pydicom.dcmread(tmp_path / "01.dcm")
    compressed.file_meta.TransferSyntaxUID = pydicom.uid.JPEG2000Lossless
    compressed.PixelData = pydicom.encaps.encapsulate([b"\0" * 40])
    compressed["PixelData"].VR = "OB"
    compressed.save_as(tmp_path / "packed.dcm")
    data = load(tmp_path)
    notes = "\n".join(data.notes)
    assert "2 of 16 files left out" in notes
    assert "report.dcm has no pixels" in notes
    with pytest.raises(DataError, match=r"compressed \(JPEG 2000.*pip install"):
        read_dicom(tmp_path / "packed.dcm")


def test_slices_of_two_sizes_are_an_error(tmp_path: Path) -> None:
    nifti(tmp_path / "a.nii", ct(5, 16))
    nifti(tmp_path / "b.nii", ct(5, 12))
    with pytest.raises(DataError, match="slices of different sizes"):
        load(tmp_path)


def test_damaged_and_hostile_files_are_errors(tmp_path: Path) -> None:
    content = nifti(tmp_path / "a.nii", ct(4)).read_bytes()
    random = np.random.default_rng(0)
    for number in range(150):
        changed = bytearray(content)
        for place in random.integers(0, 352, 3):
            changed[place] = random.integers(256)
        path = tmp_path / f"x{number}.nii"
        path.write_bytes(bytes(changed[: int(random.integers(300, len(changed)))]) if number % 3 else bytes(changed))
        try:
            read_nifti(path)
        except AutoencodeError:
            continue
    bomb = tmp_path / "bomb.nii.gz"
    bomb.write_bytes(gzip.compress(content + b"\0" * 2**24))
    with pytest.raises(DataError, match="unpacks to more"):
        read_nifti(bomb)
    dcm = dicom(tmp_path / "a.dcm", np.zeros((6, 6), np.int16)).read_bytes()
    for number in range(100):
        changed = bytearray(dcm)
        for place in random.integers(128, len(dcm), 4):
            changed[place] = random.integers(256)
        path = tmp_path / f"y{number}.dcm"
        path.write_bytes(bytes(changed))
        try:
            read_dicom(path)
        except AutoencodeError:
            continue


def test_pictures_beside_volumes_are_pictures(tmp_path: Path) -> None:
    nifti(tmp_path / "a.nii", ct(4))
    for number in range(10):
        Image.new("L", (8, 8), 20 * number).save(tmp_path / f"{number}.png")
    assert load(tmp_path).data_shape == (1, 8, 8)


def test_a_slice_is_given_with_its_neighbours_of_the_same_volume(tmp_path: Path) -> None:
    first, second = (ct(9, seed=seed) for seed in (1, 2))
    nifti(tmp_path / "times.nii", np.stack([first, second], -1))
    data = load(tmp_path / "times.nii", frames=3, values="-1100..1100")
    assert "each slice is given with 1 before and 1 behind it" in data.notes
    both = np.concatenate([one[:, ::-1].transpose(2, 1, 0) for one in (first, second)])
    inside = [range(begin, begin + 3) for begin in range(0, 18, 3)]  # blocks are held out, and see themselves alone
    for part in ("train", "validation", "test"):
        subset, places = data.subsets[part], getattr(data.split, part).tolist()
        assert subset.context.shape == (len(places), 2, 16, 16)
        for place, x, context in zip(places, subset.inputs(), subset.context.numpy(), strict=True):
            own = inside[place // 3]
            before = place - 1 if place - 1 in own else place + 1
            behind = place + 1 if place + 1 in own else place - 1
            np.testing.assert_allclose(x[0].numpy() * 2200 - 1100, both[place], atol=0.01)
            np.testing.assert_allclose(context * 2200 - 1100, both[[before, behind]], atol=0.01)
    nifti(tmp_path / "thin.nii", ct(3))
    with pytest.raises(DataError, match="a volume of 3 slices, and a slice with 2 on either side needs at least 4"):
        load(tmp_path / "thin.nii", frames=5)


def test_a_folder_of_volumes_takes_no_patches_from_a_recipe(tmp_path: Path) -> None:
    (tmp_path / "volumes").mkdir()
    nifti(tmp_path / "volumes" / "a.nii", ct(24))
    options = {"widths": (4,), "steps": 2, "batch_size": 4, "augment": "none"}
    run = tasks.train(tmp_path / "volumes", "self-restorer", out=tmp_path / "one", **options)
    assert run.data.options.get("patch") is None
    run = tasks.train(tmp_path / "volumes", "video-self-restorer", out=tmp_path / "several", **options)
    assert run.data.options["frames"] == 5


@pytest.mark.parametrize("frames", [None, 3])
def test_options_give_the_same_slices_again(tmp_path, frames):
    nifti(tmp_path / "a.nii.gz", ct())
    nifti(tmp_path / "b.nii.gz", ct(seed=1))
    for source in (tmp_path, tmp_path / "a.nii.gz"):
        first = load(source, frames=frames)
        again = load(source, **first.options)
        assert np.array_equal(first.test.inputs(), again.test.inputs())
        assert first.options == again.options


@pytest.mark.parametrize(("of_train", "groups"), [(4, 4), (2, 40)])
def test_subfolders_of_parts_are_kept(tmp_path: Path, of_train: int, groups: int) -> None:
    """Of a few volumes to train with, blocks of neighbouring slices validate; those to test with stay whole."""
    for part, n in (("test", 2), ("train", of_train)):
        (tmp_path / part).mkdir()
        for number in range(n):
            nifti(tmp_path / part / f"{number}.nii", ct(seed=number) + (500 if part == "test" else 0))
    nifti(tmp_path / "other.nii", ct())
    data = load(tmp_path)
    assert data.split.sizes["test"] == 2 * 24
    assert data.test.inputs().min() > data.train.inputs().min() + 0.1
    assert sum(data.split.sizes.values()) == (of_train + 2) * 24
    assert len(data.split.validation) == (24 if groups == of_train else pytest.approx(4, abs=1.5))
    assert "other.nii (beside the subfolders of the parts; say --parts random to use it)" in "\n".join(data.notes)
    assert load(tmp_path, **data.options).fingerprint == data.fingerprint
    assert len(load(tmp_path, parts="random").train) > len(data.train)


@pytest.mark.parametrize("scale", [1e-9, 1e-30, 1e25])
def test_tiny_and_huge_numbers_are_read_again_by_their_options(tmp_path: Path, scale: float) -> None:
    place = nifti(tmp_path / "a.nii", (ct() + 2000).astype(np.float64) * scale)
    data = load(place)
    assert data.train.inputs().std() > 0.1
    assert load(place, **data.options).fingerprint == data.fingerprint


def test_a_volume_of_one_number_says_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"all numbers are alike \(7\)"):
        load(nifti(tmp_path / "a.nii", np.full((8, 8, 12), 7, np.int16)))
