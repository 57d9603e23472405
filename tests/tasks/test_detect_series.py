"""Detectors of series as run folders and files."""

import csv

import numpy as np
import pytest

from autoencode import tasks
from autoencode.detection.series_detector import SeriesDetector
from autoencode.errors import ArgumentError, AutoencodeError, DataError, RunError
from autoencode.runtime.reporter import Reporter
from support.reporters import Recorder

pandas = pytest.importorskip("pandas")


def machine(n=600):
    t = np.arange(n) / 6
    noise = 0.1 * np.random.default_rng(0).normal(size=(n, 2))
    table = pandas.DataFrame({"heat": np.sin(t) + noise[:, 0], "load": 3 * np.cos(t) + noise[:, 1], "bad": 0})
    table.insert(0, "time", pandas.date_range("2026-01-01", periods=n, freq="min"))
    table.loc[300:320, ["load", "bad"]] = [0.0, 1]
    table.loc[100, "heat"] = np.nan
    return table


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("series")
    machine().to_csv(path / "machine.csv", index=False)
    tasks.train_series_detector(path / "machine.csv", out=path / "run", label="bad", steps=60, reporter=Reporter())
    return path


def test_stretches_are_named_with_their_rows_and_columns(folder, tmp_path):
    out = tmp_path / "s.csv"
    found = tasks.detect_in_series(folder / "run", folder / "machine.csv", out, label="bad", reporter=Reporter())
    worst = found.segments[0]
    assert worst.first <= 321
    assert worst.last >= 301
    assert worst.columns[0] == "load"
    assert found.quality is not None
    assert found.quality.auroc > 0.9
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["row"]) for row in rows] == list(range(1, 601))
    assert sum(row["outlier"] == "1" for row in rows) == found.n_outliers
    assert {row["segment"] for row in rows} - {""} == {str(i + 1) for i in range(len(found.segments))}
    assert all((float(row["outlier_score"]) > found.threshold) == (row["outlier"] == "1") for row in rows)


def test_labels_and_columns_that_are_no_numbers_are_not_learned_from(tmp_path):
    notes = Recorder()
    table = machine().assign(state=["on", "off"] * 300)
    tasks.train_series_detector(table, out=tmp_path / "run", label="bad", steps=2, reporter=notes)
    assert SeriesDetector.load(tmp_path / "run").columns == ("heat", "load")
    assert "columns left out: time, state" in notes.of("note")


def test_arrays_of_several_series(tmp_path):
    x = np.stack([machine()[["heat", "load"]].fillna(0).to_numpy()] * 2)
    np.savez(tmp_path / "x.npz", x=x)
    np.save(tmp_path / "one.npy", x[0, :, 0])
    run = tasks.train_series_detector(tmp_path / "x.npz", out=tmp_path / "run", steps=2, reporter=Reporter())
    found = tasks.detect_in_series(run, tmp_path / "x.npz", contamination=0.1, reporter=Reporter())
    assert found.n_rows == 1200
    assert max(one.last for one in found.segments) > 600  # rows of the second series go on counting
    assert all(one.last <= 600 or one.first > 600 for one in found.segments)
    with pytest.raises(DataError, match="no column called 'channel 2'"):
        tasks.detect_in_series(run, tmp_path / "one.npy", reporter=Reporter())
    np.savez(tmp_path / "two.npz", a=x, b=x)
    with pytest.raises(DataError, match="holds 2 arrays"):
        tasks.train_series_detector(tmp_path / "two.npz", steps=2, reporter=Reporter())


def test_a_file_gives_the_scores_of_the_detector_that_was_saved(folder):
    detector = SeriesDetector.load(folder / "run")
    again = SeriesDetector.fit(
        [machine()[["heat", "load"]].to_numpy()], ["heat", "load"], steps=60, seed=0, reporter=Reporter()
    )
    x = machine()[["heat", "load"]].to_numpy()
    np.testing.assert_allclose(detector.score(x).scores, again.score(x).scores, rtol=1e-6)
    assert detector.threshold() == again.threshold()
    assert detector.threshold(0.01) > detector.threshold(0.2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.head(50), "at least 128 steps"),
        (lambda t: t[["time"]], "no column is left|no column of numbers"),
        (lambda t: t.assign(heat=["on", "off"] * 300, load="x"), "no column of numbers|no column is left"),
        (lambda t: t.assign(heat=np.inf), "heat"),
        (lambda t: t.astype({"heat": object}).replace({"heat": {t.heat[7]: "hot"}}), "column 'heat' holds numbers"),
    ],
)
def test_series_that_nothing_can_be_learned_from(change, message, tmp_path):
    source = change(machine().drop(columns="bad"))
    with pytest.raises(AutoencodeError, match=message) as caught:
        tasks.train_series_detector(source, out=tmp_path / "run", steps=2, reporter=Reporter())
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "run").exists()


def test_options_and_folders_are_checked(folder, tmp_path):
    with pytest.raises(ArgumentError, match="--contamination takes a share"):
        tasks.detect_in_series(folder / "run", machine(), contamination=0.7)
    with pytest.raises(ArgumentError, match="steps should be 1 or more"):
        tasks.train_series_detector(machine(), steps=0)
    with pytest.raises(DataError, match="--label wrong"):
        tasks.detect_in_series(folder / "run", machine(), label="wrong", reporter=Reporter())
    with pytest.raises(ArgumentError, match="has learned from the column 'load'"):
        tasks.detect_in_series(folder / "run", machine(), label="load", reporter=Reporter())
    with pytest.raises(RunError, match="no folder"):
        SeriesDetector.load(tmp_path / "none")
    (tmp_path / "mine.csv").write_text("a\n1\n")
    with pytest.raises(ArgumentError, match="is there already: choose another --out"):
        tasks.detect_in_series(folder / "run", machine(), tmp_path / "mine.csv", reporter=Reporter())
