"""The posterior of a hierarchical (ladder) VAE, residual to its prior."""

from collections.abc import Sequence
from itertools import pairwise

from jaxtyping import Float
from torch import Tensor, nn
from torch.distributions import Independent, Normal

from autoencode.distributions.ladder import ChooseLatent, Ladder, LadderPath, Level, walk
from autoencode.nn.dense import Linear
from autoencode.nn.positive import bounded_exp
from autoencode.posteriors.posterior import Posterior


class LadderPosterior(Posterior):
    """q(z₁|x) q(z₂|z₁,x) …, each level a correction of the prior's, computed from the encoder's features.

        features ─► d_L ─► … ─► d₁              bottom-up: the top level reads the deepest features
        state, d_l ─► Δloc, Δlog-scale          top-down, along the states of the prior
        q(z_l|…) = N(loc_p + Δloc, scale_p · exp Δlog-scale)

    A correction of zero makes the KL of a level zero, so unused levels cost nothing. Δloc is not in units of the
    prior's scale: the KL would then have no gradient with respect to that scale, which would shrink to zero.

    Args:
        in_features: the encoder's `out_features`.
        dims: dimensions of each level, top first, as the prior's.
        rungs: the levels of the prior, shared with it.
        start: the initial state of the prior.

    References:
        Sønderby et al., "Ladder variational autoencoders", NeurIPS 2016, section 2.2; residual parameterisation: Vahdat
        and Kautz, "NVAE", NeurIPS 2020, section 3.2 and equation 2.
    """

    def __init__(self, in_features: int, dims: Sequence[int], rungs: Sequence[Level], start: nn.Parameter) -> None:
        super().__init__((sum(dims),))
        self.dims, width = tuple(dims), start.shape[0]
        self._shared = (tuple(rungs), start)  # in a tuple, so that the weights are the prior's alone
        widths = [in_features] + [width] * len(dims)
        self.up = nn.ModuleList(nn.Sequential(Linear(a, b), nn.LayerNorm(b), nn.SiLU()) for a, b in pairwise(widths))
        self.heads = nn.ModuleList(LevelPosterior(n, width) for n in dims)

    def forward(self, features: Float[Tensor, "batch features"]) -> Ladder:
        """q(z|x) with batch shape (batch,) and event shape (sum of dims,)."""
        seen = [features]
        for layer in self.up:
            seen.append(layer(seen[-1]))
        seen = seen[:0:-1]  # the deepest first, as the walk begins at the top
        rungs, start = self._shared

        def own(number: int, state: Tensor, above: Independent[Normal]) -> Independent[Normal]:
            return self.heads[number](state, seen[number], above)

        def path(choose: ChooseLatent, leading: tuple[int, ...]) -> LadderPath:
            return walk(rungs, start.expand(*leading, start.shape[0]), own, choose)

        return Ladder(path, self.dims, (features.shape[0],))


class LevelPosterior(nn.Module):
    """The correction of one level's prior by the encoder's features.

    Args:
        dims: numbers in the level's latent.
        width: of the state and of the features.
    """

    def __init__(self, dims: int, width: int) -> None:
        super().__init__()
        self.state, self.seen = Linear(width, width), Linear(width, width)
        self.norm, self.head = nn.LayerNorm(width), Linear(width, 2 * dims)

    def forward(self, state: Tensor, seen: Tensor, above: Independent[Normal]) -> Independent[Normal]:
        """q(z_l | above, x) from the state (*leading, batch, width), the features (batch, width) and the prior."""
        hidden = nn.functional.silu(self.norm(self.state(state) + self.seen(seen)))
        shift, log_ratio = self.head(hidden).chunk(2, -1)
        prior = above.base_dist
        loc = prior.mean + shift
        scale = prior.stddev * bounded_exp(log_ratio, 5.0)
        return Independent(Normal(loc, scale, validate_args=False), 1, validate_args=False)
