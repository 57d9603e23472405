import math

import pytest

from autoencode.errors import ArgumentError
from autoencode.views.figures import curves, png, svg
from autoencode.views.figures.curves import n_outlying_epochs


def epochs(values, best=-1, terms=("loss", "nll", "kl")):
    best = best % len(values)
    return [
        {
            "step": 10 * i,
            "epoch": float(i),
            "train": dict.fromkeys(terms, value + 1),
            "validation": dict.fromkeys(terms, value),
            "best": i - 1 <= best,
        }
        for i, value in enumerate(values, start=1)
    ]


def line(axes, name):
    return next(each for each in axes.lines if each.get_label() == name)


def test_there_is_a_panel_for_each_term_with_both_parts():
    figure = curves(epochs([9.0, 5.0, 4.0, 3.5], terms=("loss", "nll", "kl", "mine")))
    assert len(figure.axes) == 4
    for axes in figure.axes:
        assert line(axes, "validation split").get_xydata().tolist() == [[1, 9], [2, 5], [3, 4], [4, 3.5]]
        assert line(axes, "training split").get_ydata().tolist() == [10, 6, 5, 4.5]


def test_the_ring_marks_the_last_best_epoch():
    kept = line(curves(epochs([9.0, 5.0, 4.0, 6.0], best=2)).axes[0], "saved weights")
    assert kept.get_xydata().tolist() == [[3, 4]]


def test_axes_have_units():
    drawn = svg(curves(epochs([3.0, 2.0, 1.0])))
    assert ">epoch</text>" in drawn
    assert ">nats per example</text>" in drawn


def test_a_first_epoch_that_is_far_off_does_not_flatten_the_rest():
    figure = curves(epochs([5000.0, 30.0, 26.0, 24.0, 23.0, 22.5]))
    low, high = figure.axes[0].get_ylim()
    assert 20 < low < 22.5
    assert 31 < high < 40
    assert "first epoch: 5,001" in svg(figure)


@pytest.mark.parametrize(
    ("values", "skipped"),
    [([5.0], 0), ([500.0, 5.0], 0), ([9.0, 8.0, 7.0, 6.0], 0), ([900.0, 8.0, 7.0, 6.0], 1), ([0.0, 50.0, 51.0], 1)],
)
def test_how_many_epochs_are_far_off(values, skipped):
    assert n_outlying_epochs([values]) == skipped


@pytest.mark.parametrize("values", [[3.0], [3.0, 3.0], [-4.0, -5.0, -6.0], [0.0, 0.0, 0.0]])
def test_short_and_flat_trainings_are_drawn(values):
    assert png(curves(epochs(values)))


def test_a_term_of_one_part_only_is_drawn():
    lines = epochs([3.0, 2.0, 1.0])
    for each in lines:
        each["train"]["extra"] = 1.0
        del each["validation"]["kl"]
    assert len(curves(lines).axes) == 4


def test_a_term_without_a_number_leaves_an_empty_panel():
    assert png(curves(epochs([math.nan, math.nan])))


def test_nothing_to_draw_is_refused():
    with pytest.raises(ArgumentError, match="one finished epoch"):
        curves([])


def test_a_loss_of_a_single_term_has_one_panel():
    assert len(curves(epochs([9.0, 5.0], terms=("loss", "nll"))).axes) == 1
    varied = epochs([9.0, 5.0], terms=("loss", "nll"))
    varied[0]["train"]["nll"] += 0.01
    assert len(curves(varied).axes) == 2


def test_the_legend_of_a_single_panel_is_inside_the_figure():
    epochs = [
        {"epoch": float(i), "train": {"loss": 9.0 - i}, "validation": {"loss": 9.0 - i}, "best": True}
        for i in range(1, 6)
    ]
    figure = curves(epochs)
    figure.draw_without_rendering()
    legend, all_of_it = figure.legends[0].get_window_extent(), figure.bbox
    assert legend.x0 >= all_of_it.x0
    assert legend.x1 <= all_of_it.x1
    assert legend.y0 >= all_of_it.y0
