from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from autoencode.data.arrays.arrays import read_array
from autoencode.data.arrays.layout import AxisOrder, Channels
from autoencode.data.modality import modality_of
from autoencode.data.new_examples import NewExamples, read_resized_picture
from autoencode.data.options import ReadOptions
from autoencode.data.values import TrainedValues, ValueRange
from autoencode.errors import DataError, ShapeError

RNG = np.random.default_rng(0)
BYTES, UNIT, RAW = ValueRange.BYTES, ValueRange.UNIT, ValueRange.RAW


def new(
    shape: tuple[int, ...],
    values: ValueRange = BYTES,
    span: tuple[float, float] = (0.0, 1.0),
    *,
    from_files: bool = False,
    options: ReadOptions | None = None,
) -> NewExamples:
    modality = modality_of(shape, {}, span)
    trained = TrainedValues(values, span, pictures=modality.drawable)
    return NewExamples(modality, trained, options or ReadOptions(), from_files)


def read(examples: NewExamples, file: Path, chunk_size: int = 100) -> tuple[np.ndarray, str | None]:
    chunks, note = examples.read(file, chunk_size)
    return torch.cat(list(chunks)).numpy(), note


def saved(folder: Path, array: np.ndarray) -> Path:
    np.save(folder / "x.npy", array)
    return folder / "x.npy"


@pytest.mark.parametrize(
    "array",
    [
        RNG.random((11, 4)),
        np.asfortranarray(RNG.random((5, 6))),
        RNG.integers(0, 256, (7, 5, 6, 3), dtype=np.uint8),
    ],
)
def test_chunks_of_a_file_are_the_whole(tmp_path: Path, array: np.ndarray):
    whole = read_array(array)
    examples = new(tuple(whole.x.shape[1:]), whole.values)
    path = saved(tmp_path, array)
    chunks = list(examples.read(path, 3)[0])
    assert max(map(len, chunks)) == 3
    expected = whole.x / 255 if whole.x.dtype == torch.uint8 else whole.x
    assert torch.equal(torch.cat(chunks), expected)
    assert examples.count(path) == len(array)


def test_nothing_of_a_file_comes_before_all_of_it_is_checked(tmp_path: Path):
    array = np.zeros((9, 2))
    array[8, 1] = np.inf
    with pytest.raises(DataError, match="NaN or infinite"):
        new((2,), UNIT).read(saved(tmp_path, array), 3)


def test_the_same_numbers_are_read_as_in_training(tmp_path: Path):
    array = RNG.integers(0, 256, (5, 6, 6), dtype=np.uint8)
    x, note = read(new((1, 6, 6)), saved(tmp_path, array))
    np.testing.assert_allclose(x[:, 0], array / 255, rtol=1e-6)
    assert note is None


def test_floats_up_to_one_are_not_nearly_black_bytes(tmp_path: Path):
    array = RNG.random((5, 6, 6)).astype("f4")
    x, note = read(new((1, 6, 6)), saved(tmp_path, array))
    np.testing.assert_allclose(x[:, 0], array)
    assert "read as 0-1; the training data were 0-255 (say --values to decide otherwise)" in note
    said = new((1, 6, 6), options=ReadOptions(values=BYTES))
    x, note = read(said, saved(tmp_path, array))
    np.testing.assert_allclose(x[:, 0], array / 255, rtol=1e-6)
    assert note is None


def test_bytes_for_a_model_of_floats(tmp_path: Path):
    array = RNG.integers(0, 256, (5, 6, 6), dtype=np.uint8)
    x, note = read(new((1, 6, 6), UNIT), saved(tmp_path, array))
    np.testing.assert_allclose(x[:, 0], array / 255, rtol=1e-6)
    assert "read as 0-255; the training data were 0-1" in note


def test_one_range_for_all_chunks_of_a_file(tmp_path: Path):
    array = np.concatenate([np.zeros((3, 4, 4)), np.full((3, 4, 4), 200)]).astype("f4")
    x, _ = read(new((1, 4, 4)), saved(tmp_path, array), chunk_size=3)
    assert float(x.max()) == pytest.approx(200 / 255)


def test_a_picture_for_a_model_of_measurements_is_refused(tmp_path: Path):
    Image.new("L", (4, 4), 200).save(tmp_path / "a.png")
    scans = new((1, 4, 4), RAW, (-1000.0, 3000.0))
    with pytest.raises(DataError, match=r"trained on numbers from -1000 to 3000: give .npy files, or say --values raw"):
        scans.read(tmp_path / "a.png", 1)
    said = new((1, 4, 4), RAW, (-1000.0, 3000.0), options=ReadOptions(values=RAW))
    assert read(said, tmp_path / "a.png")[0].max() == 200


def test_measurements_in_picture_files_are_read_for_a_model_that_learned_from_such(tmp_path: Path):
    Image.fromarray(np.full((4, 4), -700.5, np.float32)).save(tmp_path / "a.tif")
    for from_files in (True, False):
        scans = new((1, 4, 4), RAW, (-1000.0, 3000.0), from_files=from_files)
        assert read(scans, tmp_path / "a.tif")[0].min() == -700.5
    Image.fromarray(np.full((4, 4), 900, np.uint16)).save(tmp_path / "b.tif")
    scans = new((1, 4, 4), RAW, (0.0, 4095.0), from_files=True)
    assert read(scans, tmp_path / "b.tif")[0].max() == 900


def test_the_depth_of_a_picture_file_counts(tmp_path: Path):
    twelve = ValueRange(0.0, 4095.0)
    Image.fromarray(np.full((4, 4), 4095, np.uint16)).save(tmp_path / "deep.png")
    Image.new("L", (4, 4), 255).save(tmp_path / "bytes.png")
    assert read(new((1, 4, 4), twelve), tmp_path / "deep.png") == (pytest.approx(np.ones((1, 1, 4, 4))), None)
    x, note = read(new((1, 4, 4), twelve), tmp_path / "bytes.png")
    assert x.min() == 1
    assert "read as 0-255; the training data were 0-4095" in note
    x, note = read(new((1, 4, 4)), tmp_path / "deep.png")
    assert x.max() == pytest.approx(4095 / 65_535)
    assert "read as 0-65535" in note


def test_pictures_are_fitted_and_made_grey_or_colour(tmp_path: Path):
    Image.new("RGB", (20, 10), (255, 0, 0)).save(tmp_path / "a.png")
    x, _ = read(new((3, 4, 6)), tmp_path / "a.png")
    assert x.shape == (1, 3, 4, 6)
    assert x[0, :, 0, 0].tolist() == [1, 0, 0]
    assert read(new((1, 4, 6)), tmp_path / "a.png")[0].shape == (1, 1, 4, 6)
    assert read_resized_picture(tmp_path / "a.png", (1, 8, 8)).shape == (1, 1, 8, 8)


@pytest.mark.parametrize("shape", [(4, 6, 6), (12,)])
def test_what_no_picture_holds_must_be_an_array(tmp_path: Path, shape: tuple[int, ...]):
    Image.new("RGB", (6, 6)).save(tmp_path / "a.png")
    for use in (lambda examples: examples.count(tmp_path / "a.png"), lambda e: e.read(tmp_path / "a.png", 1)):
        with pytest.raises(DataError, match=r"this model takes .*: give .npy files"):
            use(new(shape))


def test_axes_are_those_of_training_or_such_as_fit(tmp_path: Path):
    last = RNG.integers(0, 256, (5, 6, 6, 3), dtype=np.uint8)
    for array in (last, last.transpose(0, 3, 1, 2)):
        examples = new((3, 6, 6), options=ReadOptions(axes=AxisOrder.LAST, channels=Channels.RGB))
        x, _ = read(examples, saved(tmp_path, array))
        np.testing.assert_allclose(x, last.transpose(0, 3, 1, 2) / 255, rtol=1e-6)
    bands = RNG.random((5, 6, 6, 4)).astype("f4")
    examples = new((4, 6, 6), RAW, options=ReadOptions(axes=AxisOrder.LAST, channels=Channels.BANDS))
    assert np.array_equal(read(examples, saved(tmp_path, bands))[0], bands.transpose(0, 3, 1, 2))


def test_other_shapes_are_refused(tmp_path: Path):
    with pytest.raises(DataError, match=r"examples of shape \(1, 5, 6\), and the model takes \(1, 6, 6\)$"):
        new((1, 6, 6)).count(saved(tmp_path, np.zeros((3, 5, 6))))
    with pytest.raises(DataError, match=r"takes \(1, 6, 6\): add an axis for the examples, array\[None\]"):
        new((1, 6, 6)).count(saved(tmp_path, np.zeros((6, 6))))
    with pytest.raises(ShapeError, match="holds no examples"):
        new((1, 6, 6)).count(saved(tmp_path, np.zeros(6)))


def test_numbers_that_fit_nothing_are_refused(tmp_path: Path):
    with pytest.raises(DataError, match=r"do not fit the 0-255 of the training data"):
        new((1, 2, 2)).read(saved(tmp_path, np.array([[[-5.0, 300.0], [0, 0]]])), 1)


def test_a_damaged_picture_is_a_data_error(tmp_path: Path):
    (tmp_path / "a.png").write_bytes(b"no picture")
    with pytest.raises(DataError, match="no picture in a format that is read"):
        new((1, 2, 2)).read(tmp_path / "a.png", 1)
