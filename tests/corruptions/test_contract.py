"""What holds for every kind of corruption, on pictures of every size."""

from typing import Any

import pytest
import torch
from torch import Tensor

from autoencode.corruptions import BaseCorruption, corruptions
from autoencode.data.batch import Batch
from autoencode.errors import ArgumentError, ShapeError
from support.statistics import assert_below, assert_uniform

PICTURES = [(1, 28, 28), (3, 33, 21), (1, 7, 5), (4, 16, 16), (2, 1, 9), (3, 1, 1)]
VECTORS = {"gaussian", "levels", "masking-noise", "poisson", "salt-and-pepper", "speckle"}
WEAK_AND_STRONG = {
    "bleed-through": (0.2, 0.9),
    "blur": (0.5, 4.0),
    "crease": (0.2, 0.9),
    "foxing": (0.2, 0.9),
    "gaussian": (0.05, 0.3),
    "jpeg": (90.0, 5.0),
    "levels": (100.0, 3.0),
    "random-watermark": (0.1, 0.9),
    "region-mask": (0.05, 0.4),
    "masking-noise": (0.1, 0.5),
    "paper": (0.2, 0.9),
    "poisson": (1000.0, 5.0),
    "salt-and-pepper": (0.05, 0.4),
    "scratch": (1.2, 12.0),
    "shadow": (0.2, 0.9),
    "speckle": (0.1, 0.6),
    "stain": (0.2, 0.9),
    "texture": (0.2, 0.9),
    "watermark": (0.1, 0.9),
}
STEADY = {"jpeg", "levels"}  # no noise: alike pictures are corrupted alike
every = pytest.mark.parametrize("name", corruptions)
at_every_size = pytest.mark.parametrize("shape", PICTURES, ids=str)


def made(name: str, amount: Any = None) -> BaseCorruption:
    return corruptions[name]() if amount is None else corruptions[name](amount)


def corrupted(name: str, x: Tensor, amount: Any = None, seed: int = 0) -> Tensor:
    torch.manual_seed(seed)
    return made(name, amount)(Batch(x)).x


def photograph(batch: int, channels: int = 3, height: int = 40, width: int = 48) -> Tensor:
    """Slopes, an edge and some texture, from dark to light."""
    y, x = torch.meshgrid(torch.linspace(0, 1, height), torch.linspace(0, 1, width), indexing="ij")
    picture = 0.15 + 0.5 * x * y + 0.2 * (x + y > 1) + 0.1 * torch.sin(40 * x) * torch.cos(31 * y)
    return picture.expand(batch, channels, -1, -1).clone()


def test_every_kind_is_in_the_table() -> None:
    assert set(WEAK_AND_STRONG) == set(corruptions)


@every
@at_every_size
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_shape_and_type_stay_and_the_clean_examples_are_the_target(
    name: str, shape: tuple[int, ...], dtype: torch.dtype
) -> None:
    x = torch.rand(3, *shape).to(dtype)
    before = x.clone()
    batch = made(name)(Batch(x))
    assert (batch.x.shape, batch.x.dtype) == (x.shape, dtype)
    assert batch.x.isfinite().all()
    assert batch.target is x
    assert torch.equal(x, before)


@every
def test_a_target_and_a_context_of_their_own_stay(name: str) -> None:
    x, target, context = torch.rand(2, 1, 9, 9), torch.rand(2, 1, 9, 9), torch.arange(2)
    batch = made(name)(Batch(x, target, context))
    assert batch.target is target
    assert batch.context is context


@every
def test_the_seed_decides(name: str) -> None:
    x = photograph(3)
    assert torch.equal(corrupted(name, x, seed=1), corrupted(name, x, seed=1))
    if name not in STEADY:
        one, other = (corrupted(name, x, WEAK_AND_STRONG[name][1], seed) for seed in (1, 2))
        assert not torch.equal(one, other)


@every
def test_each_picture_has_its_own_noise(name: str) -> None:
    x = corrupted(name, photograph(4), WEAK_AND_STRONG[name][1])
    alike = [torch.equal(x[i], x[j]) for i in range(4) for j in range(i)]
    assert all(alike) if name in STEADY else not any(alike)


@every
def test_an_amount_of_nothing_leaves_pictures_as_they_are(name: str) -> None:
    if corruptions[name].scale.low == 0:
        x = photograph(3)
        assert torch.equal(corrupted(name, x, 0.0), x)
        assert torch.equal(corrupted(name, x, (0.0, 0.0)), x)


@every
def test_a_larger_amount_corrupts_more(name: str) -> None:
    x = photograph(60)
    weak, strong = ((corrupted(name, x, amount) - x).square().mean((1, 2, 3)) for amount in WEAK_AND_STRONG[name])
    if name in STEADY:
        assert weak[0] < strong[0]
    else:
        assert_below(weak, strong)


@every
def test_of_a_range_each_picture_draws_its_own_amount(name: str) -> None:
    drawn = []

    class Watched(corruptions[name]):
        def apply(self, x: Tensor, amount: Tensor) -> Tensor:
            drawn.append(amount)
            return x

    low, high = sorted(WEAK_AND_STRONG[name])
    x = torch.zeros(2000, 1, 1, 1)
    Watched((low, high))(Batch(x))
    assert drawn[0].shape == (2000, 1, 1, 1)
    assert_uniform((drawn[0].flatten().double() - low) / (high - low))


@every
def test_a_single_amount_is_that_of_every_picture_but_for_blur(name: str) -> None:
    made = corruptions[name](high := max(WEAK_AND_STRONG[name]))
    assert made.scale.bounds(made.amount) == ((0, high) if name == "blur" else (high, high))


@every
def test_vectors_are_corrupted_or_refused(name: str) -> None:
    x = torch.rand(4, 17)
    if name in VECTORS:
        batch = made(name, WEAK_AND_STRONG[name][1])(Batch(x))
        assert batch.x.shape == x.shape
        assert not torch.equal(batch.x, x)
    else:
        with pytest.raises(ShapeError, match=rf"{name} corrupts pictures .* not examples of shape \(17,\)"):
            made(name)(Batch(x))


@every
def test_nothing_leaves_the_device(name: str) -> None:
    x = torch.empty(2, 3, 9, 12, device="meta")  # has no values: what looks at one, or mixes devices, fails
    amount = WEAK_AND_STRONG[name][0]
    assert made(name, (0.9 * amount, amount))(Batch(x)).x.device.type == "meta"


@every
def test_training_in_half_precision_leaves_pictures_in_full(name: str) -> None:
    x = photograph(2)
    with torch.autocast("cpu", torch.bfloat16):
        half = corrupted(name, x)
    assert half.dtype == torch.float32
    assert torch.equal(half, corrupted(name, x))


@every
def test_amounts_without_meaning_are_errors(name: str) -> None:
    low, high = corruptions[name].scale.low, corruptions[name].scale.high
    for wrong in (low - 0.1, high + 1, float("nan"), (low - 1, high), (low, high + 1)):
        with pytest.raises(ArgumentError, match=f"{name} takes .*, {low:g} to {high:g}".replace("+", r"\+")):
            corruptions[name](wrong)
    with pytest.raises(ArgumentError, match=f"{name} takes a range from less to more"):
        corruptions[name]((high, low))


@every
def test_it_is_explained(name: str) -> None:
    text = corruptions[name].__doc__ or ""
    assert "References:" in text
    assert "amount:" in text
    assert corruptions[name].name == name
