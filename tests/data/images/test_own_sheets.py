"""Sheets beside pictures are no examples."""

from pathlib import Path

import pytest
from matplotlib.figure import Figure
from PIL import Image

from autoencode.data.images.own_sheets import is_generated_sheet
from autoencode.data.images.scan import scan_pictures
from autoencode.views.figures import save_figure


@pytest.fixture
def picture() -> Image.Image:
    return Image.new("L", (40, 30), "white")


def test_a_sheet_that_was_drawn_is_left_out_and_said(tmp_path: Path, picture):
    picture.save(tmp_path / "a.png")
    save_figure(tmp_path / "sheet.png", picture)
    listing = scan_pictures(tmp_path)
    assert listing.pictures == [Path("a.png")]
    assert [(skip.file, skip.reason) for skip in listing.skipped] == [("sheet.png", "a sheet that autoencode drew")]


def test_a_chart_too(tmp_path: Path):
    save_figure(tmp_path / "sheet.png", Figure(figsize=(1, 1)))
    assert is_generated_sheet(tmp_path / "sheet.png")


def test_a_persons_own_picture_of_that_name_is_an_example(tmp_path: Path, picture):
    picture.save(tmp_path / "sheet.png")
    assert scan_pictures(tmp_path).pictures == [Path("sheet.png")]


def test_a_drawing_of_another_name_is_one(tmp_path: Path, picture):
    save_figure(tmp_path / "before.png", picture)
    assert scan_pictures(tmp_path).pictures == [Path("before.png")]


def test_what_cannot_be_opened_is_left_to_the_reader(tmp_path: Path):
    assert not is_generated_sheet(tmp_path / "sheet.png")
