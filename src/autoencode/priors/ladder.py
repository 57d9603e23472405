"""The prior of a hierarchical (ladder) VAE: each level given those above it."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.distributions import Independent, Normal

from autoencode.distributions.ladder import ChooseLatent, Ladder, LadderPath, walk
from autoencode.nn.dense import Linear
from autoencode.nn.positive import bounded_exp
from autoencode.priors.prior import Prior


class LadderPrior(Prior):
    """p(z₁) p(z₂|z₁) …: normals whose mean and scale depend on a state that the levels above update.

        state ─► p(z_l | above)        state, z_l ─► state of the next level

    It owns the levels, which the posterior shares.

    Args:
        dims: dimensions of each level, top first; a code is their concatenation.
        width: units of the state.

    References:
        Sønderby, Raiko, Maaløe, Sønderby and Winther, "Ladder variational autoencoders", NeurIPS 2016, equations 1-3.

    Example:
        >>> LadderPrior([2, 4], 16)().sample((3,)).shape
        torch.Size([3, 6])
    """

    def __init__(self, dims: Sequence[int], width: int) -> None:
        super().__init__((sum(dims),))
        self.dims, self.width = tuple(dims), width
        self.start = nn.Parameter(torch.zeros(width))
        self.rungs = nn.ModuleList([*(Rung(n, width) for n in dims[:-1]), LastRung(dims[-1], width)])

    @property
    def levels(self) -> "list[LastRung]":
        """The levels, top first."""
        return [rung for rung in self.rungs if isinstance(rung, LastRung)]

    def forward(self) -> Ladder:
        """p(z) with batch shape () and event shape (sum of dims,)."""
        return Ladder(self._walk, self.dims)

    def _walk(self, choose: ChooseLatent, leading: tuple[int, ...]) -> LadderPath:
        return walk(self.levels, self.start.expand(*leading, self.width), lambda _, __, above: above, choose)


class LastRung(nn.Module):
    """The lowest level: the distribution of its latent given the state.

    The head starts at zero, so that all levels start as standard normals.

    Args:
        dims: dimensions of this level.
        width: units of the state.
    """

    def __init__(self, dims: int, width: int) -> None:
        super().__init__()
        self.head = nn.Sequential(nn.LayerNorm(width), Linear(width, width), nn.SiLU(), zeroed(Linear(width, 2 * dims)))

    def conditional_prior(self, state: Tensor) -> Independent[Normal]:
        """p(z_l | the levels above)."""
        loc, log_scale = self.head(state).chunk(2, -1)
        return Independent(Normal(loc, bounded_exp(log_scale, 5.0), validate_args=False), 1, validate_args=False)

    def next_state(self, state: Tensor, z: Tensor) -> Tensor:
        """The unchanged state, as there is no level below."""
        return state


class Rung(LastRung):
    """A level above others, whose latent updates the state.

    Args:
        dims: dimensions of this level.
        width: units of the state.
    """

    def __init__(self, dims: int, width: int) -> None:
        super().__init__(dims, width)
        self.entry = Linear(dims, width)
        self.mix = nn.Sequential(nn.LayerNorm(width), Linear(width, width), nn.SiLU(), zeroed(Linear(width, width)))

    def next_state(self, state: Tensor, z: Tensor) -> Tensor:
        """The state, updated by this level's latent."""
        state = state + self.entry(z)
        return state + self.mix(state)


def zeroed(layer: nn.Linear) -> nn.Linear:
    """Sets the weights and biases of a layer to zero, and returns it."""
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer
