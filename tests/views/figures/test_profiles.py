import pytest
import torch

from autoencode.errors import ShapeError
from autoencode.views.figures import png, profiles


def test_each_example_has_a_panel_with_both_lines():
    x = torch.rand(5, 12)
    figure = profiles(x, x + 1)
    assert len(figure.axes) == 5
    for axes, row in zip(figure.axes, x, strict=True):
        original, reconstruction = (torch.tensor(line.get_ydata()) for line in axes.lines)
        assert torch.equal(original, row)
        assert torch.equal(reconstruction, row + 1)


@pytest.mark.parametrize(("n", "dims"), [(1, 1), (2, 300)])
def test_any_size_is_drawn(n, dims):
    assert png(profiles(torch.rand(n, dims), torch.rand(n, dims)))


def test_other_shapes_are_refused():
    with pytest.raises(ShapeError, match="must both be"):
        profiles.__wrapped__(torch.rand(3, 4), torch.rand(3, 5))
