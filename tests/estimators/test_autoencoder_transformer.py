"""`AutoencoderTransformer` as scikit-learn and its users expect it."""

import io

import joblib
import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from autoencode.errors import AutoencodeError
from autoencode.estimators import AutoencoderTransformer

pandas = pytest.importorskip("pandas")  # without it scikit-learn skips some of its checks silently


def small(**options):
    return AutoencoderTransformer(**{"epochs": 2, "options": {"hidden": 8}, **options})


@parametrize_with_checks([small()])
def test_scikit_learn(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def x():
    rng = np.random.default_rng(0)
    return rng.normal(size=(200, 1)) * [1.0, -2.0, 3.0, 400.0] + 0.1 * rng.normal(size=(200, 4)) + 5


@pytest.fixture(scope="module")
def fitted(x):
    options = {"hidden": 32, "learning_rate": 1e-2, "batch_size": 50}
    return AutoencoderTransformer(latent_dim=1, epochs=60, options=options).fit(x)


def test_a_code_keeps_what_columns_share(fitted, x):
    z = fitted.transform(x)
    assert abs(np.corrcoef(z[:, 0], x[:, 3])[0, 1]) > 0.95
    assert fitted.score(x) > 0.8
    back = fitted.inverse_transform(z)
    assert np.corrcoef(back[:, 3], x[:, 3])[0, 1] > 0.95  # in the units of the data
    assert abs(back[:, 3].mean() - x[:, 3].mean()) < 0.2 * x[:, 3].std()


def test_a_code_does_not_depend_on_its_batch(fitted, x):
    alone = np.concatenate([fitted.transform(row[None]) for row in x[:9]])
    assert np.allclose(alone, fitted.transform(x)[:9], rtol=1e-10)
    assert fitted.transform(x.astype(np.float32)).dtype == np.float32


def test_pipelines_with_another_recipe(x):
    features = AutoencoderTransformer(recipe="deep-vae", latent_dim=2, epochs=1)
    pipeline = make_pipeline(StandardScaler(), features, LogisticRegression())
    assert 0 <= pipeline.fit(x, x[:, 0] > 5).score(x, x[:, 0] > 5) <= 1


def test_search_without_labels(x):
    search = GridSearchCV(small(), {"latent_dim": [1, 2]}, cv=2).fit(x)
    assert search.best_params_["latent_dim"] in (1, 2)


def test_frames_and_names(x):
    frame = pandas.DataFrame(x, columns=["a", "b", "c", "d"])
    codes = small(latent_dim=2).set_output(transform="pandas").fit_transform(frame)
    assert list(codes.columns) == ["autoencodertransformer0", "autoencodertransformer1"]


def test_a_seed_gives_the_same_codes_and_leaves_global_noise_alone(x):
    before = torch.random.get_rng_state()
    first, second, other = (small(random_state=seed).fit_transform(x) for seed in (0, 0, 1))
    assert torch.equal(torch.random.get_rng_state(), before)
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


def test_it_is_cloned_and_pickled(fitted, x):
    assert clone(fitted).get_params() == fitted.get_params()
    file = io.BytesIO()
    joblib.dump(fitted, file)
    file.seek(0)
    assert np.array_equal(joblib.load(file).transform(x), fitted.transform(x))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"recipe": "dense"}, "no recipe named 'dense'"),
        ({"latent_dim": 0}, "--latent-dim takes 1 or more"),
        ({"options": {"hidde": 3}}, "hidde"),
    ],
)
def test_parameters_without_a_meaning(options, message, x):
    with pytest.raises(AutoencodeError, match=message):
        small(**options).fit(x)
