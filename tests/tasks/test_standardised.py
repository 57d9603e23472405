"""Models of standardised columns: everything that comes out is in the units of the data."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from autoencode import tasks
from autoencode.data import load
from autoencode.errors import ArgumentError, RunError
from autoencode.runs.run import Run
from support.reporters import Recorder

MEANS, SCALES = np.array([5e4, 0.0, -3.0, 1.7e9, 7.0]), np.array([1e6, 1e-4, 1.0, 3e5, 0.0])


def table(seed: int = 0, n: int = 400) -> np.ndarray:
    """Columns that two hidden numbers explain, the last one constant."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(n, 2)) @ np.array([[1, 0.5, 0, 1, 0], [0, 0.9, 1, -1, 0]])
    return (z + 0.1 * rng.normal(size=(n, 5))) * SCALES + MEANS


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The recipe that is the default, on a file of ordinary numbers, without any option that matters."""
    folder = tmp_path_factory.mktemp("table")
    np.save(folder / "table.npy", table())
    return tasks.train(folder / "table.npy", out=folder / "run", steps=400, command="test")


def explained(x: np.ndarray, back: np.ndarray) -> np.ndarray:
    """The share of the variance of each column but the constant one."""
    return 1 - ((x - back)[:, :4] ** 2).mean(0) / x[:, :4].var(0)


def test_ordinary_numbers_train_without_an_option(run: Run) -> None:
    assert run.folder.record.arguments["likelihood"] == "normal"
    assert run.standardisation
    assert run.standardisation == run.data.standardisation
    again = json.loads((run.path / "run.json").read_text())["data"]["standardisation"]
    assert tuple(again["mean"]) == run.standardisation.mean


def test_reconstructions_are_in_the_units_of_the_data(run: Run, tmp_path: Path) -> None:
    x = table(seed=1)
    np.save(tmp_path / "new.npy", x)
    tasks.reconstruct(run, [tmp_path / "new.npy"], tmp_path / "out")
    written = np.load(tmp_path / "out" / "reconstructions.npy")
    assert (explained(x, written) > 0.5).all()
    assert (abs(written[:, 4] - 7) < 0.5).all()
    np.testing.assert_allclose(run.reconstruct(x), written, rtol=1e-5)
    decoded = run.decode(torch.as_tensor(run.encode(x)))
    np.testing.assert_allclose(decoded.numpy(), written, rtol=1e-5)


def test_what_is_generated_is_in_the_units_of_the_data(run: Run, tmp_path: Path) -> None:
    tasks.generate(run, 300, tmp_path)
    made = np.load(tmp_path / "samples.npy")
    assert (abs(made.mean(0) - MEANS)[:4] < 0.5 * SCALES[:4]).all()
    assert (made.std(0)[:4] < 2 * SCALES[:4]).all()
    assert (made.std(0)[:4] > 0.2 * SCALES[:4]).all()


def test_a_way_between_two_examples_is_in_the_units_of_the_data(run: Run, tmp_path: Path) -> None:
    x = table(seed=2)[:2]
    for name, row in zip("ab", x, strict=True):
        np.save(tmp_path / f"{name}.npy", row[None])
    made = tasks.morph(run, tmp_path / "a.npy", tmp_path / "b.npy", frames=3)
    np.testing.assert_allclose(made.examples[[0, -1]].numpy(), run.reconstruct(x), rtol=1e-5)
    walked = tasks.traverse(run, tmp_path / "a.npy", n_steps=3)
    assert walked.base_example is not None
    np.testing.assert_allclose(walked.base_example[0].numpy(), x[0], rtol=1e-6)
    np.testing.assert_allclose(walked.examples[0, :, 0].mean().item(), x[0, 0], atol=5e6)


def test_the_report_says_what_the_numbers_are_of(run: Run) -> None:
    measured = tasks.evaluate(run, importance_samples=0)
    assert run.standardisation
    (said,) = [line for line in tasks.cautions(run, measured) if "standardised" in line]
    volume = math.log(math.prod(run.standardisation.scale))
    assert f"add {volume:.6g} to nll" in said
    page = tasks.report(run, measured).read_text()
    assert f"add {volume:.6g} to nll" in page
    assert "standardised: each column minus its mean" in page


def test_a_run_finds_its_data_again_and_trains_on(run: Run) -> None:
    opened = Run(run.path)
    assert torch.equal(opened.data.train.x, run.data.train.x)
    resumed = tasks.resume(run.path, steps=420)
    assert resumed.standardisation == run.standardisation


def test_how_new_numbers_are_read_can_be_said(run: Run, tmp_path: Path) -> None:
    x = table(seed=1)
    assert run.standardisation
    np.save(tmp_path / "own.npy", x)
    np.save(tmp_path / "standard.npy", run.standardisation.apply(torch.as_tensor(x)).numpy())
    np.savez(tmp_path / "own.npz", x=x)
    results: list[np.ndarray] = []
    for values, name in (("auto", "own.npy"), ("raw", "standard.npy"), ("standardised", "own.npz")):
        tasks.reconstruct(Run(run.path, values=values), [tmp_path / name], tmp_path / name[:5] / values)
        results.append(np.load(tmp_path / name[:5] / values / "reconstructions.npy"))
    np.testing.assert_allclose(results[0], results[1], rtol=1e-5)
    np.testing.assert_allclose(results[0], results[2], rtol=1e-5)
    reporter = Recorder()
    with pytest.raises(Exception, match=r"own\.npy: this model takes standardised columns, not brightness"):
        tasks.reconstruct(Run(run.path, values="0-255"), [tmp_path / "own.npy"], tmp_path / "no", reporter=reporter)


def test_other_units_than_in_training_are_said(run: Run, tmp_path: Path) -> None:
    np.save(tmp_path / "other.npy", table(seed=1) * [1, 1, 1000, 1, 1])
    np.save(tmp_path / "same.npy", table(seed=1))
    said: dict[str, list[str]] = {}
    for name in ("other", "same"):
        reporter = Recorder()
        tasks.reconstruct(run, [tmp_path / f"{name}.npy"], tmp_path / name, reporter=reporter)
        said[name] = [text for text in reporter.of("warn") if "standard deviations" in text]
    assert "column 2 is up to" in said["other"][0]
    assert not said["same"]


@pytest.mark.parametrize(
    ("options", "values", "likelihood"),
    [
        ({}, "standardised", "normal"),
        ({"values": "raw"}, "raw", "normal"),
        ({"likelihood": "laplace"}, "standardised", "laplace"),
        ({"likelihood": "poisson"}, "raw", "poisson"),
        ({"values": "0-255"}, "0-255", "bernoulli"),
    ],
)
def test_counts_and_what_a_person_says(tmp_path: Path, options: dict[str, Any], values: str, likelihood: str) -> None:
    counts = np.random.default_rng(0).poisson(5, (60, 4))
    trained = tasks.train(counts, out=tmp_path / "run", steps=2, **options)
    assert str(trained.folder.data.values) == values
    assert trained.folder.record.arguments["likelihood"] == likelihood


def test_vectors_within_zero_and_one_are_as_before(tmp_path: Path) -> None:
    trained = tasks.train(np.random.default_rng(0).random((60, 4)), out=tmp_path / "run", steps=2)
    assert trained.standardisation is None
    assert trained.folder.record.arguments["likelihood"] == "bernoulli"
    np.save(tmp_path / "a.npy", np.ones((2, 4)))
    with pytest.raises(Exception, match="was not trained on standardised columns"):
        tasks.reconstruct(Run(trained.path, values="standardised"), [tmp_path / "a.npy"], tmp_path / "out")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"scale": [1.0, 1.0, 0.0, 1.0, 1.0]}, "above 0"),
        ({"scale": [1.0]}, "for each column"),
        ({"mean": ["a"] * 5}, "should be a number"),
        (None, "if and only if"),
    ],
)
def test_a_strangers_columns_are_checked(run: Run, tmp_path: Path, change: dict[str, Any] | None, message: str) -> None:
    record = json.loads((run.path / "run.json").read_text())
    own = record["data"]["standardisation"]
    record["data"]["standardisation"] = None if change is None else {**own, **change}
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "run.json").write_text(json.dumps(record))
    with pytest.raises(RunError, match=message):
        Run(tmp_path / "run")


def test_standardising_pictures_is_refused() -> None:
    with pytest.raises(ArgumentError, match="is for vectors"):
        load(np.random.default_rng(0).random((30, 8, 8)) * 300, values="standardised")
