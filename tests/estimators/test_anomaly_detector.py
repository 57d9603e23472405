"""`AnomalyDetector` as scikit-learn's checks would have it, for pictures."""

import io

import joblib
import numpy as np
import pytest
from sklearn.base import clone, is_outlier_detector
from sklearn.exceptions import NotFittedError

from autoencode.errors import AutoencodeError
from autoencode.estimators import AnomalyDetector


def pictures(n=9, side=32, channels=(), seed=0):
    return np.random.default_rng(seed).integers(80, 140, (n, side, side, *channels), dtype=np.uint8)


def small(**options):
    return AnomalyDetector(steps=3, **options)


@pytest.fixture(scope="module")
def fitted():
    return small().fit(pictures())


def test_nothing_is_done_before_the_fit_and_parameters_are_kept():
    detector = AnomalyDetector(0.1, steps=7, random_state=3)
    assert vars(detector) == detector.get_params() == {"false_alarms": 0.1, "steps": 7, "random_state": 3}
    assert clone(detector).get_params() == detector.get_params()
    assert is_outlier_detector(detector)
    for name in ("score_samples", "decision_function", "predict", "anomaly_map"):
        with pytest.raises(NotFittedError):
            getattr(detector, name)(pictures())


def test_fit_gives_the_estimator_and_changes_neither_x_nor_parameters():
    x, detector = pictures(), small()
    before, parameters = x.copy(), detector.get_params()
    assert detector.fit(x) is detector
    assert np.array_equal(x, before)
    assert detector.get_params() == parameters
    assert detector.n_channels_in_ == 1


def test_shapes_types_and_signs(fitted):
    x = pictures(seed=1)
    scores, maps, predicted = fitted.score_samples(x), fitted.anomaly_map(x), fitted.predict(x)
    assert (scores.shape, scores.dtype) == ((9,), np.float64)
    assert (maps.shape, maps.dtype) == ((9, 32, 32), np.float64)
    assert set(predicted) <= {1, -1}
    assert np.array_equal(fitted.decision_function(x), scores - fitted.offset_)
    assert np.array_equal(predicted == -1, fitted.decision_function(x) < 0)
    top = np.sort(maps.reshape(9, -1), 1)[:, -160:].mean(1)
    assert np.allclose(-scores, top)


def test_a_score_depends_on_the_picture_alone(fitted):
    x = pictures(seed=1)
    scores, order = fitted.score_samples(x), np.random.default_rng(0).permutation(9)
    assert np.array_equal(fitted.score_samples(x[order]), scores[order])
    assert [fitted.score_samples(x[i : i + 1])[0] for i in range(9)] == scores.tolist()


def test_false_alarms_move_the_offset_alone_without_a_new_fit(fitted):
    x, offsets = pictures(seed=1), []
    scores = fitted.score_samples(x)
    for share in (0.5, 0.1, 0.001):
        fitted.set_params(false_alarms=share)
        assert np.array_equal(fitted.score_samples(x), scores)
        offsets.append(fitted.offset_)
    fitted.set_params(false_alarms=0.01)
    assert offsets == sorted(offsets, reverse=True)
    known = -np.array(fitted.detector_.alarms.held_out)
    assert fitted.detector_.alarms.p_values(-known).max() == 1.0
    assert (fitted.p_values(x) > 0).all()


def test_the_same_seed_gives_the_same_scores_and_it_is_pickled(fitted):
    x, file = pictures(seed=1), io.BytesIO()
    assert np.array_equal(small().fit(pictures()).score_samples(x), fitted.score_samples(x))
    assert not np.array_equal(small(random_state=1).fit(pictures()).score_samples(x), fitted.score_samples(x))
    joblib.dump(fitted, file)
    file.seek(0)
    assert np.array_equal(joblib.load(file).score_samples(x), fitted.score_samples(x))


def test_other_types_and_sizes(fitted):
    x = pictures(seed=1)
    for other in (x / 255, (x / 255).astype(np.float32), x.astype(np.int64), x[..., None], x.tolist()):
        assert np.array_equal(fitted.score_samples(other), fitted.score_samples(x))
    assert fitted.anomaly_map(pictures(2, side=50)).shape == (2, 50, 50)
    assert fitted.anomaly_map(pictures(1, side=3)).shape == (1, 3, 3)


def test_colour():
    detector = small().fit(pictures(channels=(3,)))
    assert detector.n_channels_in_ == 3
    assert detector.anomaly_map(pictures(2, channels=(3,))).shape == (2, 32, 32)
    with pytest.raises(AutoencodeError, match="X has 1 channels, but AnomalyDetector was fitted to 3"):
        detector.predict(pictures())


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((9, 4)), r"pictures are \(n, height, width\)"),
        (np.zeros((0, 8, 8)), r"at least one, not \(0, 8, 8\)"),
        (np.zeros((9, 8, 8, 2)), r"not \(9, 8, 8, 2\)"),
        (np.full((9, 8, 8), np.nan), "X contains NaN or infinity"),
        (np.full((9, 8, 8), 200.0), "float64 pictures have brightness from 0 to 1, not 200 to 200: divide them"),
        (np.full((9, 8, 8), -1), "int64 pictures have brightness from 0 to 255, not -1 to -1"),
        (np.full((9, 8, 8), "a"), "pictures are uint8, or floats"),
        (np.zeros((3, 40, 40), dtype=np.uint8), "of pictures with a side below 64 pixels at least 8 good ones"),
    ],
)
def test_what_are_no_pictures(x, message):
    with pytest.raises(AutoencodeError, match=message) as caught:
        small().fit(x)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"false_alarms": 0.0}, "false_alarms should be above 0 and at most 0.5, not 0.0"),
        ({"false_alarms": "auto"}, "false_alarms should be above 0 and at most 0.5, not 'auto'"),
        ({"steps": 0}, "steps should be a whole number of at least 1, not 0"),
    ],
)
def test_parameters_outside_their_range(options, message):
    with pytest.raises(AutoencodeError, match=message):
        AnomalyDetector(**options).fit(pictures())
