"""`AutoencoderTransformer`: the codes of an autoencoder as features, as an estimator of scikit-learn."""

from typing import Any, no_type_check

import numpy as np
import numpy.typing as npt
import torch
from jaxtyping import Float
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import Tags, check_random_state
from sklearn.utils.validation import check_array, check_is_fitted, validate_data

from autoencode.data.dataset import assemble_dataset
from autoencode.data.examples import Examples
from autoencode.data.split import Split
from autoencode.data.tables.columns import Frame
from autoencode.data.values import ValueRange
from autoencode.errors import ArgumentError
from autoencode.recipes import find_recipe
from autoencode.runtime.reporter import Reporter
from autoencode.runtime.seeding import derive_seed, seeded_rng
from autoencode.training import fit

_ROWS = 2_000
_validate_data: Any = validate_data
_check_array: Any = check_array
"""Without scikit-learn's own types, which are inferred from its defaults and too narrow."""


class AutoencoderTransformer(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Vectors to the codes of a model that is trained on them: its posterior means.

    Columns are standardised, and the likelihood is normal unless `options` name another. Any recipe for vectors fits.

    Args:
        recipe: its name; see `autoencode list recipes`.
        latent_dim: how many numbers a code has.
        epochs: passes through the data; None for those of the recipe.
        options: further options of the recipe and settings of the training, by name.
        random_state: an int gives the same codes every time.

    Attributes:
        model_: the trained `Autoencoder`.
        n_features_in_: how many columns there were.
        feature_names_in_: their names, where X had any.

    Example:
        >>> X = np.random.default_rng(0).normal(size=(40, 1)) * [1.0, 2.0, 3.0]
        >>> AutoencoderTransformer(latent_dim=1, epochs=2).fit_transform(X).shape
        (40, 1)
    """

    @no_type_check  # scikit-learn sets any values, which `fit` checks
    def __init__(
        self,
        recipe: str = "dense-vae",
        *,
        latent_dim: int = 2,
        epochs: int | None = None,
        options: dict[str, Any] | None = None,
        random_state: int | np.random.RandomState | None = 0,
    ) -> None:
        self.recipe = recipe
        self.latent_dim = latent_dim
        self.epochs = epochs
        self.options = options
        self.random_state = random_state

    def __sklearn_tags__(self) -> Tags:
        """Codes are of the type of the data."""
        tags = super().__sklearn_tags__()
        assert tags.transformer_tags is not None  # noqa: S101  # for the type checker: TransformerMixin has made them
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def fit(self, X: npt.ArrayLike | Frame, y: object = None) -> "AutoencoderTransformer":  # noqa: N803
        """Trains the model.

        Args:
            X: (n_samples, n_features).
            y: not used; scikit-learn gives it in pipelines.

        Raises:
            ArgumentError: a parameter without a meaning.
            DataError: the likelihood cannot hold the data.
        """
        x = np.asarray(_validate_data(self, X, dtype=np.float64, ensure_min_samples=2), dtype=np.float64)
        self.mean_, std = x.mean(0), x.std(0)
        self.scale_ = np.where(std > 0, std, 1.0)
        recipe, options = find_recipe(self.recipe), dict(self.options or {})
        names = {parameter.name for parameter in recipe.parameters}
        given = {"latent_dim": self.latent_dim, "likelihood": "normal", **options}
        arguments = {name: value for name, value in given.items() if name in names}
        if "latent_dim" not in names:
            raise ArgumentError(f"{self.recipe} has no option latent_dim: use a recipe whose code is a vector")
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        settings = recipe.settings.replace(
            **{"seed": seed, "min_steps": 0, **{name: value for name, value in options.items() if name not in names}},
            **({} if self.epochs is None else {"epochs": self.epochs}),
        )
        with seeded_rng(derive_seed(seed)):
            self.model_, objective = recipe((x.shape[1],), **arguments)
        fit(self.model_, objective, _dataset((x - self.mean_) / self.scale_), settings, reporter=Reporter())
        self.model_.double().eval().requires_grad_(
            requires_grad=False
        )  # in 64 bits a code does not depend on its batch
        return self

    @property
    def _n_features_out(self) -> int:
        """How many numbers a code has, for the names of the features."""
        return int(np.prod(self.model_.latent_shape))

    def transform(self, X: npt.ArrayLike | Frame) -> Float[np.ndarray, "n code"]:  # noqa: N803
        """Posterior means, in the type of X where that is float32 or float64.

        Args:
            X: (n_samples, n_features).
        """
        check_is_fitted(self)
        given = np.asarray(_validate_data(self, X, reset=False, dtype=[np.float64, np.float32]))
        x = torch.from_numpy((given.astype(np.float64) - self.mean_) / self.scale_)
        with torch.no_grad():
            codes = [self.model_.encode(some).mean.flatten(1) for some in x.split(_ROWS)]
        return torch.cat(codes).numpy().astype(given.dtype)

    def inverse_transform(self, X: npt.ArrayLike | Frame) -> Float[np.ndarray, "n features"]:  # noqa: N803
        """The means of p(x|z), in the units of the data.

        Args:
            X: codes, (n_samples, code).
        """
        check_is_fitted(self)
        codes = torch.from_numpy(np.array(_check_array(X, dtype=np.float64), dtype=np.float64))
        with torch.no_grad():
            means = [self.model_.decode(z.unflatten(1, self.model_.latent_shape)).mean for z in codes.split(_ROWS)]
        return torch.cat(means).numpy() * self.scale_ + self.mean_

    def score(self, X: npt.ArrayLike | Frame, y: object = None) -> float:  # noqa: N803
        """The share of the variance that is kept by encoding and decoding; 1 is all, 0 that of the mean row.

        Args:
            X: (n_samples, n_features).
            y: not used.
        """
        given = np.asarray(_validate_data(self, X, reset=False, dtype=np.float64))
        z, back = ((each - self.mean_) / self.scale_ for each in (given, self.inverse_transform(self.transform(given))))
        return float(1 - ((z - back) ** 2).sum() / max(float((z**2).sum()), 1e-12))


def _dataset(z: npt.NDArray[np.float64]) -> Any:
    """All rows to learn from; a tenth of them, which is learned from as well, decides which weights are kept."""
    n = len(z)
    some = torch.arange(0, n, max(1, n // max(1, n // 10)))
    split = Split(train=torch.arange(n), validation=some, test=some[:1], seed=0)
    return assemble_dataset(Examples(torch.from_numpy(z.astype(np.float32)), ValueRange.RAW), split, "array", "", {})
