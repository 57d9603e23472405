"""The forward pass that all parts of an objective share."""

from dataclasses import dataclass

from torch import Tensor
from torch.distributions import Distribution

from autoencode.data.batch import Batch
from autoencode.model import Autoencoder


@dataclass(frozen=True)
class ForwardPass:
    """The results of one forward pass.

        batch.x ─► q(z|x) ─► z ─► p(x|z) ◄─ batch.target        p(z)

    Args:
        model: for objectives that need more of it, such as a Jacobian or a second decoding.
        batch: the input.
        q: the posterior, batch shape (batch,).
        z: draws from it, (n_samples, batch, *latent_shape), where the context fixes parts of them, these.
        p_x: p(x|z), batch shape (n_samples, batch).
        p_z: the prior, or None if the model has none.
        features: the decoder's output, from which `p_x` was made.
    """

    model: Autoencoder
    batch: Batch
    q: Distribution
    z: Tensor
    p_x: Distribution
    p_z: Distribution | None
    features: Tensor

    def log_likelihood(self) -> Tensor:
        """log p(target|z) for each sample and example, (n_samples, batch), in nats."""
        return self.p_x.log_prob(self.batch.target)


def forward_pass(model: Autoencoder, batch: Batch, n_samples: int = 1) -> ForwardPass:
    """Encodes the batch, draws `n_samples` codes for each example, and decodes them.

    In training mode it also updates what no gradient reaches (codebooks, optimal scales).
    """
    q = model.encode(batch.x, batch.context)
    z = q.rsample((n_samples,))
    if model.prior is not None and batch.context is not None:
        z = model.prior.with_context(z, batch.context)
    features = model.decoder_features(z, batch.context)
    if model.training:
        model.likelihood.adapt(features, batch.target)
        model.posterior.adapt(q)
        if model.prior is not None:
            model.prior.adapt(q)
    p_z = None if model.prior is None else model.prior_for(batch.context)
    return ForwardPass(model, batch, q, z, model.likelihood_of(features), p_z, features)
