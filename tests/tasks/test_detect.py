"""Detectors of tables as run folders and files."""

import csv
import json
import sys
import tracemalloc

import numpy as np
import pytest

from autoencode import tasks
from autoencode.data.tables.chunks import table_chunks
from autoencode.detection.table_detector import TableDetector
from autoencode.errors import ArgumentError, AutoencodeError, DataError, RunError
from autoencode.runs.listing import find_run, list_runs
from autoencode.runs.run import Run
from autoencode.runtime.reporter import Reporter
from support.reporters import Recorder

MODULE = sys.modules["autoencode.tasks.detect"]  # `tasks.detect` is the function
pandas = pytest.importorskip("pandas")


def people(n=150):
    rng = np.random.default_rng(0)
    education, age = rng.choice(["school", "college"], n), rng.integers(20, 65, n)
    income = (20_000 + 600 * age + 15_000 * (education == "college") + 2_000 * rng.normal(size=n)).round(-2)
    born = pandas.date_range("1990-01-01", periods=n)
    table = pandas.DataFrame({"age": age, "education": education, "income": income, "born": born, "bad": 0})
    table.loc[3, ["income", "bad"]] = [120_000.0, 1]
    table.loc[9, "education"] = None
    return table


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("detect")
    people().to_csv(path / "people.csv", index=False)
    tasks.train_detector(path / "people.csv", out=path / "run", label="bad", steps=20, reporter=Reporter())
    return path


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_line_for_each_row_says_score_and_columns(folder, tmp_path):
    found = tasks.detect(folder / "run", folder / "people.csv", tmp_path / "s.csv", label="bad", reporter=Reporter())
    rows = rows_of(tmp_path / "s.csv")
    assert [int(row["row"]) for row in rows] == list(range(1, 151))
    worst = max(rows, key=lambda row: float(row["outlier_score"]))
    assert (worst["row"], worst["outlier"], worst["columns"].split(";")[0]) == ("4", "1", "income")
    assert worst["why"].startswith("income 120,000, expected ")
    assert all((float(row["outlier_score"]) > found.threshold) == (row["outlier"] == "1") for row in rows)
    assert found.n_outliers == sum(row["outlier"] == "1" for row in rows)
    assert found.worst[0][0] == 4
    assert found.quality is not None
    assert (found.quality.auroc, found.quality.recall, found.quality.outlier) == (1.0, 1.0, "1")


def test_labels_change_nothing(folder, tmp_path):
    without, labelled = tmp_path / "without.csv", tmp_path / "labelled.csv"
    tasks.detect(folder / "run", folder / "people.csv", without, reporter=Reporter())
    tasks.detect(folder / "run", folder / "people.csv", labelled, label="bad", reporter=Reporter())
    assert without.read_text() == labelled.read_text()
    other = tmp_path / "other.csv"
    people().assign(bad=1).to_csv(other, index=False)
    again = tasks.train_detector(other, out=tmp_path / "run", label="bad", steps=20, reporter=Reporter())
    tasks.detect(again, folder / "people.csv", labelled, reporter=Reporter())
    assert without.read_text() == labelled.read_text()


def test_columns_that_are_left_out_and_missing_cells_are_named(folder, tmp_path):
    notes = Recorder()
    tasks.train_detector(people(), out=tmp_path / "run", label="bad", steps=2, reporter=notes)
    assert "columns left out: born (dates)" in notes.of("note")
    assert any("1 missing cell is not counted: education 1" in note for note in notes.of("note"))


def test_contamination_moves_the_threshold_alone(folder, tmp_path):
    found = [
        tasks.detect(folder / "run", people(), tmp_path / f"{share}.csv", contamination=share, reporter=Reporter())
        for share in (0.02, 0.2)
    ]
    assert [one.n_outliers for one in found] == [3, 30]
    with pytest.raises(ArgumentError, match=r"--contamination takes a share above 0 and up to 0.5, not 0.7"):
        tasks.detect(folder / "run", people(), contamination=0.7, reporter=Reporter())


def test_it_is_a_run_without_pickle(folder, monkeypatch):
    assert sorted(path.suffix for path in (folder / "run").iterdir()) == [".json", ".safetensors"]
    (run,) = list_runs(folder)
    assert (run.recipe, run.status) == ("outliers", "complete")
    assert find_run("last", folder) == folder / "run"
    with pytest.raises(RunError, match=r"holds a detector, which scores what is unusual .*: autoencode detect"):
        Run(folder / "run")


def test_a_damaged_or_other_folder(folder, tmp_path):
    with pytest.raises(RunError, match="no folder"):
        TableDetector.load(tmp_path / "none")
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "run.json").write_bytes((folder / "run" / "run.json").read_bytes())
    with pytest.raises(RunError, match="holds no detector: autoencode train TABLE --recipe outliers"):
        TableDetector.load(copy)
    content = (folder / "run" / "detector.safetensors").read_bytes()
    (copy / "detector.safetensors").write_bytes(content[:-10])
    with pytest.raises(RunError, match="truncated"):
        TableDetector.load(copy)
    assert json.loads((copy / "run.json").read_text())["recipe"] == "outliers"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda t: t.astype({"age": object}).replace({"age": {t.age[7]: "old"}}),
            "column 'age' holds numbers, and row",
        ),
        (lambda t: t.assign(age=np.inf), "column 'age' is infinite in row 1|column 'age' holds numbers, and row 1 has"),
        (lambda t: t.head(1), "at least 2 rows are needed"),
        (lambda t: t.head(0), "at least 2 rows are needed|no rows"),
        (lambda t: t[["born"]], r"no column is left to learn from \(born: dates\)"),
        (lambda t: t.assign(age=1, income=2, education="x"), "no column is left to learn from"),
    ],
)
def test_tables_that_nothing_can_be_learned_from(change, message, tmp_path):
    with pytest.raises(AutoencodeError, match=message) as caught:
        tasks.train_detector(change(people().drop(columns="bad")), out=tmp_path / "run", steps=2, reporter=Reporter())
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "run").exists()


def test_a_constant_column_is_left_out_and_rows_alike_are_no_error(tmp_path):
    notes = Recorder()
    table = pandas.DataFrame({"a": np.arange(30.0) % 2, "b": 3})
    run = tasks.train_detector(table, out=tmp_path / "run", steps=2, reporter=notes)
    assert "columns left out: b (the same in every row)" in notes.of("note")
    assert tasks.detect(run, table, reporter=Reporter()).n_rows == 30


def test_other_columns_than_at_the_fit(folder):
    with pytest.raises(DataError, match=r"no column called 'income'; it has .*: the detector was fitted to these"):
        tasks.detect(folder / "run", people().rename(columns={"income": "pay"}), reporter=Reporter())
    with pytest.raises(DataError, match="--label wrong: the table has no such column"):
        tasks.detect(folder / "run", people(), label="wrong", reporter=Reporter())
    with pytest.raises(DataError, match=r"column 'born' has 150 different labels .* labels of outliers are two"):
        tasks.detect(folder / "run", people(), label="born", reporter=Reporter())


def test_labels_that_the_detector_has_learned_from_are_refused(folder):
    with pytest.raises(
        ArgumentError,
        match=r"has learned from the column 'age'.*: leave it out with autoencode train TABLE --labels age",
    ):
        tasks.detect(folder / "run", people(), label="age", reporter=Reporter())


def test_labels_are_text_so_that_an_empty_one_in_a_later_part_changes_none(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(MODULE, "table_chunks", lambda file, texts=(): table_chunks(file, 40, texts=texts))
    table = people().astype({"bad": object})
    table.loc[100, "bad"] = None
    table.to_csv(tmp_path / "gaps.csv", index=False)
    found = tasks.detect(folder / "run", tmp_path / "gaps.csv", tmp_path / "s.csv", label="bad", reporter=Reporter())
    assert found.quality is not None
    assert found.quality.outlier == "1"
    assert tasks.detect(folder / "run", table, tmp_path / "s.csv", label="bad", reporter=Reporter()).quality


def test_labels_are_checked_before_anything_is_scored(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(MODULE, "atomic_open", lambda _: pytest.fail("begins to score"))
    with pytest.raises(DataError, match="column 'bad' has 1 different labels"):
        tasks.detect(folder / "run", people().assign(bad=0), tmp_path / "s.csv", label="bad", reporter=Reporter())


def test_categories_that_look_like_numbers_in_one_part_or_file_are_text(tmp_path, monkeypatch):
    monkeypatch.setattr(MODULE, "table_chunks", lambda file, texts=(): table_chunks(file, 40, texts=texts))
    code = np.array(["01", "02"] * 40 + ["A", "B"] * 20)
    table = pandas.DataFrame({"age": np.random.default_rng(0).integers(20, 65, 120), "code": code})
    table.to_csv(tmp_path / "codes.csv", index=False)
    run = tasks.train_detector(tmp_path / "codes.csv", out=tmp_path / "run", steps=2, reporter=Reporter())
    assert TableDetector.load(run).encoder.columns.columns[1].values == ("01", "02", "A", "B")
    table[:40].to_csv(tmp_path / "new.csv", index=False)
    tasks.detect(run, tmp_path / "codes.csv", tmp_path / "all.csv", reporter=Reporter())
    tasks.detect(run, tmp_path / "new.csv", tmp_path / "new_scores.csv", reporter=Reporter())
    scores, new = (rows_of(tmp_path / name) for name in ("all.csv", "new_scores.csv"))
    assert scores[:40] == new


def test_another_separator_encoding_and_format(folder, tmp_path):
    expected = tmp_path / "csv.csv"
    tasks.detect(folder / "run", folder / "people.csv", expected, reporter=Reporter())
    people().to_csv(tmp_path / "other.csv", sep=";", index=False, encoding="utf-16")
    people().to_parquet(tmp_path / "table.parquet")
    for name in ("other.csv", "table.parquet"):
        tasks.detect(folder / "run", tmp_path / name, tmp_path / "scores.csv", reporter=Reporter())
        assert (tmp_path / "scores.csv").read_text() == expected.read_text()


def test_the_number_of_a_row_is_that_in_the_file(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(MODULE, "table_chunks", lambda file, texts=(): table_chunks(file, 40, texts=texts))
    text = people().astype({"age": object})
    text.loc[120, "age"] = "old"
    text.to_csv(tmp_path / "wrong.csv", index=False)
    for act in (
        lambda: tasks.detect(folder / "run", tmp_path / "wrong.csv", tmp_path / "s.csv", reporter=Reporter()),
        lambda: tasks.train_detector(tmp_path / "wrong.csv", out=tmp_path / "run", reporter=Reporter()),
    ):
        with pytest.raises(DataError, match="column 'age' holds numbers, and row 121 has 'old'"):
            act()


def test_chunks_are_the_table(folder, tmp_path):
    whole = pandas.read_csv(folder / "people.csv")
    people().to_parquet(tmp_path / "t.parquet")
    for path in (folder / "people.csv", tmp_path / "t.parquet"):
        parts = list(table_chunks(path, 40))
        assert [len(part) for part in parts] == [40, 40, 40, 30]
        joined = pandas.concat(parts)
        assert list(joined.index) == list(range(150))
        assert np.array_equal(joined.income, whole.income)


def test_memory_does_not_grow_with_the_table(folder, tmp_path, monkeypatch):
    peaks = []
    for rows in (2_000, 8_000):
        path = tmp_path / f"{rows}.csv"
        pandas.concat([people()] * (rows // 150)).to_csv(path, index=False)
        monkeypatch.setattr(MODULE, "table_chunks", lambda file, texts=(): table_chunks(file, 500, texts=texts))
        tracemalloc.start()
        tasks.detect(folder / "run", path, tmp_path / "s.csv", contamination=0.01, reporter=Reporter())
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0]


def test_a_table_is_not_overwritten(folder, tmp_path):
    (tmp_path / "mine.csv").write_text("a\n1\n")
    with pytest.raises(ArgumentError, match="is there already: choose another --out"):
        tasks.detect(folder / "run", people(), tmp_path / "mine.csv", reporter=Reporter())
    with pytest.raises(ArgumentError, match="would be overwritten"):
        tasks.detect(folder / "run", folder / "people.csv", folder / "people.csv", reporter=Reporter())
