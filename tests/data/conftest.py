"""What several tests of the data share."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import platformdirs
import pytest
from PIL import Image

Draw = Callable[..., Path]


@pytest.fixture
def real_data(monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = os.environ.get("AUTOENCODE_DATA")
    if not folder:
        pytest.skip("AUTOENCODE_DATA is not set to the folder of the real data")
    return Path(folder)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder, and no AUTOENCODE_DATA."""
    folder = tmp_path / "cache"
    monkeypatch.delenv("AUTOENCODE_DATA", raising=False)
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda name: str(folder))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return folder


@pytest.fixture
def draw(tmp_path: Path) -> Draw:
    """Draws a picture of random grey or colour into a folder."""
    rng = np.random.default_rng(0)

    def drawn(name: str, size: tuple[int, int] = (8, 8), *, mode: str = "RGB", **options: object) -> Path:
        path = tmp_path / "pictures" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shape = size if mode == "L" else (*size, len(mode))
        Image.fromarray(rng.integers(0, 256, shape, dtype=np.uint8), mode).save(path, **options)
        return path

    return drawn
