"""Codes in a table: a row for each file."""

import csv

import numpy as np
import pytest
import torch
from PIL import Image

from autoencode import tasks
from autoencode.data import load
from autoencode.errors import ArgumentError, CapabilityError, DataError


@pytest.fixture
def pictures(tmp_path, digits_run):
    x = (digits_run.data.test.inputs(slice(0, 5))[:, 0] * 255).round().byte().numpy()
    (tmp_path / "pictures").mkdir()
    for number, picture in enumerate(x):
        Image.fromarray(picture).save(tmp_path / "pictures" / f"{number}.png")
    return tmp_path / "pictures"


def rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_csv_has_the_posterior_mean_of_each_file_to_the_bit(digits_run, pictures, tmp_path):
    found = tasks.encode(digits_run, [pictures], tmp_path / "codes.csv", std=True)
    table = rows(tmp_path / "codes.csv")
    assert [row["file"] for row in table] == [str(pictures / f"{number}.png") for number in range(5)] == found.names
    assert list(table[0]) == ["file", "code_1", "code_2", "std_1", "std_2"]
    q = digits_run.model.encode(digits_run.data.test.inputs(slice(0, 5)))
    read = np.array([[row["code_1"], row["code_2"]] for row in table], np.float32)
    np.testing.assert_array_equal(read, found.codes)
    torch.testing.assert_close(torch.from_numpy(found.codes), q.mean.detach())
    torch.testing.assert_close(torch.from_numpy(found.std), q.stddev.detach())


def test_without_files_the_test_examples_with_their_labels(digits_run, tmp_path):
    found = tasks.encode(digits_run, out=tmp_path / "codes.npz")
    read = np.load(tmp_path / "codes.npz")
    assert read["files"].tolist()[:2] == ["test:1", "test:2"]
    assert read["labels"].tolist() == [str(label) for label in digits_run.data.test.labels.tolist()]
    np.testing.assert_array_equal(read["codes"], found.codes)


def test_arrays_give_a_row_for_each_example(digits_run, tmp_path):
    np.save(tmp_path / "x.npy", np.random.default_rng(0).integers(0, 256, (3, 8, 8), np.uint8))
    found = tasks.encode(digits_run, [tmp_path / "x.npy"], tmp_path / "codes.npy")
    assert found.names == [f"{tmp_path / 'x.npy'}:{number}" for number in (1, 2, 3)]
    assert np.load(tmp_path / "codes.npy").shape == (3, 2)


def test_parquet(digits_run, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    found = tasks.encode(digits_run, out=tmp_path / "codes.parquet")
    read = parquet.read_table(tmp_path / "codes.parquet")
    assert read.column_names == ["file", "code_1", "code_2", "label"]
    np.testing.assert_array_equal(read["code_2"].to_numpy(), found.codes[:, 1])


def test_quantised_codes_are_the_numbers_of_codewords(tmp_path):
    data = load(torch.rand(40, 1, 8, 8))
    run = tasks.train(data, "vq-vae", out=tmp_path / "run", steps=2)
    found = tasks.encode(run)
    assert found.codes.dtype == np.int64
    with pytest.raises(CapabilityError, match="leave --std out"):
        tasks.encode(run, std=True)


def test_what_cannot_be_encoded_is_refused_before_any_work(digits_run, plain_run, pictures, tmp_path):
    with pytest.raises(ArgumentError, match=r"not \.txt"):
        tasks.encode(digits_run, [pictures], tmp_path / "codes.txt")
    with pytest.raises(ArgumentError, match="name --out in"):
        tasks.encode(digits_run, [pictures], tmp_path / "codes.npy", std=True)
    (tmp_path / "mine.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ArgumentError, match="is there already: choose another --out"):
        tasks.encode(digits_run, [pictures], tmp_path / "mine.csv")
    with pytest.raises(DataError):
        tasks.encode(digits_run, [tmp_path / "mine.csv"])
    tasks.encode(digits_run, [pictures], tmp_path / "codes.csv")
    tasks.encode(digits_run, [pictures], tmp_path / "codes.csv")  # its own table is replaced
    with pytest.raises(CapabilityError, match="leave --std out"):
        tasks.encode(plain_run, [pictures], std=True)


def test_a_restorer_has_no_code(tmp_path):
    data = load(torch.rand(40, 1, 16, 16))
    run = tasks.train(data, "restorer", out=tmp_path / "run", steps=1, widths=(4, 8))
    with pytest.raises(CapabilityError, match="its code is the example itself"):
        tasks.encode(run)
    with pytest.raises(CapabilityError, match="its code is the example itself"):
        tasks.similar(run, "test:1")
