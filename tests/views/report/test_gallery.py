import re

from PIL import Image

from autoencode.views.report import Figure
from autoencode.views.report.gallery import gallery


def rows(*sizes):
    figures = [Figure(str(i), "", "", Image.new("RGB", size)) for i, size in enumerate(sizes)]
    parts = gallery(figures).split('<div class="row ')[1:]
    return [(part.split('"')[0], re.findall(r"<h3>(\d+)</h3>", part)) for part in parts]


def test_wide_figures_stand_alone_and_others_in_twos():
    wide, square = (300, 100), (100, 100)
    assert rows(wide, square, square, square, wide) == [
        ("wide", ["0"]),
        ("two", ["1", "2"]),
        ("alone", ["3"]),
        ("wide", ["4"]),
    ]


def test_no_figures_leave_nothing():
    assert rows() == []
