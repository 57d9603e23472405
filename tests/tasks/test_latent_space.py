import copy
from dataclasses import replace

import pytest
import torch

from autoencode import tasks
from autoencode.data import load
from autoencode.errors import ArgumentError, CapabilityError, DataError
from autoencode.evaluation import classifier_cache as classifier
from autoencode.runs.run import Run
from autoencode.tasks.latent_space import sample_prior
from support.reporters import Recorder
from support.statistics import assert_mean


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def own_cache(folder, monkeypatch):
    """The classifiers of this file, trained once and not kept in anybody's cache folder."""
    monkeypatch.setattr(classifier, "cache_folder", lambda name: folder / name)


def test_a_variational_model_has_all_measures(digits_run):
    found = tasks.latent_space(digits_run, n=100, codes=50, pairs=20)
    assert (found.prior, found.split, found.n) == ("own", "test", 100)
    assert (found.local.step, found.at_codes.step, found.at_draws.step) == (0.01, 0.1, 0.1)
    assert (found.local.median.n, found.straightness.n) == (50, 20)
    assert 0 < found.at_codes.median.value <= found.at_codes.high.value
    assert found.straightness.value >= 1
    assert found.quality.frechet.value > found.best.frechet.value, "real examples are more like real ones"
    assert found.best.recall.value > found.quality.recall.value
    assert 0 <= found.generated.recognised.value <= 1
    assert found.generated.max_entropy == pytest.approx(torch.tensor(10.0).log().item())
    again = tasks.latent_space(digits_run, n=100, codes=50, pairs=20)
    assert {**vars(again), "seconds": 0, "classifier": 0} == {**vars(found), "seconds": 0, "classifier": 0}


def test_features_of_your_own(digits_run):
    mine = tasks.latent_space(digits_run, n=60, codes=20, pairs=10, features=lambda x: x.flatten(1)[:, 20:30])
    other = tasks.latent_space(digits_run, n=60, codes=20, pairs=10)
    assert mine.quality != other.quality
    assert mine.generated == other.generated


def test_of_probabilities_pictures_are_compared(digits_run):
    data, seen = digits_run.data, []
    grey = Run(digits_run.path, data=replace(data, train=replace(data.train, stochastic=True)))
    tasks.latent_space(grey, n=30, codes=20, pairs=5, features=lambda x: seen.append(x) or x.flatten(1)[:, 20:30])
    train = seen[-1]
    assert ((train == 0) | (train == 1)).all()
    again = tasks.latent_space(
        grey, "train", n=30, codes=20, pairs=5, features=lambda x: seen.append(x) or x.flatten(1)
    )
    assert torch.equal(seen[-2], seen[-1]), "the training part beside itself"
    assert again.quality != again.best


def test_a_plain_autoencoder_has_draws_once_a_prior_is_fitted(plain):
    found = tasks.latent_space(plain, n=60, codes=20, pairs=10)
    assert (found.prior, found.at_draws, found.generated, found.quality) == (None, None, None, None)
    assert found.real is not None
    tasks.fit_prior(plain, "mixture", n_components=2)
    assert tasks.latent_space(plain, n=60, codes=20, pairs=10).prior == "mixture"


def test_draws_are_those_of_the_prior(digits_run, plain):
    drawn, kind = sample_prior(digits_run, 4000, seed=1)
    assert kind == "own"
    assert_mean(drawn, 0.0)
    assert_mean(drawn.square(), 1.0)
    assert torch.equal(drawn, sample_prior(digits_run, 4000, seed=1)[0])
    for prior, message in (("own", "no distribution over codes"), ("ex-post", "no prior was fitted")):
        with pytest.raises(CapabilityError, match=message):
            sample_prior(plain, 10, prior=prior)


def test_vectors_without_labels_have_no_classifier(vector_run):
    found = tasks.latent_space(vector_run, n=20, codes=20, pairs=5)
    assert (found.classifier, found.real, found.quality) == (None, None, None)
    assert found.at_draws.median.value > 0


def conditional(run: Run) -> Run:
    """The same run, whose model says that it is conditional."""
    changed = copy.copy(run)
    changed.model = type("Conditional", (), {"is_conditional": True})()
    return changed


def test_what_cannot_be_measured(digits_run):
    with pytest.raises(ArgumentError, match="10 examples"):
        tasks.latent_space(digits_run, n=5)
    with pytest.raises(CapabilityError, match="context"):
        tasks.latent_space(conditional(digits_run))


def test_the_classifier_is_trained_once_and_a_damaged_one_is_replaced(monkeypatch, tmp_path):
    monkeypatch.setattr(classifier, "cache_folder", lambda name: tmp_path / name)
    data, recorder = load("digits"), Recorder()
    first = tasks.load_or_train_classifier(data, reporter=recorder)
    assert len(recorder.of("note")) == 1
    assert first.path.suffix == ".safetensors"
    assert first.accuracy.value > 0.9
    again = tasks.load_or_train_classifier(data, reporter=recorder)
    assert len(recorder.of("note")) == 1
    assert again.accuracy == first.accuracy
    assert not again.model.training
    first.path.write_bytes(first.path.read_bytes()[:-9])
    third = tasks.load_or_train_classifier(data, reporter=recorder)
    assert len(recorder.of("note")) == 2
    assert third.accuracy == first.accuracy
    assert tasks.load_or_train_classifier(data, seed=1).path != first.path
    few = tasks.load_or_train_classifier(load("digits", n_labels=20))
    assert few.path != first.path
    assert few.accuracy.value < first.accuracy.value


def test_the_classifier_needs_labels():
    with pytest.raises(DataError, match="needs labels"):
        tasks.load_or_train_classifier(load(torch.rand(40, 1, 8, 8)))
