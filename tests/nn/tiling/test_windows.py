"""A network of one size, slid over pictures of any size."""

from itertools import pairwise

import pytest
import torch
from torch import Tensor

from autoencode.nn.tiling.windows import apply_windowed, hann_window, split_blocks, window_starts
from support.reporters import Recorder


def random(*shape: int) -> Tensor:
    return torch.randint(0, 256, shape, dtype=torch.uint8)


def itself(x: Tensor) -> Tensor:
    return x / 255


SIZES = [(1, 1), (1, 50), (28, 28), (27, 29), (5, 90), (83, 61)]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("window", [(28, 28), (13, 20), (1, 1), (3, 2)], ids=str)
def test_what_leaves_pictures_alone_leaves_any_picture_alone(size: tuple[int, int], window: tuple[int, int]) -> None:
    """So the weights sum to one, and every pixel is put back where it was."""
    picture = random(3, *size)
    assert torch.equal(apply_windowed(picture, itself, size=window, pixels=2000), picture)


def test_a_picture_of_the_window_s_size_is_the_network_s_own() -> None:
    picture = random(3, 16, 12)
    out = apply_windowed(picture, lambda x: 1 - x / 255, size=(16, 12), pixels=1)
    assert torch.equal(out, 255 - picture)


def test_windows_that_disagree_are_blended_without_an_edge() -> None:
    """Each window comes back in one grey of its own: neighbours 40 apart must meet in small steps."""
    greys = iter([0.2, 0.6] * 1000)

    def flat(x: Tensor) -> Tensor:
        return torch.stack([torch.full_like(each, next(greys), dtype=torch.float32) for each in x])

    out = apply_windowed(random(1, 32, 256), flat, size=(32, 32), pixels=1)
    assert out.max() - out.min() > 90
    steps = out[0].int().diff(dim=1).abs()
    assert steps.max() <= 255 * 0.4 * torch.pi / 32 + 1  # the steepest slope of sin² over half a window


@pytest.mark.parametrize("block", [56, 60, 100, 10_000])
def test_blocks_do_not_show(block: int) -> None:
    picture = random(1, 150, 190)

    def restore(x: Tensor) -> Tensor:
        return x.flip(-1) / 255  # as unlike at each place as can be

    whole = apply_windowed(picture, restore, size=(28, 20), pixels=28 * 20)
    parts = apply_windowed(picture, restore, size=(28, 20), pixels=5 * 28 * 20, block=block)
    assert (whole.int() - parts.int()).abs().max() <= 1


def test_windows_go_together_up_to_so_many_pixels() -> None:
    shapes: list[tuple[int, ...]] = []

    def restore(x: Tensor) -> Tensor:
        shapes.append(tuple(x.shape))
        return x / 255

    for size in ((28, 28), (300, 400)):
        apply_windowed(random(1, *size), restore, size=(28, 28), pixels=3 * 28 * 28 + 5)
    assert max(n for n, *_ in shapes) == 3
    assert {shape[1:] for shape in shapes} == {(1, 28, 28)}


def test_progress_ends_with_all_windows() -> None:
    recorder = Recorder()
    apply_windowed(random(1, 90, 70), itself, size=(10, 10), pixels=700, block=32, reporter=recorder)
    done = recorder.done_of("restoring a picture")
    assert done == sorted(done)
    assert recorder.calls[0] == ("start", "restoring a picture", done[-1], "windows", 0)


@pytest.mark.parametrize(("side", "length"), [(1, 28), (27, 28), (28, 28), (29, 28), (500, 28), (7, 1), (8, 3)])
def test_windows_cover_the_side_and_overlap_by_half(side: int, length: int) -> None:
    starts = window_starts(side, length)
    if side <= length:
        assert starts[0] <= 0
        assert starts[0] + length >= side
        return
    assert (starts[0], starts[-1]) == (0, side - length)
    assert all(0 < b - a <= max(1, length // 2) + 1 for a, b in pairwise(starts))


def test_stretches_know_every_window_that_reaches_into_them() -> None:
    every = window_starts(200, 10)
    for stretch in split_blocks(200, 10, block=30):
        touching = [s for s in every if s < stretch.end and s + 10 > stretch.first]
        assert set(touching) <= set(stretch.starts)


def test_the_bell_is_above_zero_and_its_halves_add_up_to_one() -> None:
    window = hann_window(28)
    assert window.min() > 0
    assert torch.allclose(window[:14] + window[14:], torch.ones(14))
