"""Pictures of any size through the ready-made models and back."""

import numpy as np
import pytest

from autoencode.compression.container import DamagedError
from autoencode.compression.photographs.colours import to_planes
from autoencode.compression.photographs.lossless import load_models
from autoencode.compression.photographs.network import MOST_HIDDEN, Network
from autoencode.compression.photographs.passes import PASSES, PictureGrid, SharedGrid
from autoencode.errors import DataError

MODELS = load_models()


def picture(height: int, width: int, channels: int = 3, seed: int = 0) -> np.ndarray:
    """Smooth, with edges and noise."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    smooth = 90 + 60 * np.sin(x / 17)[..., None] * np.cos(y / 11)[..., None] + np.arange(channels) * 9
    smooth[(x > width // 3) & (y > height // 2)] += 50
    noisy = np.clip(smooth + random.normal(0, 3, smooth.shape), 0, 255).astype(np.uint8)
    return noisy if channels == 3 else noisy[..., 0]


@pytest.mark.parametrize("codec", [MODELS.fast, MODELS.small], ids=["fast", "small"])
@pytest.mark.parametrize(
    "shape", [(1, 1, 3), (1, 300, 3), (7, 9, 3), (8, 8), (9, 8, 3), (33, 64, 3), (65, 31), (150, 170, 3)], ids=str
)
def test_every_pixel_comes_back(codec, shape):
    x = picture(*shape[:2], 3 if len(shape) == 3 else 1)
    assert np.array_equal(codec.decode(codec.encode([x]), [x.shape])[0], x)


@pytest.mark.parametrize("codec", [MODELS.fast, MODELS.small], ids=["fast", "small"])
@pytest.mark.parametrize("channels", [1, 3])
def test_pictures_of_any_sizes_in_lockstep_come_back_in_no_more_bytes_than_one_by_one(codec, channels):
    sizes = [(33, 64), (1, 1), (40, 9), (64, 33), (33, 64), (70, 71), (8, 8), (5, 90)]
    pictures = [picture(*size, channels, seed) for seed, size in enumerate(sizes)]
    payload = codec.encode(pictures)
    found = codec.decode(payload, [x.shape for x in pictures])
    assert all(np.array_equal(x, y) for x, y in zip(pictures, found, strict=True))
    assert len(payload) <= sum(len(codec.encode([x])) for x in pictures)


@pytest.mark.parametrize("stride", [1, 2])
def test_a_shared_grid_holds_what_each_picture_s_own_holds(stride):
    planes = [to_planes(picture(*size, seed=seed)) for seed, size in enumerate([(40, 33), (29, 50), (40, 33)])]
    shared, own = SharedGrid(planes, stride), [PictureGrid(plane, stride) for plane in planes]
    order = (0, 2, 1)  # pictures of a size beside each other
    for step in PASSES:
        for offset in ((0, 0), *step.known):
            wanted = np.concatenate([own[number].at(1, step, offset).reshape(-1) for number in order])
            assert np.array_equal(shared.at(1, step, offset), wanted)
    for grid in (shared, *own):
        values = grid.at(2, PASSES[0])
        grid.put(2, PASSES[0], 7 + 0 * values)
    wanted = np.concatenate([own[number].at(2, PASSES[0], (-2, 2)).reshape(-1) for number in order])
    assert np.array_equal(shared.at(2, PASSES[0], (-2, 2)), wanted)


@pytest.mark.parametrize("codec", [MODELS.fast, MODELS.small], ids=["fast", "small"])
@pytest.mark.parametrize("kind", ["black", "noise", "squares"])
def test_pictures_that_no_model_expects_come_back(codec, kind):
    random = np.random.default_rng(1)
    x = {
        "black": np.zeros((64, 48, 3), np.uint8),
        "noise": random.integers(0, 256, (64, 48, 3), np.uint8),
        "squares": (np.indices((64, 48, 3)).sum(0) // 3 % 2 * 255).astype(np.uint8),
    }[kind]
    payload = codec.encode([x])
    assert np.array_equal(codec.decode(payload, [x.shape])[0], x)
    assert len(payload) < {"black": 600, "noise": 1.8 * x.size, "squares": 1.8 * x.size}[kind]


def test_smooth_pictures_become_smaller_and_by_the_network_more_so():
    x = picture(150, 170)
    fast, small = len(MODELS.fast.encode([x])), len(MODELS.small.encode([x]))
    assert small < fast < 0.7 * x.size


def test_damage_is_an_error_or_gives_other_pixels_that_a_digest_finds():
    x = picture(40, 50)
    payload, random = MODELS.fast.encode([x]), np.random.default_rng(2)
    for _ in range(40):
        damaged = bytearray(payload)
        damaged[random.integers(len(payload))] ^= 1 << int(random.integers(8))
        try:
            found = MODELS.fast.decode(bytes(damaged), [x.shape])[0]
        except DamagedError:
            continue
        assert not np.array_equal(found, x)
    for end in (0, 3, len(payload) // 2, len(payload) - 2):
        with pytest.raises(DamagedError):
            MODELS.fast.decode(payload[:end], [x.shape])


def test_a_network_whose_sums_may_not_be_exact_is_refused():
    ones = [np.full((1, 1), (1 << 24) // MOST_HIDDEN + 1, np.int16)] * 2
    with pytest.raises(DataError, match="float32 does not hold"):
        Network(ones, [np.zeros(1, np.int32)] * 2)


def test_sums_are_the_same_whole_numbers_in_any_order():
    random = np.random.default_rng(3)
    weights = [random.integers(-90, 91, (48, 40)).astype(np.int16), random.integers(-90, 91, (3, 48)).astype(np.int16)]
    biases = [random.integers(-900, 901, count).astype(np.int32) for count in (48, 3)]
    inputs = random.integers(-127, 128, (40, 500))
    hidden = np.clip((weights[0].astype(np.int64) @ inputs + biases[0][:, None]) >> 6, 0, MOST_HIDDEN)
    wanted = weights[1].astype(np.int64) @ hidden + biases[1][:, None]
    order = random.permutation(500)
    found = Network(weights, biases).apply(np.ascontiguousarray(inputs[:, order].astype(np.float32)))
    assert np.array_equal(found, wanted[:, order])


@pytest.mark.parametrize("codec", [MODELS.fast, MODELS.small], ids=["fast", "small"])
def test_bits_a_pixel_add_up_to_the_bytes_and_are_most_where_the_noise_is(codec):
    x = picture(90, 120)
    x[:, 60:] = 128
    bits = codec.bits([x])[0]
    assert bits.shape == (90, 120)
    assert bits.sum() / 8 == pytest.approx(len(codec.encode([x])), rel=0.01)
    assert bits[:, :50].mean() > 5 * bits[:, 70:].mean()


@pytest.mark.parametrize("codec", [MODELS.fast, MODELS.small], ids=["fast", "small"])
def test_bits_of_pictures_in_lockstep_are_those_of_each_alone(codec):
    pictures = [picture(20, 33), picture(41, 12), picture(5, 6), picture(20, 33)[::-1]]
    for found, x in zip(codec.bits(pictures), pictures, strict=True):
        assert np.array_equal(found, codec.bits([x])[0])
