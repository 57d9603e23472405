"""Tables of mixed columns, in and out again."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from autoencode import tasks
from autoencode.data import Columns, TableRows, inspect_shape, load
from autoencode.data.formats import format_of
from autoencode.data.tables.columns import CategoryColumn, NumberColumn, import_pandas
from autoencode.data.tables.delimited import read_delimited_frame
from autoencode.data.tables.survey import survey
from autoencode.errors import ArgumentError, CapabilityError, DataError
from autoencode.runs.folder import RunFolder
from autoencode.runs.run import Run


def people(n: int = 200) -> pd.DataFrame:
    """Numbers, categories, missing cells, and columns that a model has no use for."""
    rng = np.random.default_rng(0)
    z = rng.normal(size=n)
    frame = pd.DataFrame(
        {
            "id": np.arange(n) + 1000,
            "born": pd.date_range("1950-01-01", periods=n).astype(str),
            "age": np.round(40 + 12 * z).astype(int),
            "income": np.round(3e4 * np.exp(z / 2 + 0.1 * rng.normal(size=n)), 2),
            "colour": np.array(["blue", "green", "red"])[np.digitize(z, [-0.5, 0.5])],
            "smoker": z > 0,
            "note": [f"Person {number} said nothing" for number in range(n)],
            "country": "DE",
        }
    )
    frame.loc[:9, "income"] = np.nan
    frame.loc[5:7, "colour"] = None
    return frame


@pytest.fixture
def table(tmp_path: Path) -> Path:
    people().to_csv(tmp_path / "people.csv", index=False)
    return tmp_path / "people.csv"


def test_columns_are_what_they_hold(table: Path) -> None:
    data = load(table)
    assert data.columns == Columns(
        (
            NumberColumn("age", 0),
            NumberColumn("income", 2, has_gaps=True),
            CategoryColumn("colour", ("blue", "green", "red")),
            CategoryColumn("smoker", ("False", "True")),
        )
    )
    assert data.modality == TableRows((8,), data.display_range, data.columns)
    assert (data.modality.description, data.modality.noun) == ("rows of 4 columns", "rows")
    notes = "\n".join(data.notes)
    assert "2 columns of numbers and 2 of categories (colour of 3 values, smoker of 2 values)" in notes
    assert "13 missing cells are marked by an indicator and filled with the mean of the column: " in notes
    assert "left out: id (ids); born (dates); note (text of more than 50 values); country (the same in every" in notes


def test_numbers_are_standardised_by_the_training_rows_and_missing_ones_are_their_mean(table: Path) -> None:
    data, frame = load(table), people()
    income = frame["income"].to_numpy()
    rows = income[data.split.train]
    assert data.standardisation
    assert data.standardisation.mean[1] == pytest.approx(np.nanmean(rows))
    assert data.standardisation.scale[1] == pytest.approx(np.nanstd(rows))
    assert (data.standardisation.mean[2:], data.standardisation.scale[2:]) == ((0.0,) * 6, (1.0,) * 6)
    assert torch.equal(data.train.x[:, 1] == 0, torch.from_numpy(np.isnan(rows)))
    assert torch.equal(data.train.x[:, 2] == 0, torch.from_numpy(np.isnan(rows)))
    colours = data.train.x[:, 3:6]
    missing = torch.from_numpy(frame["colour"].isna().to_numpy()[data.split.train])
    assert torch.equal(colours.sum(1), (~missing).float())


def test_a_table_goes_through_files_and_memory_alike(tmp_path: Path, table: Path) -> None:
    people().to_parquet(tmp_path / "people.parquet")
    people().to_csv(tmp_path / "a.tsv", index=False, sep="\t")
    people().to_csv(tmp_path / "b.csv", index=False, sep=";", decimal=",", encoding="utf-16")
    expected = load(table)
    for source in (tmp_path / "people.parquet", tmp_path / "a.tsv", tmp_path / "b.csv", people()):
        found = load(source)
        assert found.columns == expected.columns
        assert torch.equal(found.train.x, expected.train.x)
        assert inspect_shape(source) == (8,)
    assert load(str(table), **{**expected.options}).fingerprint == expected.fingerprint


def test_a_column_is_the_labels(table: Path) -> None:
    data = load(table, labels="colour", unlabelled="green")
    assert data.classes == ("blue", "red")
    assert data.columns
    assert data.columns.names == ("age", "income", "smoker")
    expected = {"blue": 0, "red": 1}
    colours = [people()["colour"][int(place)] for place in data.split.train]
    assert data.train.labels is not None
    assert data.train.labels.tolist() == [expected.get(colour, -1) for colour in colours]
    assert load(table, labels="smoker").classes == ("False", "True")
    with pytest.raises(DataError, match=r"--labels shoe: there is no such column; there are id, born"):
        load(table, labels="shoe")
    with pytest.raises(DataError, match=r"--labels income does not work"):
        load(table, labels="income")


def test_what_comes_out_has_the_names_and_units_of_the_table(tmp_path: Path, table: Path) -> None:
    run = tasks.train(table, out=tmp_path / "run", steps=300, likelihood="normal")
    assert run.modality == load(table).modality
    assert RunFolder(tmp_path / "run").data.table_columns == run.modality.columns
    _, files = tasks.generate(run, 20, tmp_path / "new")
    assert [file.name for file in files] == ["samples.csv"]
    made = pd.read_csv(files[0])
    assert list(made.columns) == ["age", "income", "colour", "smoker"]
    assert made["age"].dtype == np.int64
    assert 20 < made["age"].mean() < 60
    assert set(made["colour"]) <= {"blue", "green", "red"}
    tasks.reconstruct(run, [table], tmp_path / "back")
    back = pd.read_csv(tmp_path / "back" / "reconstructions.csv")
    assert len(back) == 200
    assert np.corrcoef(back["age"], people()["age"])[0, 1] > 0.9
    again = Run(tmp_path / "run")
    x = again.reconstruct(people())
    assert np.array_equal(again.modality.columns.frame(x)["age"], back["age"])
    shuffled = people()[["smoker", "colour", "income", "age"]]
    assert np.array_equal(again.encode(shuffled), again.encode(people()))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"age": None}, r"no column called 'age'; it has id, born"),
        ({"colour": "mauve"}, r"column 'colour' has 'mauve' in row 1, and its values are blue, green, red: correct it"),
        ({"age": "old"}, r"column 'age' holds numbers, and row 1 has 'old'"),
        ({"income": np.inf}, r"column 'income' is infinite in row 1"),
    ],
)
def test_other_tables_than_those_of_training_are_refused_by_column_and_row(change: dict, message: str) -> None:
    columns = survey(people()).columns
    frame = people()
    for name, value in change.items():
        frame = frame.drop(columns=name) if value is None else frame.assign(**{name: value})
    with pytest.raises(DataError, match=message):
        columns.encode(frame)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"is empty: expected a table"),
        ("a,b\n", r"the table has no rows"),
        ("a,b,c\n1,2,3\n4,5,6,7\n", r"cannot be read: .*Expected 3 fields in line 3, saw 4"),
        ("a,b\n" + "1,x\n" * 9, r"no column is left to learn from \(a, b: the same in every row\)"),
        (
            "a\n" + "".join(f"{n}.5\n" for n in range(30)) + "?\nforty\n",
            r"column 'a' holds .* row 32 has 'fort",
        ),
        ("a\n" + "".join(f"{n}.5\n" for n in range(30)) + "inf\n", r"column 'a' is infinite in row 31"),
        ("a\0b", r"is no text"),
    ],
)
def test_what_is_no_table_is_refused_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(DataError, match=message) as caught:
        load(tmp_path / "a.csv")
    assert "\n" not in str(caught.value)


def test_names_of_rows_and_guesses_are_said(tmp_path: Path) -> None:
    lines = [f"r{n},{n}.5,{(7 * n) % 11},{'ab'[n % 2]}" for n in range(40)]
    (tmp_path / "r.csv").write_text("\n".join(["size,weight,group", *lines]))
    data = load(tmp_path / "r.csv")
    assert [column.name for column in data.columns.columns] == ["size", "weight", "group"]
    assert "rows begin with a name without a heading: it is the column 'row name'" in data.notes
    assert any("row name" in note and "ids" in note for note in data.notes)
    (tmp_path / "more.csv").write_text("a,b\n" + "\n".join(f"{n},2.5,3,4" for n in range(9)))
    with pytest.raises(DataError, match="more cells than"):
        load(tmp_path / "more.csv")
    (tmp_path / "iris.csv").write_text("\n".join(f"{n % 7}.1,{n % 5}.2,{'ab'[n % 2]}" for n in range(40)))
    assert (
        "2 names of columns are numbers: if the first line is data, put a heading above it"
        in load(tmp_path / "iris.csv").notes
    )
    (tmp_path / "c.csv").write_text("a;b\n" + "\n".join(f"1,{n:03};{n}" for n in range(40)))
    assert "commas are read as decimal points: 1,000 is 1.000" in load(tmp_path / "c.csv").notes


def test_truth_values_with_gaps_are_categories(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("a,b\n" + "\n".join(f"{n % 7}.5,{(True, False, '')[n % 3]}" for n in range(40)))
    assert [type(column).__name__ for column in load(tmp_path / "b.csv").columns.columns] == [
        "NumberColumn",
        "CategoryColumn",
    ]


def test_without_a_heading_columns_are_counted(tmp_path: Path) -> None:
    np.savetxt(tmp_path / "a.csv", np.random.default_rng(0).normal(size=(50, 3)), delimiter=",")
    columns = load(tmp_path / "a.csv").columns
    assert columns
    assert columns.names == ("column 1", "column 2", "column 3")


def test_options_that_mean_nothing_for_a_table_are_refused(table: Path) -> None:
    with pytest.raises(ArgumentError, match=r"--values takes raw or standardised, not 0-255"):
        load(table, values="0-255")
    with pytest.raises(ArgumentError, match=r"--parts does not apply to people\.csv"):
        load(table, parts="random")
    with pytest.raises(DataError, match=r"13 cells are missing|10 cells are missing"):
        load(table, values="raw")
    assert load(people().dropna(), values="raw").train.x[:, 0].mean() > 30


def test_a_column_without_cells_in_the_training_part_is_filled_with_zero() -> None:
    frame = pd.DataFrame({"a": np.random.default_rng(0).normal(size=30), "b": np.nan})
    data = load(frame.assign(b=[1.0, 2.0, *[np.nan] * 28]))
    assert data.train.x.isfinite().all()


def test_decimals_are_those_of_the_column() -> None:
    frame = pd.DataFrame({"whole": [1.0, 4.0, 2.0], "tenths": [0.1, 0.2, 0.4], "many": np.sqrt([2.0, 3.0, 5.0])})
    found = survey(frame).columns
    assert [column.decimals for column in found.columns if isinstance(column, NumberColumn)] == [0, 1, None]
    assert found.decode(np.array([[1.6, 0.26, 1 / 3]])) == [[2], [0.3], [0.333333333]]


def test_without_pandas_the_message_says_what_to_install(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(CapabilityError, match=r"pip install pandas pyarrow"):
        import_pandas()
    with pytest.raises(CapabilityError, match=r"pip install pandas pyarrow"):
        load(table)


def test_a_format_of_tables_gives_the_table(table: Path) -> None:
    read = format_of(table).table
    assert read is not None
    pd.testing.assert_frame_equal(read(table, ()), pd.read_csv(table))


@pytest.mark.parametrize("values", [("01", "02", "A"), ("true", "false", "unknown"), ("FALSE", "TRUE", "TRUE")])
def test_categories_of_a_model_are_read_as_text_in_new_files(tmp_path: Path, values: tuple[str, ...]) -> None:
    """A new file may hold only those that pandas takes for numbers, or for true and false."""
    rows = [f"{number % 7},{values[number % 3]}\n" for number in range(60)]
    (tmp_path / "old.csv").write_text("n,code\n" + "".join(rows))
    (tmp_path / "new.csv").write_text("n,code\n" + "".join(row for row in rows if values[2] not in row))
    run = tasks.train(tmp_path / "old.csv", "linear-ae", out=tmp_path / "run", steps=1)
    chunks, _ = run.new_examples.read(tmp_path / "new.csv", 100)
    known = next(chunks)[:, 1:]
    assert (known.sum(1) == 1).all()
    assert run.modality.text_columns == ("code",)


def test_true_and_false_are_known_in_any_case(tmp_path: Path) -> None:
    column = CategoryColumn("smoker", ("False", "True"))
    assert column.encode(pd.Series(["true", "FALSE", True])).tolist() == [[0, 1], [1, 0], [0, 1]]
    with pytest.raises(DataError, match="column 'smoker' has 'yes' in row 2"):
        column.encode(pd.Series(["true", "yes"]))


def test_columns_without_a_heading_are_text_by_their_number(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1,01\n2,02\n")
    frame = read_delimited_frame(tmp_path / "a.csv", texts=("column 2", "column x"))
    assert frame["column 2"].tolist() == ["01", "02"]
    assert frame["column 1"].tolist() == [1, 2]
