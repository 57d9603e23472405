"""The decoders of all recipes, in a real browser against PyTorch."""

import pytest
import torch

from autoencode.likelihoods import likelihoods
from autoencode.recipes import recipes
from support.kernels import compare, shaken

pytestmark = pytest.mark.browser
GRIDS = {"document-denoise", "fashion-denoise", "fsq-vae", "predict-vae", "probabilistic-segmenter", "residual-vq-vae",
         "restorer", "self-restorer", "vq-vae"}  # fmt: skip
DRAWN_IN_ORDER = {"pixel-vae", "text-vae", "music-vae", "deep-markov"}  # the explorer refuses it
SMALL = {"conv-vae": {"channels": (4, 8)}, "m2-vae": {"n_classes": 2}, "vae-gan": {"critic_channels": (4, 8)},
         "ladder-vae": {"hidden": 32}, "vamp-vae": {"hidden": 32, "n_components": 12}}  # fmt: skip


@pytest.mark.parametrize("name", sorted(set(recipes) - GRIDS - DRAWN_IN_ORDER))
def test_a_recipe_s_decoder_gives_pytorch_s_pixels(kernels, name):
    model, _ = recipes[name]((1, 12, 10), **SMALL.get(name, {}))
    shaken(model)
    contexts, context_indices = [None], None
    if model.is_conditional:
        options = recipes[name].arguments()
        every = torch.arange(3) if "n_classes" in options else torch.rand(3, *options["context_shape"])
        contexts, context_indices = list(every.split(1)), [2, 0, 1]
    codes = 0.5 * torch.randn(3, *model.latent_shape)
    program = compare(kernels, lambda z, c: model.decode(z, c).mean, codes, contexts, context_indices, atol=1e-4)
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


@pytest.mark.parametrize("plain", [False, True], ids=["wasm", "plain"])
def test_residual_blocks_at_a_size_where_windows_are_read_in_place(kernels, plain):
    model = shaken(recipes["conv-vae"]((3, 33, 21), channels=(8, 16), latent_dim=5)[0])
    compare(kernels, lambda z, _: model.decode(z).mean, torch.randn(2, 5), plain=plain, atol=1e-4)
