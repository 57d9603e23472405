"""A column of text of a table."""

import pytest

from autoencode.data import TextLines, load
from autoencode.errors import ArgumentError, DataError
from autoencode.tasks import encode, reconstruct, train

pandas = pytest.importorskip("pandas")


@pytest.fixture
def table(tmp_path):
    rows = [
        (f"The {who} {does}.", mood) for who, mood in (("cat", "glad"), ("dog", "sad")) for does in ("sat", "ran") * 5
    ]
    frame = pandas.DataFrame(rows, columns=["text", "mood"])
    frame.loc[3, "text"] = None
    frame.to_csv(tmp_path / "t.csv", index=False)
    return frame


def test_a_column_is_an_example_a_row_with_its_label(table, tmp_path):
    data = load(tmp_path / "t.csv", array="text", labels="mood")
    assert isinstance(data.modality, TextLines)
    assert sum(data.split.sizes.values()) == 19
    assert "1 rows without text in column 'text' are left out" in data.notes
    assert data.classes == ("glad", "sad")
    for line, label in zip(data.vocabulary.decode(data.train.x), data.train.labels.tolist(), strict=True):
        assert ("cat" in line) == (label == 0)
    assert load(data.source, **data.options).fingerprint == data.fingerprint
    assert load(table, array="text", labels="mood").fingerprint == data.fingerprint


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"array": "words"}, DataError, "--array words: there is no such column; there are text, mood"),
        ({"array": "text", "values": "raw"}, ArgumentError, "--values does not apply to a column of text"),
        ({"array": "text", "labels": "x"}, DataError, "--labels x: there is no such column"),
        ({"tokens": "words", "labels": "mood"}, ArgumentError, "--tokens does not apply to a table"),
    ],
)
def test_what_does_not_fit_is_an_error(table, tmp_path, options, error, message):
    with pytest.raises(error, match=message):
        load(tmp_path / "t.csv", **options)


def test_a_table_of_text_alone_says_how_to_learn_from_it(tmp_path):
    lines = [f"sentence number {n} is here" for n in range(60)]
    pandas.DataFrame({"text": lines, "more": lines[::-1]}).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(DataError, match="or a column of text by --array"):
        load(tmp_path / "t.csv")


def test_an_empty_column_is_an_error(tmp_path):
    pandas.DataFrame({"text": [None, None, None], "x": [1, 2, 4]}).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(DataError, match="column 'text' holds no text: name another one with --array"):
        load(tmp_path / "t.csv", array="text")


def test_a_model_of_a_column_reads_tables_and_text(table, tmp_path):
    small = {"latent_dim": 2, "embedding": 4, "hidden": 6, "steps": 2}
    run = train(tmp_path / "t.csv", array="text", out=tmp_path / "run", **small)
    (tmp_path / "a.txt").write_text("the cat ran.\n")
    assert reconstruct(run, [tmp_path / "a.txt", tmp_path / "t.csv"]).count == 20
    assert len(encode(run, [tmp_path / "t.csv"]).names) == 19
    table.drop(columns="text").to_csv(tmp_path / "other.csv", index=False)
    with pytest.raises(DataError, match="the table has no column 'text', which the model learned from"):
        reconstruct(run, [tmp_path / "other.csv"])
