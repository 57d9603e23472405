"""Watermarks drawn at random: mixed by their opacity, of many shapes, and the same ones each time."""

import pytest
import torch

from autoencode.corruptions import RandomWatermark
from autoencode.corruptions import watermark_drawing as drawing
from autoencode.data import typefaces
from autoencode.data.batch import Batch


def marked(x, amount, seed=0):
    torch.manual_seed(seed)
    return RandomWatermark(amount)(Batch(x)).x


def test_it_is_mixed_by_its_opacity():
    """Dekel et al., equation 1: what an opacity adds is in proportion to it."""
    x = torch.rand(20, 3, 48, 64, dtype=torch.float64)
    whole, part = marked(x, 1.0) - x, marked(x, 0.3) - x
    assert torch.allclose(part, 0.3 * whole, atol=1e-12)


def test_values_stay_between_the_picture_and_white_black_or_a_colour():
    x = torch.full((40, 3, 64, 64), 0.5)
    y = marked(x, 1.0)
    assert 0 <= float(y.min()) <= float(y.max()) <= 1
    white, black = (y == 1).flatten(1).any(1), (y == 0).flatten(1).any(1)
    assert white.any()
    assert black.any()
    assert not white.all()


def test_marks_cover_some_of_each_picture_and_never_all_of_it():
    changed = (marked(torch.full((80, 1, 96, 96), 0.5), 0.5) != 0.5).float().mean((1, 2, 3))
    assert 0.03 < float(changed.mean()) < 0.5
    assert float((changed > 0).float().mean()) > 0.8


def test_sheets_are_the_same_each_time_and_differ_from_each_other(monkeypatch):
    monkeypatch.setattr(drawing, "_SHEETS", 12)
    one = drawing.watermark_sheets.__wrapped__()
    assert torch.equal(one, drawing.watermark_sheets.__wrapped__())
    assert one.shape == (12, 2, 256, 256)
    assert all((sheet[0] > 0).any() for sheet in one)
    assert len({sheet.numpy().tobytes() for sheet in one}) == 12


def test_it_draws_on_a_computer_without_typefaces(monkeypatch, tmp_path):
    monkeypatch.setattr(drawing, "_SHEETS", 3)
    monkeypatch.setattr(typefaces, "FOLDERS", (str(tmp_path),))
    typefaces.find_typefaces.cache_clear()
    assert drawing.watermark_sheets.__wrapped__().max() == pytest.approx(1)
    typefaces.find_typefaces.cache_clear()
