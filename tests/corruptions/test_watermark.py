import numpy as np
import pytest
import torch
from PIL import Image

from autoencode.corruptions import Watermark, parse_corruption
from autoencode.corruptions.mark import read_mark
from autoencode.data.batch import Batch
from autoencode.errors import ArgumentError, DataError
from support.statistics import assert_uniform


@pytest.fixture
def logo(tmp_path):
    """Red on the left, a half transparent green on the right, nothing between."""
    pixels = np.zeros((40, 60, 4), np.uint8)
    pixels[:, :20] = (255, 0, 0, 255)
    pixels[:, 40:] = (0, 255, 0, 128)
    pixels[:, 20:40] = (0, 0, 255, 0)  # a colour that nobody may see
    path = tmp_path / "logo.png"
    Image.fromarray(pixels).save(path)
    return path


def marked(x, mark, amount=1.0):
    return Watermark(amount, str(mark))(Batch(x)).x


def test_a_logo_lies_over_the_picture_with_its_colours_and_its_transparency(logo):
    x = torch.full((200, 3, 60, 60), 0.5)
    y = marked(x, logo)
    red, green, blue = y.unbind(1)
    assert (red > 0.99).any()  # opaque
    assert ((red < 0.01) & (green < 0.01)).sum() == 0
    assert ((green > 0.74) & (green < 0.76) & (red > 0.24) & (red < 0.26)).any()  # half of it, half of the grey
    assert blue.max() <= 0.5 + 1e-6
    assert (y == 0.5).all(1).any((1, 2)).all()


def test_opacity_mixes_the_picture_and_the_mark(logo):
    x = torch.rand(20, 3, 50, 70)
    torch.manual_seed(3)
    whole = marked(x, logo, 1.0)
    torch.manual_seed(3)
    assert torch.allclose(marked(x, logo, 0.3), 0.7 * x + 0.3 * whole, atol=1e-6)


def test_each_picture_has_its_own_place_size_and_angle(logo):
    x = torch.zeros(400, 3, 64, 64)
    red = marked(x, logo)[:, 0] > 0.5
    mass = red.double().sum((1, 2))
    assert mass.min() > 0
    assert mass.max() / mass.min() > 4
    places = torch.arange(64.0)
    middle = torch.stack([(red.double().sum(axis) * places).sum(1) / mass for axis in (1, 2)])
    assert middle.std(1).min() > 5
    tilts = []
    for picture in red[mass > 60]:
        y, z = torch.nonzero(picture).double().T
        tilts.append(float(torch.atan2(((y - y.mean()) * (z - z.mean())).sum(), (y - y.mean()).square().sum())))
    assert np.std(tilts) > 0.1


def test_marks_that_lie_on_the_picture_as_a_whole_are_of_many_sizes(logo):
    Image.new("RGBA", (60, 10), "white").save(logo)
    y = marked(torch.zeros(600, 1, 80, 80), str(logo))[:, 0]
    edges = torch.cat([y[:, 0], y[:, -1], y[:, :, 0], y[:, :, -1]], 1)
    widths = (y[edges.sum(1) == 0].sum((1, 2)) * 6).sqrt() / 80
    assert 0.24 < widths.min() < 0.3
    assert 0.55 < widths.max() < 0.8


def test_a_range_is_of_opacities(logo):
    Image.new("RGBA", (30, 30), "white").save(logo)
    y = marked(torch.zeros(1000, 1, 30, 30), str(logo), (0.2, 0.6))
    assert_uniform((y.amax((1, 2, 3)).double() - 0.2) / 0.4)


def test_the_size_follows_the_picture(logo):
    Image.new("RGBA", (30, 30), "white").save(logo)
    for size in (32, 128):
        share = (marked(torch.zeros(400, 1, size, size), str(logo)) > 0.5).double().mean((1, 2, 3))
        side = share.sqrt()
        assert side.max() < 0.62  # 0.6 of the height
        assert side.max() > 0.5
        assert side.min() > 0.1


def test_a_grey_picture_takes_its_brightness(logo):
    y = marked(torch.zeros(100, 1, 60, 60), logo)
    assert (y - 0.299).abs().min() < 0.01
    assert y.max() < 0.32
    four = marked(torch.zeros(2, 4, 20, 20), logo)
    assert torch.equal(four[:, :1].expand_as(four), four)


def test_a_text_is_white_on_dark_pictures_and_black_on_light_ones():
    dark, light = torch.full((1, 3, 50, 80), 0.2), torch.full((1, 3, 50, 80), 0.8)
    y = marked(torch.cat([dark, light]), "© Me")
    assert y[0].min() >= 0.2 - 1e-6
    assert y[0].max() > 0.9
    assert y[1].max() <= 0.8 + 1e-6
    assert y[1].min() < 0.1


def test_texts_are_drawn_with_all_their_letters():
    assert read_mark("iiii").alpha.shape[1] < read_mark("MMMM").alpha.shape[1]
    assert read_mark("Ä").alpha.shape[0] > read_mark("a").alpha.shape[0]
    edges = torch.cat([read_mark("© Me").alpha[row] for row in (0, -1)])
    assert edges.max() == 0  # nothing is cut off


def test_what_ends_as_a_picture_file_is_one_and_anything_else_a_text(logo, monkeypatch):
    assert read_mark(str(logo)).colours is not None
    assert read_mark(str(logo.with_suffix(""))).colours is None
    monkeypatch.chdir(logo.parent)
    assert read_mark("logo.png").colours is not None
    assert read_mark('"logo.png"').colours is None
    assert torch.equal(read_mark('"logo"').alpha, read_mark("logo").alpha)


def test_the_file_is_read_when_it_is_needed_and_not_before(tmp_path):
    gone = parse_corruption(f"watermark:{tmp_path / 'gone.png'}")
    with pytest.raises(DataError, match=r"there is no file .*gone\.png to be a watermark: put it there"):
        gone(Batch(torch.rand(1, 1, 4, 4)))
    Image.new("L", (5, 5)).save(tmp_path / "gone.png")
    gone(Batch(torch.rand(1, 1, 4, 4)))


def test_a_file_that_is_no_picture_is_an_error(tmp_path):
    (tmp_path / "bad.png").write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"bad\.png cannot be a watermark: no picture in a format that is read"):
        marked(torch.rand(1, 1, 4, 4), tmp_path / "bad.png")
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(DataError, match="there is no file"):
        marked(torch.rand(1, 1, 4, 4), tmp_path / "folder.png")


def test_large_logos_are_brought_to_a_reasonable_size(tmp_path):
    Image.new("RGBA", (3000, 30), (255, 255, 255, 100)).save(tmp_path / "long.png")
    mark = read_mark(str(tmp_path / "long.png"))
    assert mark.alpha.shape == (10, 1024)
    assert mark.alpha.mean() == pytest.approx(100 / 255)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_every_kind_of_picture_can_be_a_logo(tmp_path, mode):
    path = tmp_path / ("logo.tiff" if mode == "CMYK" else "logo.png")
    Image.new(mode, (8, 6)).save(path)
    mark = read_mark(str(path))
    assert mark.colours is not None
    assert mark.colours.shape == (3, 6, 8)


@pytest.mark.parametrize("mark", ["", "  ", '""', "''", 201 * "a"])
def test_no_mark_or_too_long_a_one_is_an_error(mark):
    with pytest.raises(ArgumentError, match="watermark takes a picture file or a text of at most 200 letters"):
        Watermark(mark=mark)
