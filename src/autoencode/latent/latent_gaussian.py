"""How far the codes of the data, or of one class, spread: a centre and a covariance."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.distributions import MultivariateNormal

from autoencode.data import Subset
from autoencode.errors import ArgumentError, CapabilityError, DataError
from autoencode.latent.encoding import sample_codes
from autoencode.latent.ex_post.prior import MAX_COVARIANCE_SIZE
from autoencode.runs.run import Run
from autoencode.runtime.seeding import derive_seed

_SPREAD = 31
_MAX_CODES = 10_000
"""Codes are enough to know a covariance by."""
_MIN_VARIANCE = 1e-6
"""The least variance, as a share of the mean one."""


@dataclass(frozen=True, eq=False)
class LatentGaussian:
    """A normal distribution of codes.

    Args:
        loc: the centre, (numbers,).
        scale_tril: the lower Cholesky factor of the covariance, (numbers, numbers).
    """

    loc: Float[Tensor, " numbers"]
    scale_tril: Float[Tensor, "numbers numbers"]

    @property
    def scale(self) -> Float[Tensor, " numbers"]:
        """The standard deviation of each number."""
        return self.scale_tril.square().sum(1).sqrt()

    def sample(self, n: int, temperature: float = 1.0) -> Float[Tensor, "n numbers"]:
        """Codes from the centre and the spread, which the temperature scales; from the global generator.

        Raises:
            ArgumentError: a temperature that is not above 0.
        """
        if not 0 < temperature < float("inf"):
            raise ArgumentError(f"a temperature is above 0 (1 changes nothing), not {temperature:g}")
        return self.loc + temperature * self._noise(n)

    def sample_near(self, z: Float[Tensor, " numbers"], share: float, n: int) -> Float[Tensor, "n numbers"]:
        """Codes that take `share` of their spread from here and the rest from `z`.

            loc + √(1 − share²) · (z − loc) + share · noise,     noise ~ N(0, covariance)

        A share of 0 gives `z` itself and 1 forgets it. Whatever the share, codes of the data keep their mean and their
        covariance: adding noise alone would take them to where the decoder never was.

        Args:
            z: a code.
            share: from 0 to 1.
            n: how many.

        Raises:
            ArgumentError: another share.

        References:
            Cotter, Roberts, Stuart and White, "MCMC methods for functions", Statistical Science 28, 2013 (the
            preconditioned Crank-Nicolson proposal).
        """
        if not 0 <= share <= 1:
            raise ArgumentError(f"--spread goes from 0 (the picture itself) to 1 (anything), not {share:g}")
        return self.loc + (1 - share**2) ** 0.5 * (z - self.loc) + share * self._noise(n)

    def distribution(self) -> MultivariateNormal:
        """The normal itself."""
        return MultivariateNormal(self.loc, scale_tril=self.scale_tril, validate_args=False)

    def _noise(self, n: int) -> Tensor:
        return torch.randn(n, len(self.loc)) @ self.scale_tril.T


def fit_latent_gaussian(codes: Float[Tensor, "n numbers"]) -> LatentGaussian:
    """Mean and covariance of codes, the covariance shrunk towards a multiple of the identity where codes are few.

    References:
        Ledoit and Wolf, "A well-conditioned estimator for large-dimensional covariance matrices", Journal of
        Multivariate Analysis 88, 2004.
    """
    from sklearn.covariance import LedoitWolf

    fitted = LedoitWolf().fit(codes.double().numpy())
    covariance = torch.as_tensor(fitted.covariance_)
    floor = _MIN_VARIANCE * covariance.diagonal().mean().clamp_min(torch.finfo(codes.dtype).tiny)
    factor = torch.linalg.cholesky(covariance + floor * torch.eye(len(covariance), dtype=covariance.dtype))
    return LatentGaussian(torch.as_tensor(fitted.location_).to(codes.dtype), factor.to(codes.dtype))


def latent_gaussian_of(run: Run, of_class: str | int | None = None) -> LatentGaussian:
    """The spread of the codes of the training examples, or of those of one class.

    Codes are drawn from q(z|x), so that the spread holds the uncertainty of each code too.

    Args:
        run: the trained model.
        of_class: the name or the number of a class; all examples where it is left out.

    Raises:
        ArgumentError: no such class.
        DataError: fewer than two examples of it.
        CapabilityError: codes that are not real numbers, or too long for a covariance.
    """
    _check_length(run)
    part = run.data.train if of_class is None else _class_part(run, of_class)
    if len(part) < 2:
        raise DataError(f"a spread needs two training examples at least, and there are {len(part)}")
    return fit_latent_gaussian(sample_codes(run, part.subsample(_MAX_CODES), derive_seed(0, _SPREAD)))


def same_class_gaussian(
    codes: Float[Tensor, "n numbers"], labels: Int64[Tensor, " n"], z: Float[Tensor, " numbers"]
) -> LatentGaussian:
    """Where another example of the class of `z` has its code, whichever class that is.

        class mean ~ N(μ, B),   code ~ N(class mean, W)
        another code of the class of z ~ N(μ + B (B + W)⁻¹ (z − μ),  W + B − B (B + W)⁻¹ B)

    W is the covariance of codes round the mean of their class, and B + W that of all codes.

    Args:
        codes: of labelled examples.
        labels: their classes.
        z: a code.

    Raises:
        DataError: no class has two examples.

    References:
        Ioffe, "Probabilistic linear discriminant analysis", ECCV 2006.
    """
    _, numbers, counts = labels.unique(return_inverse=True, return_counts=True)
    if not bool((counts > 1).any()):
        raise DataError("how examples of one class differ takes a class with two training examples, and there is none")
    means = torch.zeros(len(counts), codes.shape[1]).index_add(0, numbers, codes) / counts[:, None]
    repeated = counts[numbers] > 1
    freedom = int(repeated.sum()) / int((counts[counts > 1] - 1).sum())
    within = _covariance((codes - means[numbers])[repeated]) * freedom
    together = _covariance(codes)
    middle, between = codes.double().mean(0), _positive(together - within)
    gain = between @ torch.linalg.inv(between + within)
    loc = middle + gain @ (z.double() - middle)
    factor = torch.linalg.cholesky(_floored(within + between - gain @ between))
    return LatentGaussian(loc.to(codes.dtype), factor.to(codes.dtype))


def same_class_gaussian_of(run: Run, z: Float[Tensor, " numbers"]) -> LatentGaussian:
    """The same for the labelled training examples of a run.

    Args:
        run: the trained model.
        z: a code.

    Raises:
        ArgumentError: the data have no classes.
        DataError: no class has two examples.
        CapabilityError: codes that are not real numbers, or too long for a covariance.
    """
    _check_length(run)
    labels = run.data.train.labels
    if labels is None:
        raise ArgumentError("--same-class needs data with classes, and these have none: leave it out")
    part = run.data.train[(labels >= 0).nonzero().flatten()].subsample(_MAX_CODES)
    known = part.labels
    assert known is not None  # noqa: S101  # a part of labelled data
    return same_class_gaussian(sample_codes(run, part, derive_seed(0, _SPREAD)), known, z)


def _covariance(codes: Tensor) -> Tensor:
    from sklearn.covariance import LedoitWolf

    return torch.as_tensor(LedoitWolf().fit(codes.double().numpy()).covariance_)


def _positive(matrix: Tensor) -> Tensor:
    """The nearest covariance: a difference of two may have negative variances."""
    values, vectors = torch.linalg.eigh(matrix)
    return (vectors * values.clamp_min(0)) @ vectors.T


def _floored(covariance: Tensor) -> Tensor:
    floor = _MIN_VARIANCE * covariance.diagonal().mean().clamp_min(torch.finfo(torch.float32).tiny)
    return covariance + floor * torch.eye(len(covariance), dtype=covariance.dtype)


def _check_length(run: Run) -> None:
    if run.latent_size > MAX_COVARIANCE_SIZE:
        raise CapabilityError(
            f"codes of {run.latent_size:,} numbers are too long for a covariance, and no spread of them is known: "
            "take a model with shorter codes"
        )


def _class_part(run: Run, of_class: str | int) -> Subset:
    number, labels = run.class_index(of_class), run.data.train.labels
    assert labels is not None  # noqa: S101  # there are classes, so there are labels
    part = run.data.train[(labels == number).nonzero().flatten()]
    if len(part) < 2:
        raise DataError(
            f"class {run.classes[number]!r} has {len(part)} training examples, and its spread needs two at least"
        )
    return part
