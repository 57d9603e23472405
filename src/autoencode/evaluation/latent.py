"""The codes of a data set, and how much each latent dimension is used."""

import math
from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Distribution

from autoencode.data import Subset, sequential_batches
from autoencode.distributions import Degenerate, Quantised, kl_per_dimension
from autoencode.distributions.quantised import codeword_counts
from autoencode.errors import CapabilityError
from autoencode.model import Autoencoder
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.reporter import Reporter, resolve_reporter, track

_ACTIVE_VARIANCE, _MAX_VALUES = 0.01, 2**26


@dataclass(frozen=True)
class Codes:
    """The codes of a subset of the data.

    Args:
        means: posterior means, (n, *latent_shape).
        kl: KL of each example and dimension, (n, *latent_shape) in nats, or None if the model has none.
        labels: (n,), or None.
        counts: how often each codeword of quantised codes occurs, (stages, K); None for other codes.
    """

    means: Tensor
    kl: Tensor | None
    labels: Tensor | None
    counts: Tensor | None = None


@tuned_cpu()
@torch.no_grad()
def encode_all(
    model: Autoencoder,
    subset: Subset,
    batch_size: int = 500,
    *,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Codes:
    """Encodes the examples of a subset in order; of very large codes only as many, evenly spaced, as fit into 256 MB.

    Args:
        model: the model, in evaluation mode.
        subset: the examples.
        batch_size: examples at a time.
        reporter: receives the progress of the task "encoding", in examples.
        cancel: ends it early.

    Raises:
        CancelledError: `cancel` asked for it.
    """
    subset = subset.subsample(max(100, _MAX_VALUES // math.prod(model.latent_shape)))
    device = next(model.parameters()).device
    means: list[Tensor] = []
    rates: list[Tensor] = []
    counts: list[Tensor] = []
    with track(resolve_reporter(reporter), "encoding", len(subset), "examples", cancel=cancel) as progress:
        for batch in sequential_batches(subset, batch_size):
            batch = batch.to(device)
            q = model.encode(batch.x, batch.context)
            means.append(q.mean.cpu())
            counts += [codeword_counts(q.indices, q.n_codes).cpu()] if isinstance(q, Quantised) else []
            rate = _kl_per_dimension(model, q, batch.context)
            rates += [] if rate is None else [rate.cpu()]
            progress.advance(len(batch))
    counted = torch.stack(counts).sum(0) if counts else None
    return Codes(torch.cat(means), torch.cat(rates) if rates else None, subset.labels, counted)


def _kl_per_dimension(model: Autoencoder, q: Distribution, context: Tensor | None) -> Tensor | None:
    if model.prior is None or isinstance(q, Degenerate):
        return None
    try:
        return kl_per_dimension(q, model.prior_for(context))
    except CapabilityError:
        return None


def relevance(
    kl: Float[Tensor, "n ..."] | None, codes: Float[Tensor, "m numbers"]
) -> tuple[Float[Tensor, " numbers"], Literal["KL", "variance"]]:
    """The information in each latent dimension: its mean KL in nats, or its variance if it has no KL of its own.

    Args:
        kl: of each example and dimension, as in `Codes`.
        codes: of examples, sampled from q(z|x).

    Returns:
        A value for each dimension, and which of the two measures it is.
    """
    if kl is None or kl[0].numel() != codes.shape[1]:  # one-hot codes have one KL for several values
        return codes.var(0, correction=0), "variance"
    return kl.flatten(1).mean(0), "KL"


def active_units(means: Float[Tensor, "n ..."], units: int | None = None) -> int:
    """The number of active latent dimensions, whose posterior mean has a variance of more than 0.01 over the data.

    Args:
        means: posterior means, (n, *latent_shape).
        units: the number of units, if a unit consists of several neighbouring values, such as a categorical variable;
            it is active if any of its values varies. By default every value is a unit.

    References:
        Burda, Grosse and Salakhutdinov, "Importance weighted autoencoders", ICLR 2016, section 5.2:
        Var_x(E[z|x]) > 0.01.
    """
    varies = means.flatten(1).var(0, correction=0) > _ACTIVE_VARIANCE
    return int(varies.unflatten(0, (units or len(varies), -1)).any(1).sum())
