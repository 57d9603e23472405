"""Examples in as many bits as the bound says, on computers that compute slightly different numbers."""

import copy

import numpy as np
import pytest
import torch

from autoencode.compression.bits_back import BitsBack
from autoencode.compression.rounding import unpack_decisions
from autoencode.errors import CapabilityError
from autoencode.priors import EmpiricalCodewordPrior
from autoencode.recipes import recipes

SHAPE = (1, 6, 5)
KINDS = [
    ("dense-vae", {"likelihood": "bernoulli"}),
    ("dense-vae", {"likelihood": "discretized-logistic", "latent_dim": 5}),
    ("conv-vae", {"likelihood": "mixture-of-discretized-logistics", "channels": (4, 8), "hidden": 16, "latent_dim": 3}),
    ("dense-vae", {"likelihood": "binomial"}),
    ("full-covariance-vae", {"likelihood": "discretized-logistic", "latent_dim": 4}),
    ("pixel-vae", {"channels": (4, 8), "hidden": 16, "latent_dim": 2, "layers": 1}),
    ("mixture-vae", {"latent_dim": 3, "n_components": 4}),
    ("mixture-vae", {"latent_dim": 3, "n_components": 4, "diagonal_covariance": True, "fit_step": 0}),
    ("vamp-vae", {"latent_dim": 3, "n_components": 5, "likelihood": "discretized-logistic"}),
    ("bernoulli-vae", {"latent_dim": 12, "likelihood": "discretized-logistic"}),
    ("categorical-vae", {"n_latents": 4, "n_categories": 5}),
    ("vq-vae", {"latent_dim": 3, "n_codes": 7, "channels": (4,), "likelihood": "discretized-logistic"}),
    ("residual-vq-vae", {"latent_dim": 3, "n_codes": 6, "channels": (4,)}),
    ("ladder-vae", {"levels": (2, 3), "hidden": 16, "likelihood": "discretized-logistic"}),
    ("fsq-vae", {"levels": (3, 4), "channels": (4,), "empirical_prior": False}),
]
IDS = [f"{name} {options.get('likelihood', '')} {len(options)}" for name, options in KINDS]


def made(name, options, noise=0.1):
    torch.manual_seed(3)
    model, _ = recipes[name](SHAPE, **options)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += noise * torch.randn_like(parameter)
    return model.eval()


def drawn(codec, lengths):
    """Streams of examples drawn from the model."""
    model, white = codec._model, codec.levels - 1
    with torch.no_grad():
        z = model.prior_for().sample((sum(lengths),)).double()
        x = model.decode(z).sample()
    return list(((x * white).round() / white).float().split(lengths))


def to_levels(codec, stream):
    return np.rint(stream.numpy() * (codec.levels - 1)).astype(np.int64)


@pytest.mark.parametrize(("name", "options"), KINDS, ids=IDS)
def test_they_come_back_where_every_number_differs_a_little(name, options):
    model = made(name, options)
    codec = BitsBack(model)
    streams = drawn(codec, [7, 4, 0, 9])
    payloads, decisions = codec.encode(streams)
    other = BitsBack(model)
    with torch.no_grad():
        for number, parameter in enumerate(other._model.parameters()):  # as another order of summation might
            parameter *= 1 + 1e-14 * (-1) ** number
    found = other.decode(payloads, [7, 4, 0, 9], [unpack_decisions(flat) for flat in decisions])
    for levels, stream in zip(found, streams, strict=True):
        assert np.array_equal(levels, to_levels(codec, stream))
    alone = codec.decode(payloads[1:2], [4], [unpack_decisions(decisions[1])])
    assert np.array_equal(alone[0], found[1]), "a stream does not depend on those beside it"


@pytest.mark.parametrize(
    ("kind", "noise"),
    [
        (KINDS[1], 0.01),
        (KINDS[4], 0.05),
        (KINDS[6], 0.05),
        *(pytest.param(kind, 0.05, marks=pytest.mark.slow) for kind in (KINDS[7], KINDS[8], KINDS[10])),
        (KINDS[9], 0.05),
        (KINDS[11], 0.05),
        (KINDS[13], 0.05),
        (KINDS[14], 0.05),
    ],
    ids=[IDS[number] for number in (1, 4, 6, 7, 8, 10, 9, 11, 13, 14)],
)
def test_they_take_the_bits_of_the_bound(kind, noise):
    model = made(*kind, noise=noise)
    if isinstance(model.prior, EmpiricalCodewordPrior):
        model.prior.counts.copy_(10 * torch.rand_like(model.prior.counts) ** 4)
    codec = BitsBack(model)
    count = 300
    (stream,) = drawn(codec, [count])
    model, x = codec._model, stream.double()
    with torch.no_grad():
        q = model.encode(x)
        z = q.sample((50,))
        draws = q.log_prob(z) - model.prior_for().log_prob(z) - model.decode(z).log_prob(x)
    bound = draws.mean(0).sum().item() / np.log(2)
    error = draws.var(0).sum().item() ** 0.5 / np.log(2)  # the code takes one draw for each example
    (payload,), _ = codec.encode([stream])
    bits = 8 * len(payload)
    assert abs(bits - bound) < 4 * error + 0.001 * bound + 192


def test_a_model_that_cannot_compress_says_what_can():
    with pytest.raises(CapabilityError, match="conditioned on a class"):
        BitsBack(recipes["conditional-vae"](SHAPE, n_classes=3)[0])
    with pytest.raises(CapabilityError, match="no code for GammaPosterior with GammaPrior yet: train a model with"):
        BitsBack(recipes["gamma-vae"](SHAPE)[0])
    with pytest.raises(CapabilityError, match="no probability mass"):
        BitsBack(recipes["dense-vae"](SHAPE, likelihood="normal")[0])
    codec = BitsBack(made(*KINDS[1]))
    with pytest.raises(CapabilityError, match="values other than the 256 levels"):
        codec.encode([torch.full((2, *SHAPE), 0.5001)])


def test_the_model_is_left_as_it_is():
    model = made(*KINDS[1])
    before = copy.deepcopy(model.state_dict())
    BitsBack(model).encode([torch.zeros(2, *SHAPE)])
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
