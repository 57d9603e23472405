"""Every operation of the table, in a real browser against PyTorch."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from autoencode.portable import supported_operations, trace, tracing
from autoencode.portable.operations import operations
from support.kernels import compare, grid, shaken

pytestmark = pytest.mark.browser

ACTIVATIONS = {
    **{each.__name__: each() for each in (nn.ReLU, nn.Sigmoid, nn.Tanh, nn.SiLU, nn.GELU, nn.ELU, nn.SELU, nn.Mish)},
    **{each.__name__: each() for each in (nn.Softplus, nn.LeakyReLU, nn.Hardtanh, nn.Hardswish, nn.Hardsigmoid)},
    "GELU by tanh": nn.GELU("tanh"),
    "in place": nn.Sequential(nn.Linear(48, 9), nn.ReLU(inplace=True)),
    "in place through a view": lambda x: [y := x * 2, y.view(6, 8).relu_(), y + 1][2],
    "GLU": nn.GLU(1),
    "PReLU by where": lambda x: torch.where(x > 0, x, 0.3 * x),
    "functions": lambda x: x.exp().sqrt().log1p() + x.abs().add(1).log() - x.square().neg() * x.sin() / (2 + x.cos()),
    "more": lambda x: (x.abs() + 1).rsqrt() + (x.abs() + 1).reciprocal() + x.erf() + x.expm1() + (x**2 + 1) ** 1.5,
    "limits": lambda x: x.clamp(-0.5, 0.7) + x.clamp(min=0.1) + x.clamp(max=0.2) + x.clamp_min(0.3) + x.clamp_max(0),
    "largest and smallest": lambda x: 1 - x + torch.maximum(x, torch.tensor(0.1)) * torch.minimum(x, torch.zeros(48)),
    "a constant overwritten": lambda x: torch.ones(1, 48).add_(x).mul_(x) + torch.zeros_like(x).sub_(x.tanh()),
    "alpha": lambda x: torch.add(x, x.tanh(), alpha=3) - torch.sub(x.tanh(), x, alpha=0.5),
    "compared": lambda x: ((x >= 0.2) & (x < 0.9)) * x + torch.where(~(x <= 0), 1.0, x) + (x > 1).float() * x.detach(),
    "alike": lambda x: x + torch.ones_like(x) * torch.full_like(x, 2.0),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_values_one_by_one(kernels, name):
    compare(kernels, lambda z, _: ACTIVATIONS[name](z), 2 * torch.randn(3, 48))


NORM = nn.GroupNorm(2, 4, eps=0.1)  # so much that it is seen
BATCH = nn.BatchNorm2d(4, eps=0.1).eval()
LAYER = nn.LayerNorm(4, eps=0.1)
GRU = nn.GRU(12, 5, batch_first=True)
LAYERS = {
    "group norm": lambda z: NORM(grid(z)),
    "batch norm": lambda z: BATCH(grid(z)),
    "layer norm": lambda z: LAYER(grid(z)),
    "instance norm": lambda z: F.instance_norm(grid(z)),
    "softmax": lambda z: grid(z).softmax(1),
    "log softmax": lambda z: grid(z).log_softmax(2),
    "sums": lambda z: grid(z).sum(1) + grid(z).mean((1,)) + grid(z).amax(1) - grid(z).amin(1),
    "mean of all pixels": lambda z: grid(z).mean((2, 3)),
    "log of a sum of exponentials": lambda z: grid(z).logsumexp(-1),
    "unit length": lambda z: F.normalize(z),
    "nearest": lambda z: F.interpolate(grid(z), size=(7, 9), mode="nearest"),
    "nearest by a factor": lambda z: F.interpolate(grid(z), scale_factor=2.5, mode="nearest"),
    "nearest exact": lambda z: F.interpolate(grid(z), size=(7, 5), mode="nearest-exact"),
    "bilinear": lambda z: F.interpolate(grid(z), size=(7, 9), mode="bilinear"),
    "bilinear, corners": lambda z: F.interpolate(grid(z), size=(7, 9), mode="bilinear", align_corners=True),
    "pixel shuffle": lambda z: F.pixel_shuffle(grid(z), 2),
    "zeros round it": lambda z: F.pad(grid(z), (1, 2, 0, 3)),
    "cut": lambda z: F.pad(grid(z), (-1, 1, 1, -1)),
    "shapes": lambda z: grid(z).permute(0, 2, 3, 1).flatten(1)[:, 3::2].reshape(1, -1, 1).expand(1, -1, 3) + 0.0,
    "more shapes": lambda z: torch.cat(
        [z.view(4, 12).t().reshape(1, 48), z.split(24, 1)[1], z[0][None, 3:].squeeze(0)[None]], 1
    ),
    "a product": lambda z: (z.view(4, 12) @ torch.linspace(-1, 1, 36).view(12, 3)).view(1, 12),
    "parts": lambda z: torch.cat([part * i for i, part in enumerate(z.split([5, 40, 3], 1), 1)][::-1], 1),
    "stacked": lambda z: torch.stack([z.chunk(2, 1)[1], z[:, :24].tanh()], 2),
    "one by one": lambda z: torch.stack(grid(z).unbind(1)[::-1], 1),
    "attention": lambda z: F.scaled_dot_product_attention(*(z.view(1, 4, 12) * i for i in (1, 2, 3))),
    "with a constant": lambda z: torch.cat([z, torch.arange(5.0)[None]], 1) * torch.linspace(0, 1, 53),
    "many rows": lambda z: F.linear(z.view(1, 4, 12), torch.linspace(-1, 1, 84).view(7, 12), torch.arange(7.0)),
    "rows times a vector": lambda z: z.view(4, 12) @ torch.linspace(-1, 1, 12) + torch.zeros(1, 1),
    "a matrix times it": lambda z: (torch.linspace(-1, 1, 96).view(2, 48) @ z[0])[None],
    "biases in a row": lambda z: torch.addmm(torch.arange(3.0)[None], z.view(4, 12), torch.ones(12, 3)).view(1, 12),
    "rows of a table": lambda z: F.embedding((4 + 3 * z.tanh()).long(), torch.linspace(-1, 1, 24).view(8, 3)),
    "a recurrent network": lambda z: torch.cat(GRU(z.view(1, 4, 12)), 1),
    "einsum": lambda z: torch.einsum("bchw,kc->bkhw", grid(z), torch.linspace(-1, 1, 12).view(3, 4)),
}


@pytest.mark.parametrize("name", LAYERS)
def test_layers(kernels, name):
    shaken(NORM), shaken(BATCH), shaken(LAYER)
    BATCH.running_mean.copy_(torch.randn(4))
    BATCH.running_var.copy_(torch.rand(4) + 0.5)
    compare(kernels, lambda z, _: LAYERS[name](z), torch.randn(2, 48))


CONVOLUTION = nn.Conv2d(4, 2, 3)


def test_every_operation_is_tried_here(monkeypatch):
    tried = set[str]()

    class Seen(dict):
        def __getitem__(self, name):
            tried.add(name)
            return super().__getitem__(name)

    monkeypatch.setattr(tracing, "operations", Seen(operations))
    for function in (
        *ACTIVATIONS.values(),
        *LAYERS.values(),
        lambda z: CONVOLUTION(grid(z)),
    ):
        trace(lambda z, _, f=function: f(z), torch.randn(1, 48))
    assert set(supported_operations()) == tried
