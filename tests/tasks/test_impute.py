"""Missing cells of a table."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from autoencode import tasks
from autoencode.errors import ArgumentError, CapabilityError, DataError
from autoencode.runs.run import Run

N, HIDDEN = 600, 0.2


def table(seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Numbers that follow from one factor, a category that its sign decides, luck, and a note; whole and with gaps."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=N)
    whole = pd.DataFrame(
        {
            "height": np.round(170 + 10 * z, 1),
            "weight": np.round(70 + 12 * z + rng.normal(size=N)).astype(int),
            "age": np.round(40 - 9 * z + 0.5 * rng.normal(size=N), 2),
            "luck": np.round(5 * rng.normal(size=N), 2),
            "size": np.where(z > 0, "tall", "small"),
            "note": [f"about {number} and so on" for number in range(N)],
        }
    )
    gaps = whole.copy().astype({"weight": object})
    for name in ("height", "weight", "luck", "size"):
        gaps.loc[rng.random(N) < HIDDEN, name] = None
    gaps.loc[3, "note"] = None
    return whole, gaps


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("impute")
    table()[1].to_csv(folder / "people.csv", index=False)
    return tasks.train(folder / "people.csv", "dense-vae", out=folder / "run", steps=600, latent_dim=2)


def test_the_likelihood_is_that_of_the_cells(run: Run) -> None:
    assert run.folder.record.arguments["likelihood"] == "table:1?,1?,1,1?,2"


def test_cells_that_are_there_stay_and_the_others_follow_from_them(run: Run, tmp_path: Path) -> None:
    whole, gaps = table()
    done = tasks.impute(run, gaps, tmp_path / "full.csv")
    full = pd.read_csv(tmp_path / "full.csv")
    assert done.filled == {name: int(gaps[name].isna().sum()) for name in ("height", "weight", "luck", "size")}
    assert done.left_out == ("note",)
    assert not full.drop(columns="note").isna().any(axis=None)
    for name in ("height", "weight", "size"):
        there = gaps[name].notna()
        assert (full[name][there] == whole[name][there]).all()
    assert full["weight"].dtype.kind == "i"
    gone = gaps["height"].isna()
    error = np.square(full["height"] - whole["height"])[gone].mean()
    assert error < 0.2 * np.square(whole["height"][gone] - whole["height"].mean()).mean()
    gone = gaps["size"].isna()
    assert (full["size"] == whole["size"])[gone].mean() > 0.85


def test_files_of_any_length_are_read_in_parts(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, gaps = table()
    gaps.to_csv(tmp_path / "people.csv", index=False)
    tasks.impute(run, tmp_path / "people.csv", tmp_path / "whole.csv")
    monkeypatch.setattr("autoencode.data.tables.chunks.table_chunks.__defaults__", (100,))
    tasks.impute(run, tmp_path / "people.csv", tmp_path / "parts.csv")
    one, parts = (pd.read_csv(tmp_path / name) for name in ("whole.csv", "parts.csv"))
    assert len(parts) == N
    assert np.allclose(one["height"], parts["height"], atol=0.11)


def test_samples_are_tables_whose_filled_cells_differ(run: Run, tmp_path: Path) -> None:
    whole, gaps = table()
    done = tasks.impute(run, gaps, tmp_path / "full.csv", samples=5)
    assert [path.name for path in done.paths] == [f"full-{number}.csv" for number in range(1, 6)]
    drawn = np.stack([pd.read_csv(path)["height"] for path in done.paths])
    gone = gaps["height"].isna().to_numpy()
    assert (drawn[:, ~gone] == whole["height"].to_numpy()[~gone]).all()
    assert drawn[:, gone].std(0).min() > 0
    luck = np.stack([pd.read_csv(path)["luck"] for path in done.paths])[:, gaps["luck"].isna()]
    assert luck.std(0).mean() > 2.5  # nothing else says what it is: 5, but for the few draws
    again = tasks.impute(run, gaps, tmp_path / "again.csv", samples=5)
    assert again.paths[0].read_bytes() == done.paths[0].read_bytes()


def test_a_complete_table_stays_as_it_is(run: Run, tmp_path: Path) -> None:
    whole, _ = table(1)
    done = tasks.impute(run, whole, tmp_path / "full.csv")
    assert done.filled == {}
    assert pd.read_csv(tmp_path / "full.csv").equals(whole)


def test_a_gap_in_a_column_that_had_none_is_filled(run: Run, tmp_path: Path) -> None:
    whole, _ = table(1)
    gaps = whole.copy()
    gaps.loc[:99, "age"] = np.nan
    tasks.impute(run, gaps, tmp_path / "full.csv")
    full = pd.read_csv(tmp_path / "full.csv")
    assert np.corrcoef(full["age"][:100], whole["age"][:100])[0, 1] > 0.8


def as_text(separator: str, decimal: str) -> list[str]:
    """Lines with cells that pandas would write otherwise; every tenth height and size is missing."""
    whole, _ = table()
    lines = [separator.join(["zip", "key", "answer", "price", *whole.columns])]
    for number, row in enumerate(whole.itertuples(index=False)):
        height, size = ("?", "NA") if number % 10 == 3 else (str(row.height).replace(".", decimal), row.size)
        age, luck = (str(cell).replace(".", decimal) for cell in (row.age, row.luck))
        cells = ["00000", "12345678901234567890", ("?", "-", "NA")[number % 3], f"1{decimal}10"]
        lines.append(separator.join([*cells, height, str(row.weight), age, luck, size, row.note]))
    return lines


@pytest.mark.parametrize(("separator", "decimal"), [(",", "."), (";", ","), ("\t", ".")])
def test_cells_that_are_there_stay_to_the_letter(run: Run, tmp_path: Path, separator: str, decimal: str) -> None:
    lines = as_text(separator, decimal)
    (tmp_path / "people.csv").write_text("\n".join(lines) + "\n")
    done = tasks.impute(run, tmp_path / "people.csv", tmp_path / "full.csv")
    found = (tmp_path / "full.csv").read_text().splitlines()
    assert done.filled == {"height": 60, "size": 60}
    assert len(found) == len(lines)
    for number, (before, after) in enumerate(zip(lines[1:], found[1:], strict=True)):
        if number % 10 != 3:
            assert after == before
            continue
        old, new = before.split(separator), after.split(separator)
        assert (new[:4], new[5:8], new[9:]) == (old[:4], old[5:8], old[9:])
        assert 100 < float(new[4].replace(decimal, ".")) < 240
        assert (decimal in new[4], new[8] in ("tall", "small")) == (True, True)


def test_whole_numbers_of_parquet_stay_whole(run: Run, tmp_path: Path) -> None:
    _, gaps = table()
    gaps["key"] = pd.array([2**60 + 1, None] * (N // 2), dtype="Int64")
    gaps.to_parquet(tmp_path / "people.parquet")
    tasks.impute(run, tmp_path / "people.parquet", tmp_path / "full.csv")
    full = pd.read_csv(tmp_path / "full.csv", dtype=str)
    assert full["key"].tolist()[0] == str(2**60 + 1)
    assert full["key"].isna().sum() == N // 2


def test_wrong_uses_are_errors(run: Run, tmp_path: Path) -> None:
    _, gaps = table()
    with pytest.raises(ArgumentError, match="is not called so"):
        tasks.impute(run, gaps, tmp_path / "full.parquet")
    with pytest.raises(ArgumentError, match="--samples takes 1 to"):
        tasks.impute(run, gaps, tmp_path / "full.csv", samples=0)
    with pytest.raises(DataError, match="no column called 'age'"):
        tasks.impute(run, gaps.drop(columns="age"), tmp_path / "full.csv")
    with pytest.raises(DataError, match="no rows"):
        tasks.impute(run, gaps[:0], tmp_path / "full.csv")
    other = tasks.train("digits", "linear-ae", out=tmp_path / "digits", steps=1)
    with pytest.raises(CapabilityError, match="missing cells are filled in tables"):
        tasks.impute(other, gaps, tmp_path / "full.csv")
    assert not list(tmp_path.glob("full*"))


def test_samples_have_the_spread_of_the_likelihood(tmp_path: Path) -> None:
    """The codes of an autoencoder are points, so that draws differ by p(x|z) alone."""
    _, gaps = table()
    gaps.to_csv(tmp_path / "people.csv", index=False)
    run = tasks.train(tmp_path / "people.csv", "undercomplete-ae", out=tmp_path / "run", steps=200)
    done = tasks.impute(run, gaps, tmp_path / "full.csv", samples=4)
    drawn = np.stack([pd.read_csv(path)["luck"] for path in done.paths])[:, gaps["luck"].isna()]
    assert drawn.std(0).mean() > 1
