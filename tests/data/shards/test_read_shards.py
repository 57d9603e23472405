import io
import os

import numpy as np
import pytest
import torch
from PIL import Image

from autoencode.data import Batches, load
from autoencode.data.shards.file_rows import FileRows
from autoencode.errors import ArgumentError, DataError
from support.shards import picture, write_tar


def test_pictures_are_those_of_a_folder(tars, tmp_path):
    data = load(tars)
    folder = tmp_path / "folder"
    folder.mkdir()
    for shard in range(3):
        for number in range(10):
            (folder / f"{shard}_{number}.png").write_bytes(picture(100 * shard + number))
    plain = load(folder)
    assert isinstance(data.train.x, FileRows)
    assert data.data_shape == plain.data_shape == (3, 12, 10)
    for part in ("train", "validation", "test"):
        assert torch.equal(data.subsets[part].inputs(), plain.subsets[part].inputs())
    assert data.classes == ("class 0", "class 1")
    assert "30 pictures in 3 shards" in data.notes[0]


def test_the_same_again_from_the_index(tars, monkeypatch):
    first = load(tars, size=8, colour="grey")
    monkeypatch.setattr("autoencode.data.shards.read_shards.tar_samples", None)
    again = load(first.source, **first.options)
    assert again.fingerprint == first.fingerprint
    assert torch.equal(again.train.x[:5].float(), first.train.x[:5].float())


def test_a_changed_shard_is_read_again_and_is_other_data(tars):
    first = load(tars)
    write_tar(tars / "shard-01.tar", {"a.png": picture(7), "b.png": picture(8)})
    changed = load(tars)
    assert sum(changed.split.sizes.values()) == 22
    assert changed.fingerprint != first.fingerprint


def test_a_shard_that_changes_while_it_is_open_is_said(tars):
    data = load(tars)
    os.truncate(tars / "shard-01.tar", 600)
    with pytest.raises(DataError, match=r"changed meanwhile|not any more"):
        data.train.inputs()


def test_a_broken_member_is_listed_and_left_out(tars):
    members = {f"{n}.png": picture(n) for n in range(4)}
    members["2.png"] = members["2.png"][:200]
    members["3.png"] = b"no picture"
    write_tar(tars / "shard-00.tar", members)
    data = load(tars)
    assert sum(data.split.sizes.values()) == 22
    assert [skip.file for skip in data.skipped] == ["shard-00.tar/2.png", "shard-00.tar/3.png"]
    assert "2 left out: shard-00.tar/2.png (damaged" in data.notes[0]


def test_a_picture_of_too_many_pixels_is_left_out(tars):
    bomb = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    write_tar(tars / "shard-00.tar", {"a.png": bomb.getvalue()})
    (skipped,) = load(tars).skipped
    assert "too many to be safe" in skipped.reason


def test_only_the_rows_of_a_batch_are_read(tars, monkeypatch):
    data, read = load(tars), list[int]()
    batches = Batches(data.train, 4, seed=0)
    content = type(data.train.x.reader)._content
    monkeypatch.setattr(
        type(data.train.x.reader), "_content", lambda self, place: read.append(place) or content(self, place)
    )
    batches(0)
    assert len(read) == 4


@pytest.mark.parametrize("option", [{"patch": 8}, {"target": "masks"}, {"parts": "random"}, {"values": "0-1"}])
def test_options_without_a_meaning_are_refused(tars, option):
    (tars.parent / "masks").mkdir()
    if "target" in option:
        option = {"target": str(tars.parent / "masks")}
    with pytest.raises(ArgumentError, match="leave"):
        load(tars, **option)


@pytest.fixture
def parquet(tmp_path):
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    folder = tmp_path / "tables"
    folder.mkdir()
    return pa, pq, folder


def test_pictures_in_parquet(parquet):
    pa, pq, folder = parquet
    for shard in range(2):
        rows = [{"bytes": picture(10 * shard + n), "path": f"{n}.png"} for n in range(10)]
        rows[3] = {"bytes": b"broken", "path": "3.png"}
        table = pa.table({"image": rows, "label": [n % 2 for n in range(10)]})
        features = b'{"info": {"features": {"label": {"names": ["cat", "dog"]}}}}'
        pq.write_table(table.replace_schema_metadata({b"huggingface": features}), folder / f"{shard}.parquet")
    data = load(folder / "{0..1}.parquet")
    assert data.data_shape == (3, 12, 10)
    assert sum(data.split.sizes.values()) == 18
    assert data.classes == ("cat", "dog")
    assert data.skipped[0].file == "0.parquet/row 4"
    place = int(data.split.train[0])  # counted without the broken ones
    number = place + (place >= 3) if place < 9 else place - 9 + (place - 9 >= 3)
    expected = Image.open(io.BytesIO(picture(number if place < 9 else 10 + number)))
    assert np.array_equal(data.train.x[0].numpy().transpose(1, 2, 0), np.asarray(expected))


def test_numbers_in_parquet_are_standardised_as_in_memory(parquet):
    pa, pq, folder = parquet
    x = np.random.default_rng(0).normal(5, 3, (60, 4))
    for shard in range(3):
        own = x[20 * shard : 20 * shard + 20]
        pq.write_table(pa.table({f"c{n}": own[:, n] for n in range(4)}), folder / f"{shard}.parquet")
    data, plain = load(folder), load(x, values="standardised")
    assert torch.equal(data.train.inputs(), plain.train.inputs())
    assert data.standardisation == plain.standardisation
    again = load(data.source, **data.options)
    assert again.fingerprint == data.fingerprint


def test_an_empty_cell_and_a_column_of_words_are_said(parquet):
    pa, pq, folder = parquet
    pq.write_table(pa.table({"a": [1.0, None], "b": [1, 2]}), folder / "0.parquet")
    with pytest.raises(DataError, match="row 2, column 'a' is empty"):
        load(folder)
    pq.write_table(pa.table({"a": ["x", "y"]}), folder / "0.parquet")
    with pytest.raises(DataError, match="shards hold pictures or numbers alone"):
        load(folder)
