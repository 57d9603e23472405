"""The kernels against PyTorch, in a real browser."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from autoencode.likelihoods import likelihoods
from autoencode.portable import known_operations, record, recording
from autoencode.portable.operations import operations
from autoencode.recipes import recipes
from support.kernels import run_in

pytestmark = pytest.mark.browser
GRIDS = {"fashion-denoise", "fsq-vae", "residual-vq-vae", "restorer", "self-restorer", "vq-vae"}
SMALL = {"conv-vae": {"channels": (4, 8)}, "m2-vae": {"n_classes": 2}, "vae-gan": {"critic_channels": (4, 8)},
         "ladder-vae": {"hidden": 32}, "vamp-vae": {"hidden": 32, "n_components": 12}}  # fmt: skip
both = pytest.mark.parametrize("plain", [False, True], ids=["wasm", "plain"])


def shaken(model):
    """Weights off zero, where some layers start."""
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(0.1 * torch.randn_like(weight))
    return model.eval()


@torch.no_grad()
def compare(kernels, function, codes, contexts=(None,), told=None, *, plain=False, atol=2e-5):
    program = record(function, codes[:1], contexts)
    expected = torch.cat(
        [function(code[None], contexts[0 if told is None else told[i]]) for i, code in enumerate(codes)]
    )
    found = run_in(kernels, program, codes, told, plain=plain)
    assert found.shape == expected.shape
    assert expected.std() > 1e-3
    assert torch.allclose(found, expected.float(), atol=atol, rtol=2e-4), (found - expected).abs().max()
    return program


# Every recipe --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(set(recipes) - GRIDS))
def test_a_recipe_s_decoder_gives_pytorch_s_pixels(kernels, name):
    model, _ = recipes[name]((1, 12, 10), **SMALL.get(name, {}))
    shaken(model)
    contexts, told = [None], None
    if model.is_conditional:
        options = recipes[name].arguments()
        every = torch.arange(3) if "n_classes" in options else torch.rand(3, *options["context_shape"])
        contexts, told = list(every.split(1)), [2, 0, 1]
    codes = 0.5 * torch.randn(3, *model.latent_shape)
    program = compare(kernels, lambda z, c: model.decode(z, c).mean, codes, contexts, told, atol=1e-4)
    assert program.contexts == len(contexts)


def test_the_other_recipes_have_codes_that_are_grids():
    for name in GRIDS:
        small = {"widths": (4, 8)} if "restorer" in name else {}
        assert len(recipes[name]((1, 16, 16), **small)[0].latent_shape) == 3


@pytest.mark.parametrize("name", likelihoods)
def test_the_mean_of_every_likelihood(kernels, name):
    model = shaken(recipes["dense-vae"]((1, 3, 4), latent_dim=4, likelihood=name)[0])
    # Some means are sums over 256 levels, which PyTorch itself rounds to a quarter of a level.
    compare(kernels, lambda z, _: model.decode(z).mean, torch.randn(4, 4), atol=1e-3)


@both
def test_residual_blocks_at_a_size_where_windows_are_read_in_place(kernels, plain):
    model = shaken(recipes["conv-vae"]((3, 33, 21), channels=(8, 16), latent_dim=5)[0])
    compare(kernels, lambda z, _: model.decode(z).mean, torch.randn(2, 5), plain=plain, atol=1e-4)


# Every operation -----------------------------------------------------------------------------------------------------


def grid(z):
    """(1, 48) to (1, 4, 3, 4)."""
    return z.unflatten(1, (4, 3, 4))


CONVOLUTIONS = {
    "conv": nn.Conv2d(4, 6, 3, padding=1),
    "no bias": nn.Conv2d(4, 6, 3, padding=1, bias=False),
    "even kernel": nn.Conv2d(4, 5, 2),
    "wide stride": nn.Conv2d(4, 3, 3, stride=2, padding=1),
    "uneven": nn.Conv2d(4, 3, (1, 3), stride=(2, 1), padding=(0, 2), dilation=(1, 2)),
    "groups": nn.Conv2d(4, 8, 3, padding=1, groups=2),
    "depthwise": nn.Conv2d(4, 4, 3, padding=1, groups=4),
    "transposed": nn.ConvTranspose2d(4, 5, 3, 2, 1, 1),
    "transposed, even kernel": nn.ConvTranspose2d(4, 5, 4, 2, 1),
    "transposed, uneven": nn.ConvTranspose2d(4, 5, (2, 3), (1, 3), (0, 1), (0, 2), dilation=(2, 1)),
    "transposed, groups": nn.ConvTranspose2d(4, 6, 3, 2, 1, groups=2),
    "transposed, nothing beyond": nn.ConvTranspose2d(4, 2, 1, 3, 0, 2),
}


@both
@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_convolutions(kernels, name, plain):
    compare(kernels, lambda z, _: CONVOLUTIONS[name](grid(z)), torch.randn(2, 48), plain=plain)


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


NORM = nn.GroupNorm(2, 4)
BATCH = nn.BatchNorm2d(4).eval()
LAYER = nn.LayerNorm(4)
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
    "a product": lambda z: z.view(4, 12) @ torch.linspace(-1, 1, 36).view(12, 3),
    "parts": lambda z: torch.cat([part * i for i, part in enumerate(z.split([5, 40, 3], 1), 1)][::-1], 1),
    "stacked": lambda z: torch.stack([z.chunk(2, 1)[1], z[:, :24].tanh()], 2),
    "one by one": lambda z: torch.stack(grid(z).unbind(1)[::-1], 1),
    "attention": lambda z: F.scaled_dot_product_attention(*(z.view(1, 4, 12) * i for i in (1, 2, 3))),
    "with a constant": lambda z: torch.cat([z, torch.arange(5.0)[None]], 1) * torch.linspace(0, 1, 53),
    "many rows": lambda z: F.linear(z.view(1, 4, 12), torch.linspace(-1, 1, 84).view(7, 12), torch.arange(7.0)),
    "rows times a vector": lambda z: z.view(4, 12) @ torch.linspace(-1, 1, 12) + torch.zeros(1, 1),
    "einsum": lambda z: torch.einsum("bchw,kc->bkhw", grid(z), torch.linspace(-1, 1, 12).view(3, 4)),
}


@pytest.mark.parametrize("name", LAYERS)
def test_layers(kernels, name):
    shaken(NORM), shaken(BATCH), shaken(LAYER)
    BATCH.running_mean.copy_(torch.randn(4))
    BATCH.running_var.copy_(torch.rand(4) + 0.5)
    compare(kernels, lambda z, _: LAYERS[name](z), torch.randn(2, 48))


def test_half_precision_reads_every_kind_of_number(kernels):
    values = torch.tensor([0.0, -0.0, 1.0, -2.5, 65504.0, 6.1e-5, 5.96e-8, -3.0e-6, 1 / 3])
    program = record(lambda z, _: z + values, torch.zeros(1, 9))
    found = run_in(kernels, program, torch.zeros(1, 9), precision="float16")
    assert torch.equal(found, values.half().float()[None])


def test_bytes_are_rounded_as_python_rounds_them(kernels):
    from autoencode.tasks.reconstruct import as_image

    x = torch.cat([(torch.arange(256) + 0.5) / 255, torch.linspace(-0.2, 1.2, 1001)]).view(1, 1, -1)
    found = kernels.run(f"[...toBytes(Float32Array.from({x.flatten().tolist()}))]")
    assert found == list(as_image(x).tobytes())


def test_every_operation_is_tried_here(monkeypatch):
    tried = set[str]()

    class Seen(dict):
        def __getitem__(self, name):
            tried.add(name)
            return super().__getitem__(name)

    monkeypatch.setattr(recording, "operations", Seen(operations))
    for function in (
        *ACTIVATIONS.values(),
        *LAYERS.values(),
        *(lambda z, f=f: f(grid(z)) for f in CONVOLUTIONS.values()),
    ):
        record(lambda z, _, f=function: f(z), torch.randn(1, 48))
    assert set(known_operations()) == tried
