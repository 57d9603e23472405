"""Many tiny autoencoders of a table at once, in batched products of matrices."""

import torch
from jaxtyping import Float, Float64, Int64
from torch import Tensor, nn

from autoencode.detection.cell_scale import ScaledRows
from autoencode.detection.normal_scores import NormalScores

_ROWS, _HIDDEN, _MAX_CODE = 256, 24, 8
_LEARNING_RATE, _BETAS, _WARM_UP = 1e-2, (0.9, 0.99), 10
_NOISE = 0.3
_MOST_VALUES = 2**23
"""Numbers that one chunk of rows takes in all models together."""


class TinyAutoencoders(nn.Module):
    """Many autoencoders, each with rows and cells of its own, and a code of 0 to 8 numbers.

        z ─► cells of the model ─► tanh ─► code of 0 … 8 ─► tanh ─► z'        loss: log(1 + (z' − z)²), per number

    What few rows and a small code reproduce is what most rows have in common. The logarithm keeps the few rows that are
    far away from steering the fit; noise in the input keeps a code of eight numbers from copying. Losses of codes of
    different lengths are compared by their ranks.

    Args:
        width: how many numbers a row has.
        n_models: how many autoencoders there are.
    """

    kept: Tensor
    active: Tensor

    def __init__(self, width: int, n_models: int = 32) -> None:
        super().__init__()
        shapes = {
            "encoder_weight": (width, _HIDDEN),
            "encoder_bias": (1, _HIDDEN),
            "code_weight": (_HIDDEN, _MAX_CODE),
            "decoder_weight": (_MAX_CODE, _HIDDEN),
            "decoder_bias": (1, _HIDDEN),
            "output_weight": (_HIDDEN, width),
            "output_bias": (1, width),
        }
        for name, shape in shapes.items():
            self.register_parameter(name, nn.Parameter(torch.zeros(n_models, *shape)))
        self.register_buffer("kept", torch.ones(n_models, 1, width))
        self.register_buffer("active", torch.ones(n_models, 1, _MAX_CODE))
        self.ranks = NormalScores(n_models)

    def fit(
        self,
        rows: ScaledRows,
        cell: Int64[Tensor, " width"],
        *,
        steps: int,
        generator: torch.Generator,
    ) -> "TinyAutoencoders":
        """Trains all models at once by Adam, each on its own rows.

        Args:
            rows: to learn from.
            cell: to which cell each number of a row belongs.
            steps: of the training.
            generator: of all that is random.
        """
        n_models = len(self.kept)
        own = torch.stack([torch.randperm(rows.n, generator=generator)[:_ROWS] for _ in range(n_models)])
        x, seen = rows.z[own].float(), rows.seen[own].float()
        self._initialise(x, cell, generator)
        self.float()
        counted = self.kept * seen
        share = counted / counted.sum(-1, keepdim=True).clamp_min(1)
        optimizer = torch.optim.Adam(self.parameters(), lr=_LEARNING_RATE, betas=_BETAS)
        for step in range(steps):
            optimizer.param_groups[0]["lr"] = _LEARNING_RATE * min(1, (step + 1) / _WARM_UP) * (1 - step / steps)
            noisy = (x + _NOISE * torch.randn(x.shape, generator=generator)) * seen
            loss = (torch.log1p((self._reconstruct(noisy) - x) ** 2) * share).sum(-1).mean(1).sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return self.requires_grad_(requires_grad=False).double()

    @torch.no_grad()
    def _initialise(
        self, x: Float[Tensor, "models rows width"], cell: Int64[Tensor, " width"], generator: torch.Generator
    ) -> None:
        """Random weights, cells and lengths of codes; the output begins at the medians."""
        n_models = len(x)
        self.kept.copy_(random_cells(n_models, cell, generator)[:, None])
        lengths = torch.arange(n_models) % (_MAX_CODE + 1)
        self.active.copy_((torch.arange(_MAX_CODE) < lengths[:, None])[:, None])
        for name, weight in self.named_parameters():
            if name.endswith("weight"):
                weight.copy_((torch.rand(weight.shape, generator=generator) * 2 - 1) / weight.shape[1] ** 0.5)
        self.get_parameter("output_bias").copy_(x.median(1, keepdim=True).values)

    def _reconstruct(self, x: Float[Tensor, "models n width"]) -> Float[Tensor, "models n width"]:
        get = self.get_parameter
        h = torch.tanh(torch.baddbmm(get("encoder_bias"), x * self.kept, get("encoder_weight")))
        code = 2 * torch.tanh(h @ get("code_weight")) * self.active
        h = torch.tanh(torch.baddbmm(get("decoder_bias"), code, get("decoder_weight")))
        return torch.baddbmm(get("output_bias"), h, get("output_weight"))

    def fit_ranks(self, rows: ScaledRows) -> Float64[Tensor, " n"]:
        """Notes the losses of all rows of the table, among which others are ranked; returns their scores."""
        losses = self.losses(rows)
        return self.ranks.fit(losses)(losses).mean(1).exp()

    def forward(self, rows: ScaledRows) -> Float64[Tensor, " n"]:
        """e to the mean normal score over the models; 1 is ordinary."""
        return self.ranks(self.losses(rows)).mean(1).exp()

    @torch.no_grad()
    def losses(self, rows: ScaledRows) -> Float64[Tensor, "n models"]:
        """The loss of each row in each model, in nats for a number; the missing are not counted."""
        chunk = max(1, _MOST_VALUES // (len(self.kept) * (rows.z.shape[1] + _HIDDEN)))
        chunks = zip(rows.z.split(chunk), rows.seen.split(chunk), strict=True)
        return torch.cat([self._losses(z, seen.double()) for z, seen in chunks])

    def _losses(self, z: Float64[Tensor, "n width"], seen: Float64[Tensor, "n width"]) -> Float64[Tensor, "n models"]:
        x = z.expand(len(self.kept), -1, -1)
        counted = self.kept * seen
        loss = torch.log1p((self._reconstruct(x) - x) ** 2) * counted
        return (loss.sum(-1) / counted.sum(-1).clamp_min(1)).T


def random_cells(
    n: int, cell: Int64[Tensor, " width"], generator: torch.Generator, least: float = 0.5, most: float = 1.0
) -> Float[Tensor, "n width"]:
    """1 for the numbers of randomly chosen cells, 0 for the others; at least three cells where there are so many.

    Args:
        n: how many choices.
        cell: to which cell each number belongs.
        generator: of the choices.
        least: the smallest share of cells that is chosen.
        most: the largest.
    """
    n_cells = int(cell.max()) + 1
    share = least + (most - least) * torch.rand(n, 1, generator=generator)
    order = torch.rand(n, n_cells, generator=generator).argsort(1).argsort(1)
    chosen = order < (share * n_cells).ceil().clamp_min(min(n_cells, 3))
    return chosen.float()[:, cell]
