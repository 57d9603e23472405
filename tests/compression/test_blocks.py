"""Examples in blocks: streams that are decoded in lockstep."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from autoencode.compression import blocks
from autoencode.compression.bits_back import BitsBack
from autoencode.compression.container import Block, DamagedError
from autoencode.recipes import recipes

SHAPE = (1, 5, 4)


@pytest.fixture
def codec():
    torch.manual_seed(0)
    return BitsBack(recipes["pixel-vae"](SHAPE, channels=(4, 8), hidden=8, latent_dim=2, layers=1)[0].eval())


@pytest.fixture
def coded(codec, monkeypatch):
    monkeypatch.setattr(blocks, "LANE", 4)
    levels = np.random.default_rng(0).integers(0, 256, (23, *SHAPE)).astype(np.uint8)
    found = list(blocks.divide([(0, levels)], 14))
    return levels, [Block(meta, payload, len(payload)) for meta, payload in blocks.encode_blocks(codec, found)]


def test_a_block_of_pixels_that_depend_on_one_another_has_several_streams(codec, coded):
    levels, made = coded
    assert [len(block.meta["lanes"]) for block in made] == [3, 2]
    back = blocks.decode_blocks(codec, made)
    assert np.array_equal(np.concatenate([block.levels for block in back]), levels)
    (alone,) = blocks.decode_blocks(codec, made[1:])
    assert np.array_equal(alone.levels, levels[14:])


@pytest.mark.parametrize("lanes", [[1], [], "12", [10**9, -(10**9)], [1] * 50, [1.5, 2.5], None])
def test_streams_of_another_length_are_refused(codec, coded, lanes):
    block = coded[1][1]
    damaged = replace(block, meta=block.meta | {"lanes": lanes})
    with pytest.raises(DamagedError, match="the description of a block of examples is damaged"):
        blocks.decode_blocks(codec, [damaged])


@pytest.mark.parametrize("decisions", [[1], [[1, 2, 1]], "x", [[], [], []], [[-1, 0, 0], []]])
def test_decisions_of_other_streams_are_refused(codec, coded, decisions):
    block = coded[1][1]
    with pytest.raises(DamagedError, match="the description of a block of examples is damaged"):
        blocks.decode_blocks(codec, [replace(block, meta=block.meta | {"decisions": decisions})])
