"""A picture in tiles is the picture in one piece."""

import pytest
import torch
from torch import Tensor, nn

from autoencode.errors import ArgumentError
from autoencode.nn.tiling.tiling import apply_tiled, smallest_tile, spans
from support.reporters import Recorder

HALO, MULTIPLE = 9, 4


class Network(nn.Module):
    """Halves twice and doubles twice, and looks at most nine pixels far."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 4, 3, 2, padding=1),
            nn.Conv2d(4, 4, 3, 2, padding=1),
            nn.Tanh(),
            nn.Upsample(scale_factor=2),
            nn.Conv2d(4, 4, 3, padding=1),
            nn.Upsample(scale_factor=2),
            nn.Conv2d(4, 1, 3, padding=1),
        )
        for module in self.layers:
            if isinstance(module, nn.Conv2d):
                nn.init.normal_(module.weight, std=0.8)
        self.shapes: list[tuple[int, ...]] = []

    @torch.no_grad()
    def forward(self, x: Tensor) -> Tensor:
        self.shapes.append(tuple(x.shape))
        n, channels, height, width = x.shape
        y = self.layers(x.reshape(-1, 1, height, width) / 255).reshape(n, channels, height, width)
        return 0.5 + 0.2 * y


@pytest.fixture
def network() -> Network:
    torch.manual_seed(0)
    return Network()


def random(*shape: int) -> Tensor:
    return torch.randint(0, 256, shape, dtype=torch.uint8)


def difference(one: Tensor, other: Tensor) -> int:
    return int((one.int() - other.int()).abs().max())


def restored(network: Network, picture: Tensor, tile: int, halo: int = HALO) -> Tensor:
    return apply_tiled(picture, network, halo=halo, multiple=MULTIPLE, tile=tile)


SIZES = [(1, 1), (1, 97), (97, 1), (2, 3), (7, 8), (8, 8), (24, 24), (33, 51), (64, 64), (65, 63), (101, 130)]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("tile", [smallest_tile(HALO, MULTIPLE), 31, 48])
def test_tiles_give_what_one_piece_gives(network: Network, size: tuple[int, int], tile: int) -> None:
    picture = random(3, *size)
    whole = restored(network, picture, tile=1000)
    assert len({shape[2:] for shape in network.shapes}) == 1
    tiled = restored(network, picture, tile)
    assert tiled.shape == picture.shape
    assert tiled.dtype == torch.uint8
    assert difference(tiled, whole) <= 1


def test_one_piece_is_the_network_itself_on_a_picture_that_fits(network: Network) -> None:
    picture = random(1, 32, 48)
    expected = (network(picture[None])[0].clamp(0, 1) * 255).round().to(torch.uint8)
    assert torch.equal(restored(network, picture, tile=1000), expected)


def test_the_halo_is_needed(network: Network) -> None:
    """Else these tests could not see a seam."""
    picture = random(1, 96, 96)
    assert difference(restored(network, picture, 32, halo=4), restored(network, picture, 1000)) > 10


def test_an_edge_in_a_picture_leaves_no_line_at_the_borders_of_tiles(network: Network) -> None:
    """In a picture that is the same at every place, every pixel away from the edges must come out the same."""
    out = restored(network, torch.full((1, 120, 120), 90, dtype=torch.uint8), tile=32)[0, 16:-16, 16:-16]
    for y in range(MULTIPLE):
        for x in range(MULTIPLE):
            assert len(out[y::MULTIPLE, x::MULTIPLE].unique()) == 1


def test_all_tiles_of_a_picture_have_one_size_and_none_is_larger_than_the_limit(network: Network) -> None:
    restored(network, random(3, 200, 90), tile=40)
    assert {shape[2:] for shape in network.shapes} == {(40, 40)}
    assert {shape[0] for shape in network.shapes} == {1}


def test_memory_does_not_grow_with_the_picture(network: Network) -> None:
    def largest(height: int, width: int) -> int:
        network.shapes.clear()
        restored(network, random(1, height, width), tile=64)
        return max(n * h * w for n, _, h, w in network.shapes)

    assert largest(64, 64) == largest(200, 300) == 64**2
    assert largest(20, 800) <= 64**2


def test_small_tiles_go_together(network: Network) -> None:
    restored(network, random(1, 12, 400), tile=40)
    assert network.shapes[0] == (40 * 40 // (12 * 40), 1, 12, 40)


def test_progress_ends_with_all_tiles(network: Network) -> None:
    recorder = Recorder()
    apply_tiled(random(1, 70, 50), network, halo=HALO, multiple=MULTIPLE, tile=36, reporter=recorder)
    done = recorder.done_of("restoring a picture")
    assert done == list(range(1, len(done) + 1))
    assert recorder.calls[0] == ("start", "restoring a picture", len(done), "tiles", 0)


@pytest.mark.parametrize("side", [1, 5, 24, 40, 41, 47, 48, 99, 1000])  # 24 is twice the halo on its grid
def test_every_pixel_is_taken_once_and_far_enough_from_a_cut(side: int) -> None:
    found = spans(side, halo=9, multiple=4, tile=47)
    assert [pixel for span in found for pixel in range(span.first, span.end)] == list(range(side))
    assert len({span.length for span in found}) == 1
    for span in found:
        assert span.start % 4 == span.length % 4 == 0
        assert span.start == 0 or span.first - span.start >= 9
        assert span.start + span.length >= side or span.start + span.length - span.end >= 9


def test_a_tile_that_is_all_halo_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"a tile of 27 pixels is too small .* radius 9: give 28 pixels"):
        spans(100, halo=9, multiple=4, tile=27)
    assert smallest_tile(9, 4) == 28
    assert len(spans(100, halo=9, multiple=4, tile=28)) > 1
