import numpy as np
import pytest

from autoencode.cleaning import CleanedPage
from autoencode.cleaning.ready_models import NetworkModel


@pytest.fixture
def instant(monkeypatch):
    """A model that makes every page white but for what is black, at once."""

    def clean(model, page, strength, *, check, ensemble):
        return CleanedPage(np.where(page > 100, 255, page).astype(np.uint8), None, 0.0)

    monkeypatch.setattr(NetworkModel, "clean", clean)
