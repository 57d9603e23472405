"""A code of one point, of whose units some are active and the others silent."""

from jaxtyping import Bool, Float
from torch import Tensor

from autoencode.distributions.point_mass import PointMass


class SparsePointMass(PointMass):
    """A point mass that knows which of its units are active, so that their share can be reported.

    Args:
        loc: the code, (batch, units).
        active: which units are active, of the same shape: what counts as active depends on the kind of unit.

    Example:
        >>> import torch
        >>> q = SparsePointMass(torch.tensor([[0.0, 2.0]]), torch.tensor([[False, True]]))
        >>> q.active_fraction
        tensor([0.5000])
    """

    def __init__(self, loc: Float[Tensor, "batch units"], active: Bool[Tensor, "batch units"]) -> None:
        super().__init__(loc, event_ndim=1)
        self.active = active

    @property
    def active_fraction(self) -> Float[Tensor, " batch"]:
        """The share of units that are active, for each example."""
        return self.active.to(self.loc.dtype).mean(1)
