"""log p(x), estimated by importance sampling."""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.distributions import Quantised, kl
from autoencode.model import Autoencoder
from autoencode.runtime.cpu_tuning import tuned_cpu

_CHUNK_DECODED = 2_000


@tuned_cpu()
@torch.no_grad()
def log_likelihoods(
    model: Autoencoder, x: Float[Tensor, "batch ..."], n_samples: int, context: Tensor | None = None
) -> Float[Tensor, " batch"]:
    """The importance-weighted lower bound on log p(x) for each example, in nats.

    log (1/K) Σ_k p(x, z_k) / q(z_k|x) with z_k sampled from q(z|x): on average below log p(x), and closer to it for
    larger K. Samples are processed in chunks that fit in memory, with a running log-sum-exp. A quantised posterior has
    one code only, so that any K gives the elbo.

    Args:
        model: a model whose posterior and prior have densities.
        x: examples in the model's units.
        n_samples: K.
        context: what conditional parts are conditioned on.

    Raises:
        CapabilityError: the model is a plain autoencoder.

    References:
        Burda, Grosse and Salakhutdinov, "Importance weighted autoencoders", ICLR 2016, equation 8 and section 5.
    """
    q, p = model.encode(x, context), model.prior_for(context)
    if isinstance(q, Quantised):
        return model.decode(z := q.sample((1,)), context).log_prob(x).squeeze(0) - kl(q, p, z)
    chunk = max(1, _CHUNK_DECODED // len(x))
    total = torch.full((len(x),), -math.inf, device=x.device)
    for start in range(0, n_samples, chunk):
        z = q.sample((min(chunk, n_samples - start),))
        log_weights = model.decode(z, context).log_prob(x) + p.log_prob(z) - q.log_prob(z)
        total = torch.logaddexp(total, log_weights.logsumexp(0))
    return total - math.log(n_samples)
