"""`OutlierDetector` as scikit-learn and its users expect it."""

import io

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from autoencode.errors import AutoencodeError, DataError
from autoencode.estimators import OutlierDetector

pandas = pytest.importorskip("pandas")  # without it scikit-learn skips some of its checks silently


def small(**options):
    return OutlierDetector(n_models=9, steps=20, **options)


@parametrize_with_checks([small()])
def test_scikit_learn(estimator, check):
    try:
        check(estimator)
    except ImportError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def x():
    rng = np.random.default_rng(0)
    table = rng.normal(size=(200, 2)) @ rng.normal(size=(2, 5)) + 0.2 * rng.normal(size=(200, 5))
    table[:10] += 5
    return table


@pytest.fixture(scope="module")
def fitted(x):
    return small().fit(x)


def people(n=200):
    rng = np.random.default_rng(0)
    education = rng.choice(["school", "college"], n)
    age = rng.integers(20, 65, n)
    income = 20_000 + 600 * age + 15_000 * (education == "college") + 2_000 * rng.normal(size=n)
    columns = {"age": age, "education": education, "income": income.round(-2), "born": pandas.Timestamp("2000-01-01")}
    table = pandas.DataFrame(columns)
    table.loc[3, "income"] = 120_000.0
    table.loc[4, "education"] = None
    table.loc[5, "age"] = np.nan
    return table


def test_contamination_moves_the_offset_alone(fitted, x):
    scores, before = fitted.score_samples(x), fitted.contamination
    found = []
    for share in (0.01, 0.05, 0.2, 0.5):
        fitted.set_params(contamination=share)
        assert np.array_equal(fitted.score_samples(x), scores)
        assert np.allclose(fitted.decision_function(x), scores - fitted.offset_)
        found.append((fitted.predict(x) == -1).mean())
    fitted.set_params(contamination=before)
    assert found == [0.01, 0.05, 0.2, 0.5]


def test_auto_states_the_share_that_it_found(fitted, x):
    assert fitted.contamination_ == fitted.tail_share_ == (fitted.predict(x) == -1).mean()
    assert 0 < fitted.contamination_ < 0.2
    assert set(np.flatnonzero(fitted.predict(x) == -1)) <= set(range(10))


def test_ties_against_contamination():
    x = np.repeat([[0.0], [1.0], [9.0]], [60, 37, 3], axis=0)
    predicted = small(contamination=0.02).fit(x).predict(x)
    assert (predicted == -1).sum() in (0, 3)  # all that are alike have one answer


def test_a_row_by_itself_has_the_same_score(fitted, x):
    assert np.allclose([fitted.score_samples(row[None])[0] for row in x[:9]], fitted.score_samples(x)[:9], rtol=1e-10)
    assert fitted.score_samples(x.astype(np.float32)).dtype == np.float64


def test_explanations_add_up_for_new_rows(fitted, x):
    new = x[100:103].copy()
    new[:, 1] += 9
    explained = fitted.explain(new)
    assert np.allclose(explained.contributions.sum(1), -fitted.score_samples(new))
    assert [explained.columns(row, n=1) for row in range(3)] == [["column 2"]] * 3
    assert explained.low.shape == (3, 5)


def test_frames_of_mixed_types_with_missing_cells():
    table = people()
    detector = small(contamination=0.01).fit(table)
    assert detector.left_out_ == {"dates": ["born"]}
    assert list(detector.feature_names_in_) == list(table.columns)
    assert detector.score_samples(table).argmin() == 3
    explained = detector.explain(table.iloc[3:6])
    assert explained.columns(0, n=1) == ["income"]
    assert explained.sentence(0, n=1).startswith("income 120,000, expected ")
    assert explained.cells[1][1] == "missing"
    assert np.isnan(explained.low[:, 1]).all()


def test_a_category_that_was_never_seen_is_unusual():
    table = people()
    detector = small().fit(table)
    new = table.iloc[[20, 20]].reset_index(drop=True)
    new.loc[1, "education"] = "none of these"
    ordinary, strange = detector.score_samples(new)
    assert strange < ordinary
    assert detector.explain(new).columns(1, n=1) == ["education"]


def test_columns_in_another_order_or_missing():
    table = people()
    detector = small().fit(table)
    with pytest.raises(ValueError, match="feature names should match"):
        detector.predict(table.rename(columns={"age": "years"}))
    text = table.astype({"income": object})
    text.loc[9, "income"] = "much"
    with pytest.raises(DataError, match="column 'income' holds numbers, and row 10 has 'much'"):
        detector.predict(text)


def test_search_with_labels_and_without(x):
    y = np.where(np.arange(200) < 10, -1, 1)
    grid = {"outlierdetector__keep": [0.5, 0.7]}
    pipeline = make_pipeline(StandardScaler(), small())
    search = GridSearchCV(
        pipeline, grid, scoring="roc_auc", cv=KFold(2, shuffle=True, random_state=0), error_score="raise"
    ).fit(x, y)
    assert search.best_score_ > 0.9
    without = GridSearchCV(pipeline, grid, scoring=lambda model, x: model.score_samples(x).mean(), cv=2).fit(x)
    assert set(without.best_params_) == set(grid)


def test_it_is_cloned_and_pickled(fitted, x):
    assert clone(fitted).get_params() == fitted.get_params()
    file = io.BytesIO()
    joblib.dump(fitted, file)
    file.seek(0)
    assert np.array_equal(joblib.load(file).score_samples(x), fitted.score_samples(x))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"contamination": 0.0}, "contamination should be 'auto', or above 0 and at most 0.5, not 0.0"),
        ({"contamination": "some"}, "contamination should be 'auto'"),
        ({"keep": 0}, "keep should be above 0 and at most 1, not 0"),
        ({"n_models": 0}, "n_models should be a whole number of at least 1, not 0"),
    ],
)
def test_parameters_outside_their_range(options, message, x):
    with pytest.raises(AutoencodeError, match=message):
        OutlierDetector(**options).fit(x)


@pytest.mark.parametrize("table", [np.zeros((1, 3)), np.full((3, 2), np.inf)])
def test_tables_that_cannot_be_fitted(table):
    with pytest.raises(ValueError, match=r"at least 2 rows are needed|infinity"):
        small().fit(table)


def test_a_value_that_is_expected_is_no_reason():
    rng = np.random.default_rng(0)
    frame = pandas.DataFrame(
        {"a": rng.normal(0, 1, 300), "b": rng.normal(5, 2, 300), "kind": rng.choice(["x", "y"], 300)}
    )
    frame.loc[7, ["a", "b"]] = 9.0, -20.0
    detector = OutlierDetector(random_state=0).fit(frame)
    found = detector.explain(frame.iloc[[7]])
    assert found.as_expected[0].tolist() == [False, False, True]
    sentence = found.sentence(0)
    assert sentence.startswith(("a 9, expected", "b -20, expected"))
    assert "kind" not in sentence


def test_missing_and_unknown_cells_are_not_as_expected():
    frame = pandas.DataFrame({"a": np.linspace(0, 1, 60), "b": np.linspace(1, 0, 60), "kind": ["x", "y"] * 30})
    row = pandas.DataFrame({"a": [np.nan], "b": [0.5], "kind": ["z"]})
    found = OutlierDetector(random_state=0).fit(frame).explain(row)
    assert not found.as_expected[0, 0]
    assert not found.as_expected[0, 2]
