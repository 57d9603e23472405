from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from autoencode.data import Dataset, load
from autoencode.model import Autoencoder
from autoencode.objectives import Objective
from autoencode.recipes import recipes
from autoencode.runs.folder import RunFolder

Build = Callable[[], tuple[Autoencoder, Objective]]
MakeFolder = Callable[[str], RunFolder]


@pytest.fixture
def data() -> Dataset:
    """80 vectors of 12 numbers: 64 to train with, 8 to validate and 8 to test."""
    pattern = torch.rand(4, 12, generator=torch.Generator().manual_seed(0)).round() * 0.8 + 0.1
    return load(pattern.repeat(20, 1))


@pytest.fixture
def build() -> Build:
    """A small VAE, the same each time."""

    def make() -> tuple[Autoencoder, Objective]:
        torch.manual_seed(5)
        return recipes["dense-vae"]((12,), hidden=8)

    return make


@pytest.fixture
def folder(tmp_path: Path, data: Dataset) -> MakeFolder:
    """Makes an empty run folder of that model."""

    def make(name: str = "run") -> RunFolder:
        return RunFolder.create(tmp_path / name, recipe="dense-vae", arguments={"hidden": 8}, data=data)

    return make
