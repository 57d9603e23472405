import io
import sys

import numpy as np
import pytest
import torch
from PIL import Image

from autoencode.errors import ArgumentError, CapabilityError, ShapeError
from autoencode.views.figures import animation, labelled_grid, save_animation

GREY = torch.linspace(0, 1, 4)[:, None, None, None].expand(4, 1, 5, 7)


def test_a_gif_goes_there_and_back_and_holds_its_ends():
    film = Image.open(io.BytesIO(animation(GREY, ".gif", size=20)))
    assert film.size == (21, 15)
    levels, times = [], []
    for number in range(film.n_frames):
        film.seek(number)
        levels.append(film.convert("L").getpixel((10, 10)))
        times.append(film.info["duration"])
    assert levels == [0, 85, 170, 255, 170, 85]
    assert times == [720, 60, 60, 720, 60, 60]


def test_colours_survive():
    picture = torch.tensor([1.0, 0.5, 0.0])[None, :, None, None].expand(2, 3, 8, 8)
    film = Image.open(io.BytesIO(animation(picture, ".gif", size=8)))
    assert np.abs(np.array(film.convert("RGB").getpixel((3, 3))) - [255, 128, 0]).max() <= 8


@pytest.mark.parametrize("ending", [".mp4", ".webm"])
def test_films(tmp_path, ending):
    av = pytest.importorskip("av")
    save_animation(tmp_path / f"a{ending}", GREY, size=35)
    with av.open(str(tmp_path / f"a{ending}")) as film:
        frames = [frame.to_ndarray(format="gray") for frame in film.decode(video=0)]
    assert frames[0].shape == (26, 36)  # sides of films are even
    assert len(frames) == 12 + 2 + 12 + 2
    middles = [int(frame[12, 12]) for frame in frames]
    for place, level in ((0, 0), (12, 85), (13, 170), (14, 255), (26, 170)):
        assert abs(middles[place] - level) < 12


def test_without_pyav_one_line_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(CapabilityError, match=r"pip install av"):
        animation(GREY, ".mp4")
    with pytest.raises(ArgumentError, match=r"ends in \.gif, \.mp4, \.webm"):
        animation(GREY, ".avi")


def test_a_table_has_its_pictures_in_their_places():
    pictures = torch.tensor([[0.0, 1.0], [0.5, 0.25]])[:, :, None, None, None].expand(2, 2, 1, 10, 10)
    sheet = labelled_grid(pictures, scale=1)
    assert sheet.size == (16 + 10 + 4 + 10 + 16, 16 + 10 + 4 + 10 + 16)
    places = [(21, 21), (35, 21), (21, 35), (35, 35)]
    assert [sheet.getpixel(place)[0] for place in places] == [0, 255, 128, 64]
    named = labelled_grid(pictures, ["one", "another"], ["a", "b"], apart=[1], blank=[0], scale=1)
    assert named.width > sheet.width + 12
    assert named.height == sheet.height + 22
    with pytest.raises(ShapeError, match="2 x 2 pictures came with 1"):
        labelled_grid(pictures, ["one"])
