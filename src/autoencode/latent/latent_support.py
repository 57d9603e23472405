"""Where codes may lie."""

from typing import Literal

from torch.distributions import Distribution, constraints

from autoencode.distributions import PowerSpherical

Support = Literal["real", "positive", "unit", "simplex", "sphere"]
"""Where codes may lie: anywhere, at 0 or more, from 0 to 1, on shares that add up to 1, at distance 1 from 0."""


def latent_support(q: Distribution) -> Support:
    """The set that codes of a posterior q(z|x) lie in; "real" where the posterior does not say."""
    if isinstance(q, PowerSpherical):
        return "sphere"
    constraint = _innermost(q)
    if isinstance(constraint, type(constraints.simplex)):
        return "simplex"
    if constraint in (constraints.unit_interval, constraints.boolean) or _unit(constraint):
        return "unit"
    if isinstance(constraint, (type(constraints.positive), type(constraints.nonnegative))):
        return "positive"
    return "real"


def _innermost(q: Distribution) -> object:
    try:
        constraint = q.support
    except (NotImplementedError, AttributeError):
        return None
    while isinstance(constraint, type(constraints.real_vector)):  # independent(…)
        constraint = constraint.base_constraint
    return constraint


def _unit(constraint: object) -> bool:
    limits = getattr(constraint, "lower_bound", None), getattr(constraint, "upper_bound", None)
    return limits == (0.0, 1.0)
