import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest

import autoencode.data  # noqa: F401  # the module of the set, whose name is also its function's
from autoencode.data import typefaces as finding
from autoencode.errors import DataError

module = sys.modules["autoencode.data.published.sets.drawn_pages"]


@pytest.fixture
def typefaces(monkeypatch):
    """Those that come with matplotlib, on every machine."""
    folder = Path(mpl.get_data_path()) / "fonts/ttf"
    monkeypatch.setattr(finding, "FOLDERS", (str(folder),))
    finding.find_typefaces.cache_clear()
    yield finding.find_typefaces()
    finding.find_typefaces.cache_clear()


def test_typefaces_with_letters_are_found(typefaces):
    names = [file.name for file in typefaces]
    assert "DejaVuSans.ttf" in names
    assert "STIXSizOneSymReg.ttf" not in names  # it has no letters


def test_pages_have_ink_on_white_paper_or_are_empty_or_a_photograph(typefaces):
    pages = [np.asarray(module.draw_page(np.random.default_rng(seed), typefaces)) for seed in range(30)]
    assert all(page.shape == (512, 512, 3) for page in pages)
    white = np.array([(page.min(2) > 250).mean() for page in pages])
    assert (white == 1).any()
    assert (white < 0.1).any()
    assert np.median(white) > 0.5
    again = np.asarray(module.draw_page(np.random.default_rng(7), typefaces))
    assert (again == pages[7]).all()


def test_pieces_are_of_whole_pages(typefaces, monkeypatch):
    monkeypatch.setattr(module, "_CROPS", 32)
    monkeypatch.setattr(module, "_TEST", 4)
    module._all_crops.cache_clear()
    examples = module.drawn_pages(lambda file: Path())
    module._all_crops.cache_clear()
    assert examples.x.shape == (32, 3, 128, 128)
    assert examples.official.test == 4
    assert "typefaces of this computer" in examples.notes[0]


def test_without_typefaces_it_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(finding, "FOLDERS", (str(tmp_path),))
    finding.find_typefaces.cache_clear()
    with pytest.raises(DataError, match="install some, such as fonts-dejavu"):
        module.drawn_pages(lambda file: Path())
    finding.find_typefaces.cache_clear()
