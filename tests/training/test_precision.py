import pytest
import torch

from autoencode.errors import ArgumentError
from autoencode.model import Autoencoder
from autoencode.recipes import recipes
from autoencode.training.precision import resolve_device, resolve_precision

CPU = torch.device("cpu")


def of(recipe: str) -> Autoencoder:
    return recipes[recipe]((1, 8, 8))[0]


def test_what_is_asked_for_is_taken():
    assert resolve_precision("bfloat16", CPU, of("dense-vae")) == "bfloat16"
    assert resolve_precision("float32", CPU, of("undercomplete-ae")) == "float32"


@pytest.mark.parametrize(
    ("amx", "recipe", "expected"),
    [
        (True, "undercomplete-ae", "bfloat16"),
        (False, "undercomplete-ae", "float32"),
        (True, "dense-vae", "float32"),
    ],
)
def test_auto_takes_bfloat16_where_there_are_matrix_units_and_nothing_is_lost(monkeypatch, amx, recipe, expected):
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: amx)
    assert resolve_precision("auto", CPU, of(recipe)) == expected


def test_a_device_that_is_not_there():
    assert resolve_device("cpu") == torch.device("cpu")
    with pytest.raises(ArgumentError, match="--device nonsense: there is no such device here; use cpu"):
        resolve_device("nonsense")
