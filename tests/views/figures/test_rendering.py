import io
from xml.etree import ElementTree

import matplotlib as mpl
import torch
from matplotlib import pyplot
from PIL import Image

from autoencode.views.figures import codes, grid, kl_bars, png, save_figure, svg


def chart():
    return codes(torch.linspace(-1, 1, 60).view(30, 2), torch.arange(30) % 3, ["a", "b", "c"], prior_scale=1.0)


def test_a_saved_picture_is_the_picture(tmp_path):
    picture = grid(torch.rand(4, 3, 8, 8))
    save_figure(tmp_path / "figures" / "grid.png", picture)
    assert Image.open(tmp_path / "figures" / "grid.png").tobytes() == picture.tobytes()


def test_a_saved_chart_is_on_white_and_sharp(tmp_path):
    save_figure(tmp_path / "rates.png", kl_bars(torch.rand(8)))
    with Image.open(tmp_path / "rates.png") as picture:
        assert picture.width == 200 * 5.6
        assert picture.convert("RGB").getpixel((0, 0)) == (255, 255, 255)
    assert [path.name for path in tmp_path.iterdir()] == ["rates.png"]


def test_the_same_chart_gives_the_same_bytes():
    drawn = chart()
    assert svg(drawn) == svg(chart()) == svg(drawn)
    assert png(drawn) == png(chart())


def test_svg_is_well_formed_and_follows_light_and_dark():
    drawn = svg(chart())
    ElementTree.parse(io.StringIO(drawn))
    assert "prefers-color-scheme:dark" in drawn
    assert "var(--ink)" in drawn
    assert "DejaVu" not in drawn
    assert "<metadata" not in drawn


def test_nothing_global_is_changed():
    before = dict(mpl.rcParams)
    svg(chart())
    png(chart())
    assert dict(mpl.rcParams) == before
    assert not pyplot.get_fignums()
