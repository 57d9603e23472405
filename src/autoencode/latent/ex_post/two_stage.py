"""A second autoencoder, on the codes of the first."""

import torch
from torch import Tensor

from autoencode.data import Dataset, Split, Subset, ValueRange
from autoencode.data.dataset import fingerprint
from autoencode.decoders import DenseDecoder
from autoencode.distributions import tempered
from autoencode.encoders import DenseEncoder
from autoencode.evaluation import log_likelihoods
from autoencode.latent.ex_post.prior import ExPostPrior, ex_post_priors
from autoencode.likelihoods import NormalLikelihood, OptimalScale
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo
from autoencode.posteriors import DiagonalNormalPosterior
from autoencode.priors import StandardNormalPrior
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Event, Reporter
from autoencode.settings import Settings
from autoencode.training import EpochFinished, fit

_DRAWS = 50


@ex_post_priors.register("two-stage")
class FittedTwoStage(ExPostPrior):
    """A variational autoencoder of codes.

        u ~ N(0, I) ─► decoder ─► z ~ N(m(u), s² I) ─► the model's decoder ─► x

    The standard deviation s, one for all dimensions as in the paper, is its closed-form optimum and not learned by
    gradient; the networks have three hidden layers as in the paper, narrower and without the path that skips them.

    Args:
        dims: latent dimensions, and those of u.
        hidden: units of the three hidden layers on each side.
        epochs: passes through the codes; by default 30, and 2,000 steps at least.

    References:
        Dai and Wipf, "Diagnosing and enhancing VAE models", ICLR 2019, section 4 (the two stages).
    """

    is_bound = True

    def __init__(self, dims: int, *, hidden: int = 256, epochs: int | None = None) -> None:
        super().__init__(dims)
        self.epochs = epochs
        encoder = DenseEncoder((dims,), [hidden] * 3)
        p_x = NormalLikelihood((dims,), OptimalScale())
        self.model = Autoencoder(
            encoder=encoder,
            posterior=DiagonalNormalPosterior(encoder.out_features, dims),
            prior=StandardNormalPrior(dims),
            decoder=DenseDecoder(dims, [hidden] * 3, p_x.features_shape),
            likelihood=p_x,
        )

    def fit_standardised(
        self, train: Tensor, validation: Tensor, *, seed: int, reporter: Reporter, cancel: CancelToken
    ) -> None:
        """Trains by the evidence lower bound; the weights that are best on `validation` are kept."""
        settings = Settings(
            epochs=self.epochs or 30,
            min_steps=0 if self.epochs else 2_000,
            batch_size=256,
            learning_rate=1e-3,
            schedule="linear",
            device="cpu",
            precision="float32",
            seed=seed,
        )
        data = codes_dataset(train, validation)
        fit(self.model, Elbo(), data, settings, reporter=_EpochNotes(reporter), cancel=cancel)
        cancel.raise_if_cancelled()

    def log_prob_standardised(self, z: Tensor) -> Tensor:
        """The importance-weighted bound of 50 draws, (n,), in nats."""
        return torch.cat([log_likelihoods(self.model, some, _DRAWS) for some in z.split(500)])

    def sample_standardised(self, n: int, temperature: float = 1.0) -> Tensor:
        """(n, dims), with the likelihood's own noise, as the paper draws them; the temperature scales both."""
        u = tempered(self.model.prior_for(), temperature).sample((n,))
        return tempered(self.model.decode(u), temperature).sample()


class _EpochNotes(Reporter):
    """A note for each epoch of the inner training, and nothing else of it."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter

    def event(self, event: Event) -> None:
        if isinstance(event, EpochFinished):
            epoch, loss = event.metrics.epoch, event.metrics.validation["loss"]
            self._reporter.note(f"epoch {epoch:.0f}: {loss:.3f} nats per code on the validation part")


def codes_dataset(train: Tensor, validation: Tensor) -> Dataset:
    """Codes as a data set without a test part."""
    everything = torch.cat([train, validation])
    places = torch.arange(len(everything))
    return Dataset(
        name="codes",
        source="",
        train=Subset(train),
        validation=Subset(validation),
        test=Subset(validation[:0]),
        split=Split(places[: len(train)], places[len(train) :], places[:0], seed=0),
        values=ValueRange.RAW,
        classes=None,
        notes=(),
        skipped=(),
        fingerprint=fingerprint(everything, None),
        options={},
    )
