import re

import pytest
import torch
from matplotlib.patches import Circle

from autoencode.errors import ShapeError
from autoencode.views.figures import codes, png, svg
from autoencode.views.figures.palette import palette
from autoencode.views.figures.plane import plane, principal_directions


def words(figure):
    return svg(figure)


def circles(figure):
    return sorted(patch.radius for patch in figure.axes[0].patches if isinstance(patch, Circle))


def test_every_code_has_the_colour_of_its_class():
    labels = torch.arange(300) % 3
    where = torch.randn(300, 2)
    dots = codes(where, labels, ["a", "b", "c"]).axes[0].collections[0]
    offsets, colours = torch.tensor(dots.get_offsets().data), torch.tensor(dots.get_facecolors())
    for i, colour in enumerate(palette(3)):
        mine = (colours[:, :3] - torch.tensor(colour[:3])).abs().sum(1) < 1e-6
        assert torch.equal(offsets[mine].sort(0).values.float(), where[labels == i].sort(0).values)


def test_the_circles_stand_at_one_and_two_standard_deviations():
    assert circles(codes(torch.randn(50, 2), prior_scale=1.5)) == [1.5, 3.0]
    assert circles(codes(torch.randn(50, 2))) == []
    assert circles(codes(torch.randn(50, 3), prior_scale=1.0)) == []


def test_both_axes_have_one_unit_and_the_circles_are_seen():
    axes = codes(0.1 * torch.randn(500, 2) + torch.tensor([0.3, 0.0]), prior_scale=1.0).axes[0]
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    assert right - left == pytest.approx(top - bottom)
    assert min(-left, right, -bottom, top) > 2


def test_a_far_code_does_not_shrink_all_others_and_is_counted():
    where = torch.cat([torch.randn(5000, 2), torch.tensor([[1000.0, 0.0]])])
    figure = codes(where)
    assert figure.axes[0].get_xlim()[1] < 10
    assert re.search(r">\d outside this view<", words(figure))


def test_names_of_classes_are_shown_as_they_are():
    names = ["_under", "$x$ $\\frac$", "<b>", "衣服", "a" * 50]
    drawn = words(codes(torch.randn(50, 2), torch.arange(50) % 5, names))
    for shown in ("_under", "$x$ $\\frac$", "&lt;b&gt;", "衣服", "a" * 21 + "…"):
        assert shown in drawn
    assert png(codes(torch.randn(50, 2), torch.arange(50) % 5, names)).startswith(b"\x89PNG")


def test_classes_without_names_are_numbered():
    drawn = words(codes(torch.randn(50, 2), torch.arange(50) % 3, ["zero"]))
    assert all(f">{name}</text>" in drawn for name in ("zero", "1", "2"))


def test_many_classes_get_a_scale():
    assert "class number" in words(codes(torch.randn(90, 2), torch.arange(90) % 30))


@pytest.mark.parametrize("n", [1, 2, 10, 11, 20, 21, 100])
def test_all_colours_differ(n):
    assert len(set(palette(n))) == n


def test_one_number_makes_a_histogram():
    assert "examples" in words(codes(torch.randn(50, 1), torch.arange(50) % 2))
    assert "examples" in words(codes(torch.randn(50, 1)))


def test_longer_codes_are_seen_along_their_principal_components():
    where = torch.randn(2000, 6) * torch.tensor([0.1, 3.0, 0.1, 1.0, 0.1, 0.1])
    found = plane(where)
    assert torch.corrcoef(torch.stack([found.points[:, 0], where[:, 1]]))[0, 1] > 0.99
    assert torch.corrcoef(torch.stack([found.points[:, 1], where[:, 3]]))[0, 1].abs() > 0.99
    share = float(where.var(0)[1] / where.var(0).sum())
    assert found.names[0] == f"principal component 1 ({share:.0%} of variance)".replace("%", " %")


def test_the_quick_way_agrees_with_the_exact_one():
    where = torch.randn(300, 600) * 0.01
    where[:, 5] += 4 * torch.randn(300)
    where[:, 7] += 2 * torch.randn(300)
    centred = where - where.mean(0)
    exact = torch.linalg.svd(centred, full_matrices=False)[2][:2].T
    state = torch.get_rng_state()
    overlap = (principal_directions(centred) * exact).sum(0).abs()
    assert (overlap > 0.9999).all()
    assert torch.equal(torch.get_rng_state(), state)


def test_equal_codes_make_a_picture_too():
    assert png(codes(torch.ones(20, 2)))
    assert png(codes(torch.ones(20, 5)))


def test_ten_thousand_dots_stay_small():
    assert len(svg(codes(torch.randn(10_000, 2), torch.arange(10_000) % 10))) < 1_500_000


def test_labels_must_fit():
    with pytest.raises(ShapeError, match=r"5 codes need as many labels, not 4"):
        codes.__wrapped__(torch.randn(5, 2), torch.arange(4))
