"""Devices by name."""

import pytest
import torch

from autoencode.errors import ArgumentError
from autoencode.runtime.device import resolve_device


def test_the_processor_is_there() -> None:
    assert resolve_device("cpu") == torch.device("cpu")
    assert resolve_device("auto").type in ("cpu", "cuda")


@pytest.mark.parametrize("name", ["meta", "meta:0", "cuda:99", "gpu", "", "cpu:x", "\x1b[31m"])
def test_what_cannot_compute_is_refused_in_one_line(name: str) -> None:
    with pytest.raises(ArgumentError, match="this machine has no such device; use cpu") as error:
        resolve_device(name)
    assert len(str(error.value).splitlines()) == 1
