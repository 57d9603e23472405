from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from autoencode.data import load
from autoencode.data.attribute_file import picture_attributes
from autoencode.errors import ArgumentError, DataError

PICTURES = [Path("train/1.png"), Path("2.png"), Path("c/3.png")]


def written(folder: Path, *lines: str) -> Path:
    (folder / "attributes.csv").write_text("\n".join(lines))
    return folder / "attributes.csv"


def test_values_are_sorted_and_what_is_empty_or_missing_is_not_known(tmp_path: Path) -> None:
    file = written(tmp_path, "id,hair,mouth,all", "1,long,open,x", "2.png,bald,,x", "9,curly,shut,x")
    found = picture_attributes(file, PICTURES)
    assert found.values == {"hair": ("bald", "long")}  # of the pictures that are there, one has a mouth
    assert found.codes.tolist() == [[1], [0], [-1]]
    assert found.codes.dtype == torch.int64
    assert "mouth, all: one value alone" in found.notes[1]
    assert "1 of 3 pictures" in found.notes[2]


@pytest.mark.parametrize(
    ("lines", "match"),
    [
        (["id", "1"], "needs a heading"),
        (["id,hair", "1,long,x"], "needs a heading"),
        (["id,hair", "8,long"], "names none of the pictures, such as train/1.png"),
        (["id,hair", "1,long", "2,long"], "no column of two to 100 different values"),
    ],
)
def test_files_that_say_nothing(tmp_path: Path, lines: list[str], match: str) -> None:
    with pytest.raises(DataError, match=match):
        picture_attributes(written(tmp_path, *lines), PICTURES)


def test_a_folder_has_attributes_as_context(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    for n in range(20):
        Image.fromarray(np.full((4, 4), 10 * n, np.uint8)).save(tmp_path / "photos" / f"{n}.png")
    file = written(tmp_path, "id;hair;mouth", *(f"{n};{'ab'[n % 2]};{'cde'[n % 3]}" for n in range(20)))
    data = load(tmp_path / "photos", attributes=file)
    assert data.attributes == {"hair": ("a", "b"), "mouth": ("c", "d", "e")}
    assert data.files is not None
    for name, part in data.subsets.items():
        numbers = [int(Path(data.files[place]).stem) for place in getattr(data.split, name).tolist()]
        assert part.conditioning().tolist() == [[n % 2, n % 3] for n in numbers]
    assert load(tmp_path / "photos", **data.options).fingerprint == data.fingerprint
    assert load(tmp_path / "photos").fingerprint != data.fingerprint


def test_no_such_file_and_data_without_names(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"there is no such file; it takes a [.]csv of names"):
        load(tmp_path, attributes="none.csv")
    np.save(tmp_path / "x.npy", np.zeros((20, 4)))
    with pytest.raises(ArgumentError, match="--attributes does not apply"):
        load(tmp_path / "x.npy", attributes=written(tmp_path, "id,hair", "1,a"))
