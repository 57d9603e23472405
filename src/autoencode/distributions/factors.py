"""The factors of a distribution whose dimensions are independent."""

from torch.distributions import Distribution, Independent

from autoencode.errors import CapabilityError


def factors(q: Distribution) -> Distribution:
    """The distributions of the dimensions of `q`, batch shape (batch, dims).

    Args:
        q: over vectors, batch shape (batch,) and event shape (dims,).

    Raises:
        CapabilityError: its dimensions are not independent.

    Example:
        >>> import torch
        >>> from torch.distributions import Normal
        >>> factors(Independent(Normal(torch.zeros(5, 2), 1.0), 1)).batch_shape
        torch.Size([5, 2])
    """
    if isinstance(q, Independent) and len(q.event_shape) == 1 and not q.base_dist.event_shape:
        return q.base_dist
    raise CapabilityError(
        f"this objective needs a posterior whose dimensions are independent given the example, not a "
        f"{type(q).__name__}: use a diagonal normal posterior"
    )
