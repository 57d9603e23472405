"""What tests of shards share."""

from pathlib import Path

import pytest

from support.shards import write_shards


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def tars(tmp_path: Path) -> Path:
    """A folder of three shards of ten pictures with their classes."""
    return write_shards(tmp_path / "data")
