"""Examples as files."""

from pathlib import Path

import numpy as np
import pytest
import torch

from autoencode.data import modality_of
from autoencode.views.outputs import rows_writer


def test_an_array_that_grows_is_the_whole_array(tmp_path: Path) -> None:
    rows = torch.randn(1_234, 3, 2)
    with rows_writer(tmp_path / "x.npy", modality_of((2,))) as add:
        for some in rows.split(100):
            add(some)
    assert np.array_equal(np.load(tmp_path / "x.npy"), rows.numpy())


def test_nothing_is_left_of_one_that_fails(tmp_path: Path) -> None:
    def fail() -> None:
        with rows_writer(tmp_path / "x.npy", modality_of((2,))) as add:
            add(torch.zeros(2, 2))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not list(tmp_path.iterdir())
