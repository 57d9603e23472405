import numpy as np
import pytest

from autoencode.cleaning import clean_files


@pytest.fixture
def instant(monkeypatch):
    """A model that makes every page white but for what is black, at once."""

    def cleaned(model, pixels, strength, *, check):
        return np.where(pixels > 100, 255, pixels).astype(np.uint8), None

    monkeypatch.setattr(clean_files, "_clean_pixels", cleaned)
