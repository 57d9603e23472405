"""Where codes may lie."""

from typing import Literal

import torch
from torch import Tensor
from torch.distributions import Distribution, constraints
from torch.nn import functional as F

from autoencode.distributions import ClassAndNormal, HypersphericalUniform, OneHotCode, PowerSpherical
from autoencode.distributions.markov_chain import MarkovChain
from autoencode.distributions.tempered import innermost_constraint
from autoencode.model import Autoencoder

Support = Literal["real", "positive", "unit", "simplex", "sphere"]
"""Where codes may lie: anywhere, at 0 or more, from 0 to 1, on shares that add up to 1, at distance 1 from 0."""


def latent_support(q: Distribution) -> Support:
    """The set that codes of a posterior q(z|x) or a prior lie in; "real" where the distribution does not say."""
    if isinstance(q, (PowerSpherical, HypersphericalUniform)):
        return "sphere"
    constraint = innermost_constraint(q)
    if isinstance(constraint, type(constraints.simplex)):
        return "simplex"
    if constraint in (constraints.unit_interval, constraints.boolean) or _unit(constraint):
        return "unit"
    if isinstance(constraint, (type(constraints.positive), type(constraints.nonnegative))):
        return "positive"
    return "real"


def has_density_over_reals(model: Autoencoder) -> bool:
    """Whether the model's own prior is a density over all real numbers, as the priors fitted to codes are.

    Only then can the two be compared: the density of a code on a sphere or on shares that add up to 1 is of another
    kind, and bits, classes and steps that are not there have probabilities.
    """
    if model.prior is None or model.is_conditional:
        return model.prior is not None
    p = model.prior_for()
    return latent_support(p) == "real" and not isinstance(p, (OneHotCode, ClassAndNormal, MarkovChain))


def within_support(model: Autoencoder, z: Tensor) -> Tensor:
    """Codes near others, within the set that the model's codes lie in; a normal fitted to them draws codes outside.

    Args:
        model: whose codes they are.
        z: (n, *latent_shape).
    """
    if model.prior is None or model.is_conditional:
        return z
    p = model.prior_for()
    if isinstance(p, OneHotCode):
        n_classes = p.logits.shape[-1]
        return F.one_hot(z.unflatten(-1, (-1, n_classes)).argmax(-1), n_classes).to(z).flatten(-2)
    if isinstance(p, ClassAndNormal):
        chosen = F.one_hot(z[..., : p.n_classes].argmax(-1), p.n_classes).to(z)
        return torch.cat([chosen, z[..., p.n_classes :]], -1)
    return _within(z, latent_support(p), bits=innermost_constraint(p) is constraints.boolean)


def _within(z: Tensor, support: Support, *, bits: bool) -> Tensor:
    tiny = torch.finfo(z.dtype).tiny
    match support:
        case "positive":
            return z.clamp_min(tiny)
        case "unit":
            return z.clamp(0, 1).round() if bits else z.clamp(0, 1)
        case "simplex":
            shares = z.clamp_min(tiny)
            return shares / shares.sum(-1, keepdim=True)
        case "sphere":
            return F.normalize(z, dim=-1)
        case "real":
            return z


def _unit(constraint: object) -> bool:
    limits = getattr(constraint, "lower_bound", None), getattr(constraint, "upper_bound", None)
    return limits == (0.0, 1.0)
