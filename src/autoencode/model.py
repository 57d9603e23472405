"""The autoencoder: an encoder, a posterior, a prior, a decoder and a likelihood."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.distributions import Distribution

from autoencode.errors import CapabilityError, ShapeError
from autoencode.kernels import is_exporting
from autoencode.likelihoods import Likelihood
from autoencode.nn import Conditional, call_with_context, full_precision, without_autocast
from autoencode.posteriors import Posterior
from autoencode.priors import Prior


class Autoencoder(nn.Module):
    """An autoencoder or VAE, assembled from its parts.

        x ─► encoder ─► posterior ─► q(z|x) ─► z ─► decoder ─► likelihood ─► p(x|z)        prior ─► p(z)

    Every model of this library is an instance of this class; papers differ in the parts. The networks run in the
    precision of autocast; posterior, prior and likelihood are always computed in full precision, since a bfloat16
    likelihood is off by more than a nat.

    Args:
        encoder: (batch, *data_shape) → features.
        posterior: features → q(z|x).
        decoder: (batch, *latent_shape) → features.
        likelihood: features → p(x|z).
        prior: () → p(z); None for a plain autoencoder, which cannot generate.
        initialise: (the model, training examples, augmentation) → None: sets initial weights from examples, before the
            first step of a training; the augmentation adds changed copies to examples. None where weights begin at
            random alone.

    Example:
        >>> import torch
        >>> from autoencode.recipes import dense_vae
        >>> model, objective = dense_vae((1, 28, 28))
        >>> model.encode(torch.zeros(5, 1, 28, 28)).mean.shape
        torch.Size([5, 2])
    """

    def __init__(
        self,
        *,
        encoder: nn.Module,
        posterior: Posterior,
        decoder: nn.Module,
        likelihood: Likelihood,
        prior: Prior | None = None,
        initialise: "Callable[[Autoencoder, Tensor, Callable[[Tensor], Tensor]], None] | None" = None,
    ) -> None:
        super().__init__()
        self.encoder, self.posterior, self.prior = encoder, posterior, prior
        self.decoder, self.likelihood = decoder, likelihood
        self.initialise = initialise

    @property
    def data_shape(self) -> tuple[int, ...]:
        """The shape of one example."""
        return self.likelihood.data_shape

    @property
    def is_conditional(self) -> bool:
        """Whether some part needs a context: a class, or an image."""
        return any(isinstance(part, Conditional) for part in self.modules())

    @property
    def latent_shape(self) -> tuple[int, ...]:
        """The shape of one code."""
        return self.posterior.latent_shape

    def encode(self, x: Float[Tensor, "batch ..."], context: Tensor | None = None) -> Distribution:
        """q(z|x), batch shape (batch,), event shape `latent_shape`. Changes no state.

        Raises:
            CapabilityError: not a floating-point tensor.
            ShapeError: the examples have another shape than the model's.
        """
        if not torch.is_tensor(x) or not x.is_floating_point():
            raise CapabilityError(
                f"the model encodes a floating-point tensor, not {type(x).__name__} of {x.dtype}: use "
                "torch.as_tensor(x).float(), or Run.encode for NumPy arrays"
            )
        if not is_exporting() and tuple(x.shape[1:]) != self.data_shape:
            raise ShapeError(f"the model takes examples of shape {self.data_shape}, not {tuple(x.shape[1:])}")
        features: Tensor = call_with_context(self.encoder, x, context=context)
        with without_autocast(x.device):
            return self.posterior(full_precision(features))

    def prior_for(self, context: Tensor | None = None) -> Distribution:
        """p(z), event shape `latent_shape`.

        Raises:
            CapabilityError: the model is a plain autoencoder.
        """
        if self.prior is None:
            raise CapabilityError(
                "a plain autoencoder has no distribution over codes to draw from: train a variational one "
                "(for instance --recipe dense-vae)"
            )
        return call_with_context(self.prior, context=context)

    def decode(self, z: Float[Tensor, "..."], context: Tensor | None = None) -> Distribution:
        """p(x|z) for codes with any leading axes (samples, batch), which become the batch shape.

        Raises:
            ShapeError: the codes have another shape than the model's.
        """
        return self.likelihood_of(self.decoder_features(z, context))

    def decoder_features(self, z: Float[Tensor, "..."], context: Tensor | None = None) -> Float[Tensor, "..."]:
        """The decoder's output for codes with any leading axes, (*leading, *features_shape), in full precision.

        Raises:
            ShapeError: the codes have another shape than the model's.
        """
        leading = z.shape[: max(0, z.ndim - len(self.latent_shape))]
        if not is_exporting() and tuple(z.shape[len(leading) :]) != self.latent_shape:
            raise ShapeError(
                f"the model decodes codes of shape {self.latent_shape}, not {tuple(z.shape[len(leading) :])}"
            )
        if context is not None:
            context = context.expand(*leading, *context.shape[1:]).flatten(0, len(leading) - 1)
        flat: Tensor = call_with_context(self.decoder, z.reshape(-1, *self.latent_shape), context=context)
        return full_precision(flat).reshape(*leading, *flat.shape[1:])

    def likelihood_of(self, features: Float[Tensor, "..."]) -> Distribution:
        """p(x|z), given the decoder's output."""
        with without_autocast(features.device):
            return self.likelihood(features)

    def sample(self, n: int, context: Tensor | None = None) -> Float[Tensor, "n ..."]:
        """Generates `n` examples: the means of p(x|z) at codes drawn from the prior, (n, *data_shape).

        With a batch of contexts: `n` examples for each, (n, batch, *data_shape). To add the likelihood's noise:
        `model.decode(model.prior_for().sample((n,))).sample()`.

        Raises:
            CapabilityError: the model is a plain autoencoder.
        """
        return self.decode(self.prior_for(context).sample((n,)), context).mean
