"""Photographs with loss: the transform, and pictures through the codec and back."""

import numpy as np
import pytest

from autoencode.compression.container import DamagedError
from autoencode.compression.photographs.lossless import load_models
from autoencode.compression.photographs.lossy import LossyCodec, load_contexts, step_of
from autoencode.compression.photographs.wavelet import bands, inverse, levels_of, place_of, transform


def codec(quality: int) -> LossyCodec:
    return LossyCodec(load_contexts()[0], load_models().fast, quality)


def picture(height: int, width: int) -> np.ndarray:
    y, x = np.mgrid[:height, :width]
    smooth = 110 + 60 * np.sin(x / 17)[..., None] * np.cos(y / 11)[..., None] + np.arange(3) * 9
    smooth[(x > width // 3) & (y > height // 2)] += 50
    return np.clip(smooth, 0, 255).astype(np.uint8)


def error(x: np.ndarray, y: np.ndarray) -> float:
    return float(((x.astype(float) - y) ** 2).mean())


@pytest.mark.parametrize("shape", [(8, 8), (33, 47), (64, 21), (100, 101)])
def test_the_transform_is_inverted_and_its_bands_cover_everything_once(shape):
    x, levels = np.random.default_rng(0).normal(size=shape), levels_of(*shape)
    assert np.allclose(inverse(transform(x, levels), levels), x, atol=1e-12)
    covered = np.zeros(shape, int)
    for band in bands(levels):
        covered[place_of(band, *shape)] += 1
    height, width = shape
    for _ in range(levels):
        height, width = (height + 1) // 2, (width + 1) // 2
    covered[:height, :width] += 1
    assert (covered == 1).all()


def test_a_change_of_a_coefficient_changes_the_picture_by_about_as_much():
    for band in bands(3):
        changed = np.zeros((64, 64))
        rows, columns = place_of(band, 64, 64)
        changed[(rows.start + rows.stop) // 2, (columns.start + columns.stop) // 2] = 1
        assert 0.7 < np.sqrt((inverse(changed, 3) ** 2).sum()) < 1.4


@pytest.mark.parametrize("shape", [(1, 1, 3), (5, 90, 3), (40, 33), (70, 90, 3)], ids=str)
def test_what_comes_back_is_near_and_always_the_same(shape):
    x = picture(*shape[:2]) if len(shape) == 3 else picture(*shape)[..., 0].copy()
    payload = codec(80).encode([x])
    found = codec(80).decode(payload, [x.shape])[0]
    assert np.array_equal(found, codec(80).given_back([x], payload)[0])
    assert error(x, found) < step_of(80) ** 2 / 4


@pytest.mark.parametrize("grey", [False, True])
def test_pictures_of_any_sizes_in_lockstep_are_those_that_each_gives_alone(grey):
    sizes = [(33, 64), (1, 1), (40, 9), (64, 33), (33, 64), (70, 71), (7, 90)]
    pictures = [picture(*size)[..., 0].copy() if grey else picture(*size) for size in sizes]
    payload = codec(50).encode(pictures)
    alone = [codec(50).encode([x]) for x in pictures]
    found = codec(50).decode(payload, [x.shape for x in pictures])
    for x, own, together in zip(pictures, alone, found, strict=True):
        assert np.array_equal(codec(50).decode(own, [x.shape])[0], together)
    assert len(payload) <= sum(map(len, alone))


def test_a_higher_quality_takes_more_bytes_and_is_nearer():
    x = picture(90, 120)
    payloads = [codec(quality).encode([x]) for quality in (10, 50, 90)]
    errors = [error(x, codec(1).decode(payload, [x.shape])[0]) for payload in payloads]
    assert errors == sorted(errors, reverse=True)
    assert [len(payload) for payload in payloads] == sorted(len(payload) for payload in payloads)


def test_damage_is_an_error_or_gives_another_picture():
    x, random = picture(40, 50), np.random.default_rng(2)
    payload = codec(60).encode([x])
    wanted = codec(60).decode(payload, [x.shape])[0]
    for _ in range(15):
        damaged = bytearray(payload)
        damaged[random.integers(1, len(payload))] ^= 1 << int(random.integers(8))
        try:
            assert not np.array_equal(codec(60).decode(bytes(damaged), [x.shape])[0], wanted)
        except DamagedError:
            continue
    for broken in (b"", b"\0" + payload[1:], payload[: len(payload) // 2]):
        with pytest.raises(DamagedError):
            codec(60).decode(broken, [x.shape])


@pytest.mark.parametrize("size", [(90, 120), (5, 7), (65, 70)])
def test_bits_a_pixel_add_up_to_the_bytes(size):
    x = picture(*size)
    bits = codec(60).bits([x])[0]
    assert bits.shape == size
    assert bits.sum() / 8 == pytest.approx(len(codec(60).encode([x])), rel=0.02, abs=6)


def test_bits_of_pictures_in_lockstep_are_those_of_each_alone():
    pictures = [picture(20, 33), picture(41, 12), picture(5, 6), picture(20, 33)[::-1]]
    for found, x in zip(codec(60).bits(pictures), pictures, strict=True):
        assert np.allclose(found, codec(60).bits([x])[0])
