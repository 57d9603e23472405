import json

import pytest

from autoencode.data import datasets
from autoencode.errors import ArgumentError, UnknownNameError
from autoencode.recipes import recipes
from autoencode.recipes.options import sort_options
from autoencode.tasks import reproduce
from autoencode.tasks.reproduce.published_results import Reproduction, reproductions
from autoencode.tasks.reproduce.reproduction_metrics import NegativeLogLikelihood
from support.reporters import Recorder


@pytest.mark.parametrize("name", reproductions)
def test_every_reproduction_names_what_there_is(name: str) -> None:
    goal = reproductions[name]
    assert goal.data in datasets
    sort_options(recipes[goal.recipe], dict(goal.options))
    assert goal.source
    assert goal.differs
    assert goal.measure.quantity


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> str:
    goal = Reproduction(
        20.0, "nobody", "digits", "dense-vae", {"latent_dim": 2}, "all of it", NegativeLogLikelihood(20)
    )
    monkeypatch.setitem(reproductions._entries, "small", goal)
    return "small"


def test_trains_measures_and_compares(small: str, tmp_path) -> None:
    recorder = Recorder()
    found = reproduce(small, tmp_path / "run", epochs=2, examples=30, reporter=recorder)
    assert found.published == 20.0
    assert found.obtained.n == 30
    assert found.difference.value == pytest.approx(found.obtained.value - 20.0)
    assert found.difference.standard_error == found.obtained.standard_error
    assert not found.complete  # fewer epochs than planned
    assert found.epochs == 2
    assert ("start", "measuring", 30, "examples", 0) in recorder.calls
    kept = json.loads((tmp_path / "run" / "reproduction.json").read_text())
    assert kept["obtained"]["value"] == found.obtained.value


def test_a_run_that_is_there_is_measured_and_not_trained_again(small: str, tmp_path) -> None:
    first = reproduce(small, tmp_path / "run", epochs=1, examples=30)
    before = (tmp_path / "run" / "model.safetensors").read_bytes()
    second = reproduce(small, tmp_path / "run", epochs=1, examples=30)
    assert (tmp_path / "run" / "model.safetensors").read_bytes() == before
    assert second.obtained == first.obtained


def test_more_draws_tighten_the_bound(small: str, tmp_path) -> None:
    few = reproduce(small, tmp_path / "run", epochs=1, examples=60, importance_samples=1)
    many = reproduce(small, tmp_path / "run", epochs=1, examples=60, importance_samples=200)
    assert many.obtained.value < few.obtained.value


def test_an_unknown_name_is_an_error_that_says_where_they_are() -> None:
    with pytest.raises(UnknownNameError, match="autoencode list reproductions"):
        reproduce("iwae-6")


def test_draws_are_for_likelihoods_only(tmp_path) -> None:
    with pytest.raises(ArgumentError, match="--importance-samples are for log-likelihoods"):
        reproduce("documents", tmp_path / "run", importance_samples=5)
    assert not (tmp_path / "run").exists()
