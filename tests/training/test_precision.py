import pytest
import torch

from autoencode.errors import ArgumentError
from autoencode.training.precision import resolve_device, resolve_precision


def test_what_is_asked_for_is_taken():
    assert resolve_precision("bfloat16", torch.device("cpu")) == "bfloat16"
    assert resolve_precision("float32", torch.device("cpu")) == "float32"


@pytest.mark.parametrize(("amx", "expected"), [(True, "bfloat16"), (False, "float32")])
def test_auto_takes_bfloat16_where_there_are_matrix_units(monkeypatch, amx, expected):
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: amx)
    assert resolve_precision("auto", torch.device("cpu")) == expected


def test_a_device_that_is_not_there():
    assert resolve_device("cpu") == torch.device("cpu")
    with pytest.raises(ArgumentError, match="--device nonsense: there is no such device here; use cpu"):
        resolve_device("nonsense")
