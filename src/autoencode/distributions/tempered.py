"""Distributions at a temperature: narrower or wider."""

from typing import Any

from torch.distributions import Distribution, Independent, MixtureSameFamily, MultivariateNormal, Normal, constraints

from autoencode.distributions.attribute_mixtures import AttributeMixtures
from autoencode.distributions.class_and_normal import ClassAndNormal
from autoencode.distributions.ladder import Ladder
from autoencode.distributions.markov_chain import MarkovChain
from autoencode.distributions.normal_mixture import NormalMixture
from autoencode.distributions.zuko_flows import zuko
from autoencode.errors import ArgumentError, CapabilityError
from autoencode.kernels.torch_private import unbroadcast_scale_tril


def tempered(p: Distribution, temperature: float) -> Distribution:
    """`p` with its standard deviations times `temperature`: below 1 draws are more typical, above 1 less.

    In a mixture each component is scaled about its own mean and keeps its weight; in a ladder each level, given those
    above it; in a Markov chain each step, given the one before it; in a normalizing flow the base normal.

    Args:
        p: a normal, a mixture of normals, a ladder, a Markov chain, a flow, or a class with a normal code.
        temperature: above 0; 1 returns `p` itself.

    Raises:
        ArgumentError: the temperature is not above 0.
        CapabilityError: the distribution has no standard deviations to scale.

    References:
        Kingma and Dhariwal, "Glow", NeurIPS 2018 (draws at reduced temperature).

    Example:
        >>> import torch
        >>> tempered(Normal(torch.zeros(2), torch.ones(2)), 0.5).stddev
        tensor([0.5000, 0.5000])
    """
    if not 0 < temperature < float("inf"):
        raise ArgumentError(f"the temperature must be above 0 (1 for no change), not {temperature:g}")
    return p if temperature == 1 else _scaled(p, temperature)


def _scaled(p: Distribution, t: float) -> Distribution:
    if isinstance(p, Independent):
        return Independent(_scaled(p.base_dist, t), p.reinterpreted_batch_ndims, validate_args=False)
    if isinstance(p, MixtureSameFamily):
        each = _scaled(p.component_distribution, t)
        return MixtureSameFamily(p.mixture_distribution, each, validate_args=False)
    if isinstance(p, (Ladder, MarkovChain)):
        return p.tempered(t)
    if isinstance(p, AttributeMixtures):
        rest = Independent(_scaled(p.rest.base_dist, t), 1, validate_args=False)
        return AttributeMixtures([NormalMixture(each.logits, each.loc, each.scale * t) for each in p.blocks], rest)
    flow: Any = p
    if isinstance(flow, zuko().distributions.NormalizingFlow):
        return zuko().distributions.NormalizingFlow(flow.transform, _scaled(flow.base, t))
    return _normal(p, t)


def _normal(p: Distribution, t: float) -> Distribution:
    if isinstance(p, Normal):
        return Normal(p.loc, p.scale * t, validate_args=False)
    if isinstance(p, MultivariateNormal):
        factor = unbroadcast_scale_tril(p)
        return MultivariateNormal(p.loc, scale_tril=factor * t, validate_args=False)
    if isinstance(p, NormalMixture):
        return NormalMixture(p.logits, p.loc, p.scale * t)
    if isinstance(p, ClassAndNormal):
        return ClassAndNormal(p.class_log_probs, p.loc, p.scale * t)
    other = (
        ", or draw from a prior fitted to the codes (--prior mixture)"
        if innermost_constraint(p) is constraints.real
        else ""
    )
    raise CapabilityError(
        f"a temperature scales standard deviations, and a {type(p).__name__} has none: leave --temperature out{other}"
    )


def innermost_constraint(p: Distribution) -> object:
    """The constraint on each single value of a draw, without those that count dimensions; None where it is not said."""
    try:
        constraint = p.support
    except (NotImplementedError, AttributeError):
        return None
    while isinstance(constraint, type(constraints.real_vector)):  # independent(…)
        constraint = constraint.base_constraint
    return constraint
