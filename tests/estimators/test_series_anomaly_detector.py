"""`SeriesAnomalyDetector` as scikit-learn's users expect it."""

import io

import joblib
import numpy as np
import pytest
from sklearn.base import clone

from autoencode.errors import AutoencodeError
from autoencode.estimators import SeriesAnomalyDetector


def waves(n=400, channels=2):
    t = np.arange(n)[:, None] / 5 + np.arange(channels)
    return np.sin(t) + 0.05 * np.random.default_rng(0).normal(size=(n, channels))


@pytest.fixture(scope="module")
def fitted():
    return SeriesAnomalyDetector(steps=40).fit(waves())


def test_contamination_moves_the_offset_alone(fitted):
    x, scores, shares = waves(), fitted.score_samples(waves()), []
    for share in (0.02, 0.1):
        detector = clone(fitted)
        detector.detector_ = fitted.detector_
        detector.n_features_in_ = 2
        detector.set_params(contamination=share)
        assert np.array_equal(detector.score_samples(x), scores)
        assert np.allclose(detector.decision_function(x), scores - detector.offset_)
        shares.append((detector.predict(x) == -1).mean())
    assert shares == pytest.approx([0.02, 0.1], abs=0.005)


def test_several_series_are_scored_as_one_after_the_other(fitted):
    x = waves()
    both = np.stack([x, x[::-1]])
    found = fitted.score_samples(both)
    assert found.shape == (2, 400)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found[0], fitted.score_samples(x), rtol=1e-12)
    np.testing.assert_allclose(found[1], fitted.score_samples(x[::-1]), rtol=1e-12)


def test_segments_are_the_worst_first(fitted):
    x = waves()
    x[200:215] += 5
    x[300:304] += 1
    found = fitted.segments(x)
    assert 190 < found[0].peak < 225
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_joblib(fitted):
    file = io.BytesIO()
    joblib.dump(fitted, file)
    file.seek(0)
    assert np.array_equal(joblib.load(file).score_samples(waves()), fitted.score_samples(waves()))


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (waves(60), "at least 128 steps are needed to learn what is ordinary, and there are 60"),
        (np.full((200, 1), np.inf), "infinity"),
        (np.full((200, 1), np.nan), "hold no number"),
        (np.zeros(200), r"should be \(steps, channels\)"),
        (np.array([["a"]] * 200), "series are numbers"),
        (np.zeros((0, 2)), "not \\(0, 2\\)"),
    ],
)
def test_what_nothing_can_be_learned_from(x, message):
    with pytest.raises(AutoencodeError, match=message):
        SeriesAnomalyDetector(steps=1).fit(x)


def test_parameters_and_channels_are_checked(fitted):
    with pytest.raises(AutoencodeError, match="contamination should be"):
        SeriesAnomalyDetector(contamination=0.7).fit(waves())
    with pytest.raises(AutoencodeError, match="steps should be"):
        SeriesAnomalyDetector(steps=0).fit(waves())
    with pytest.raises(AutoencodeError, match="X has 3 features"):
        fitted.predict(waves(channels=3))
    with pytest.raises(AutoencodeError, match="segments are of one series"):
        fitted.segments(np.stack([waves(), waves()]))
    assert (SeriesAnomalyDetector(steps=2).fit(np.ones((200, 1))).score_samples(np.ones((9, 1))) < 0).all()
