from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from autoencode import tasks
from autoencode.data import load
from autoencode.errors import ArgumentError, DataError, RunError
from autoencode.runs.run import Run


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for n in range(20):
        file = tmp_path / "photos" / ("a" if n < 10 else "b") / f"{n}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((8, 12), 10 * n, np.uint8)).save(file)
    return tmp_path / "photos"


@pytest.mark.parametrize("name", ["a/{}.png", "{}.png", "{}"])
def test_pictures_get_the_classes_of_the_file_by_path_name_or_stem(photos: Path, tmp_path: Path, name: str) -> None:
    lines = [f"{name.format(n)};{'cat' if n % 2 else 'dog'}" for n in range(10)]
    (tmp_path / "labels.csv").write_text("\n".join(["file;class", *lines]))
    data = load(photos, labels=str(tmp_path / "labels.csv"))
    assert data.classes == ("cat", "dog")
    assert data.files is not None
    for part, places in (("train", data.split.train), ("test", data.split.test)):
        labels = data.subsets[part].labels
        assert labels is not None
        for label, place in zip(labels.tolist(), places.tolist(), strict=True):
            number = int(Path(data.files[place]).stem)
            assert label == (-1 if number >= 10 else 0 if number % 2 else 1)
    assert "10 of 20 examples have no label" in data.notes
    assert load(photos, **data.options).fingerprint == data.fingerprint


def test_an_array_has_its_labels_in_order(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.random.default_rng(0).random((30, 4)))
    (tmp_path / "y.csv").write_text("class\n" + "\n".join(str(n % 3) for n in range(30)))
    np.save(tmp_path / "y.npy", np.arange(30) % 3)
    data = load(tmp_path / "x.npy", labels=str(tmp_path / "y.csv"))
    assert data.train.labels is not None
    assert data.train.labels.tolist() == [int(place) % 3 for place in data.split.train]
    assert load(tmp_path / "x.npy", labels=str(tmp_path / "y.npy")).fingerprint == data.fingerprint
    (tmp_path / "y.csv").write_text("1\n2\n")
    with pytest.raises(DataError, match=r"y\.csv has 2 lines for 30 examples"):
        load(tmp_path / "x.npy", labels=str(tmp_path / "y.csv"))


@pytest.mark.parametrize(
    ("text", "message"),
    [("x.png,cat\n", "names none of the pictures, such as a/0.png"), ("0.png\n", "has a line without two cells")],
)
def test_a_file_that_does_not_fit_is_refused(photos: Path, tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "labels.csv").write_text(text)
    with pytest.raises(DataError, match=message):
        load(photos, labels=str(tmp_path / "labels.csv"))
    with pytest.raises(DataError, match=r"--labels nothing\.csv: there is no such file"):
        load(photos, labels="nothing.csv")
    with pytest.raises(ArgumentError, match="--labels does not apply to digits"):
        load("digits", labels="nothing.csv")


def test_a_strangers_run_names_no_file_of_labels(photos: Path, tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("\n".join(f"{n},{'cat' if n % 2 else 'dog'}" for n in range(20)))
    tasks.train(photos, "dense-vae", out=tmp_path / "run", steps=1, labels=str(tmp_path / "labels.csv"))
    record = tmp_path / "run" / "run.json"
    record.write_text(record.read_text().replace("labels.csv", "secret.csv"))
    with pytest.raises(RunError, match=r"names the (data|labels) .*--trust-paths"):
        len(Run(tmp_path / "run").data.train)
    with pytest.raises(RunError, match=r"names the labels .*secret.csv.*--trust-paths"):
        len(Run(tmp_path / "run", data=photos).data.train)


def test_labels_that_moved_with_the_data_are_found(photos: Path, tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("\n".join(f"{n},{'cat' if n % 2 else 'dog'}" for n in range(20)))
    tasks.train(photos, "dense-vae", out=tmp_path / "run", steps=1, labels=str(tmp_path / "labels.csv"))
    (tmp_path / "new").mkdir()
    photos.rename(tmp_path / "new" / "photos")
    (tmp_path / "labels.csv").rename(tmp_path / "new" / "labels.csv")
    assert Run(tmp_path / "run", data=tmp_path / "new" / "photos").data.classes == ("cat", "dog")
