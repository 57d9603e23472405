"""Kullback–Leibler divergences: in closed form where one is known, or else estimated from draws."""

from jaxtyping import Float
from torch import Tensor
from torch.distributions import Distribution, Independent, MultivariateNormal, Normal, kl_divergence, register_kl

from autoencode.distributions.ladder import Ladder, kl_ladder_dimensions, kl_levels
from autoencode.distributions.markov_chain import MarkovChain, StructuredChain, kl_steps
from autoencode.distributions.point_mass import Degenerate
from autoencode.distributions.relaxed import OneHotCode, kl_one_hots
from autoencode.errors import CapabilityError, ShapeError


def kl(q: Distribution, p: Distribution, z: Float[Tensor, "n batch ..."]) -> Float[Tensor, " batch"]:
    """KL(q ‖ p) for each example, in nats, summed over the latent dimensions.

    The closed form is used if one is registered for the pair. Otherwise it is the mean of log q(z) − log p(z) over the
    draws `z`, which is unbiased and can be negative for a single draw.

    Args:
        q: the posterior, batch shape (batch,).
        p: the prior, with the same event shape.
        z: draws from `q`, (n_samples, batch, *latent_shape); used only without a closed form.

    Raises:
        ShapeError: the event shapes differ (they might broadcast silently).
        CapabilityError: `q` or `p` has no density.
    """
    check_comparable(q, p)
    if isinstance(q, Ladder) and isinstance(p, Ladder):
        return kl_levels(q, z).sum(-1).mean(0)
    if isinstance(q, StructuredChain) and isinstance(p, MarkovChain):
        return kl_steps(q, p, z).sum(-1).mean(0)
    exact = closed_form_kl(q, p)
    return (q.log_prob(z) - p.log_prob(z)).mean(0) if exact is None else exact


def kl_groups(q: Distribution, p: Distribution, z: Float[Tensor, "n batch ..."]) -> Float[Tensor, "batch groups"]:
    """KL(q ‖ p) for each example and group of latents, (batch, groups), in nats, for free bits.

    A group is a level of a ladder, or otherwise a single dimension.

    Raises:
        CapabilityError: the KL is not a sum over levels or dimensions.
    """
    if isinstance(q, Ladder) and isinstance(p, Ladder):
        return kl_levels(q, z).mean(0)
    return kl_per_dimension(q, p).flatten(1)


def kl_per_dimension(q: Distribution, p: Distribution) -> Float[Tensor, "batch ..."]:
    """KL(q ‖ p) for each example and latent dimension, (batch, *latent_shape), in nats.

    For a ladder it is an estimate from one draw. One-hot codes have a term for each variable, not for each class.

    Raises:
        CapabilityError: `q` or `p` does not factorise over dimensions.
    """
    check_comparable(q, p)
    if isinstance(q, Ladder) and isinstance(p, Ladder):
        return kl_ladder_dimensions(q, q.rsample((1,))).squeeze(0)
    if isinstance(q, OneHotCode) and isinstance(p, OneHotCode):
        return kl_one_hots(q, p)
    if isinstance(q, Independent) and isinstance(p, Independent):
        exact = closed_form_kl(q.base_dist, p.base_dist)
        if exact is not None:
            return exact
    raise CapabilityError(
        "the KL per dimension needs a posterior and a prior that factorise over dimensions, not "
        f"{distribution_name(q)} and {distribution_name(p)}: use free_bits=0"
    )


def check_comparable(q: Distribution, p: Distribution) -> None:
    """Checks that both have a density over the same space.

    Raises:
        ShapeError: the event shapes differ.
        CapabilityError: one of them has no density.
    """
    for part in (q, p):
        if isinstance(part, Degenerate):
            part.entropy()  # raises, with the reason
    if q.event_shape != p.event_shape:
        raise ShapeError(
            f"the posterior has codes of shape {tuple(q.event_shape)}, and the prior of {tuple(p.event_shape)}: build "
            "both with the same latent_dim"
        )


def closed_form_kl(q: Distribution, p: Distribution) -> Tensor | None:
    """The exact divergence, (*batch_shape,), or None if none is registered for the pair."""
    try:
        return kl_divergence(q, p)
    except NotImplementedError:
        return None


def distribution_name(d: Distribution) -> str:
    """The name of a distribution for a message; of an `Independent`, that of its base."""
    return distribution_name(d.base_dist) if isinstance(d, Independent) else type(d).__name__


@register_kl(MultivariateNormal, Independent)
def kl_full_diagonal(q: MultivariateNormal, p: Independent) -> Tensor:
    """KL(N(μ, LLᵀ) ‖ N(m, diag s²)) in nats, (*batch_shape,).

    ½ Σ_i ((LLᵀ)_ii + (μ_i − m_i)²) / s_i² − ½ d + Σ_i log s_i − Σ_i log L_ii; without inverse or determinant.

    Raises:
        NotImplementedError: `p` is not a diagonal normal over vectors; PyTorch then has no closed form.
    """
    if not isinstance(p.base_dist, Normal) or len(p.event_shape) != 1 or p.reinterpreted_batch_ndims != 1:
        raise NotImplementedError
    lower, loc, scale = q.scale_tril, p.base_dist.loc, p.base_dist.scale
    squares = (lower.square().sum(-1) + (q.loc - loc) ** 2) / scale**2
    logs = scale.log() - lower.diagonal(dim1=-2, dim2=-1).log()
    return (0.5 * (squares - 1) + logs).sum(-1)
