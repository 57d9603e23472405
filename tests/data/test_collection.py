import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader, Subset, TensorDataset

from autoencode.data import load
from autoencode.errors import ArgumentError, DataError, ShapeError


class Photos(torch.utils.data.Dataset):
    """Pictures of Pillow and labels, as torchvision's folders are."""

    classes = ("cat", "dog")

    def __len__(self) -> int:
        return 20

    def __getitem__(self, place: int) -> tuple[Image.Image, int]:
        return Image.new("RGB", (9, 7), (place, 2 * place, 0)), place % 2


class HuggingFace:
    """What a Hugging Face dataset can do, as far as it is used."""

    def __init__(self, **columns: list) -> None:
        self.column_names = list(columns)
        self._columns = columns
        names = type("ClassLabel", (), {"names": ["cat", "dog"]})()
        self.features = {"label": names}

    def to_pandas(self) -> pd.DataFrame:
        return pd.DataFrame(self._columns)

    def __len__(self) -> int:
        return len(next(iter(self._columns.values())))

    def __getitem__(self, place: int) -> dict:
        return {name: column[place] for name, column in self._columns.items()}


def test_tensors_with_labels() -> None:
    x, y = torch.rand(40, 1, 8, 8), torch.arange(40) % 4
    data = load(TensorDataset(x, y))
    assert torch.equal(data.train.x, x[data.split.train])
    assert data.train.labels is not None
    assert torch.equal(data.train.labels, y[data.split.train])
    loader = load(DataLoader(TensorDataset(x, y), batch_size=4, shuffle=True))
    assert loader.fingerprint == data.fingerprint
    assert load(TensorDataset(x, y), labels="none").train.labels is None
    half = load(Subset(TensorDataset(x, y), range(20)))
    assert sum(half.split.sizes.values()) == 20


def test_pictures_with_the_names_of_their_classes() -> None:
    data = load(Photos())
    assert (data.data_shape, data.classes) == ((3, 7, 9), ("cat", "dog"))
    assert data.train.x[:, 0, 0, 0].tolist() == data.split.train.tolist()


def test_a_hugging_face_dataset_of_pictures_or_of_columns() -> None:
    pictures = [Image.new("L", (8, 6), n) for n in range(20)]
    data = load(HuggingFace(image=pictures, label=[n % 2 for n in range(20)]))
    assert (data.data_shape, data.classes) == ((1, 6, 8), ("cat", "dog"))
    table = load(HuggingFace(a=np.random.default_rng(0).normal(size=20).tolist(), b=["x", "y"] * 10))
    assert table.columns
    assert table.columns.names == ("a", "b")


@pytest.mark.parametrize(
    ("source", "error", "message"),
    [
        ({}, ArgumentError, "a dictionary is no data set"),
        ([], DataError, "holds no examples"),
        (["a"], DataError, "an example is an array, a tensor or a picture.*not str"),
        ([np.zeros(3), np.zeros(4)], ShapeError, r"examples of shape \(3,\) and \(4,\)"),
        (5, ArgumentError, "a name, a path or an array, not int"),
    ],
)
def test_what_is_no_collection_of_examples_is_refused(source: object, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        load(source)
