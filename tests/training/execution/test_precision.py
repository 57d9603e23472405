import sys

import pytest
import torch

from autoencode.data import load
from autoencode.errors import ArgumentError
from autoencode.model import Autoencoder
from autoencode.recipes import recipes
from autoencode.runtime.device import resolve_device
from autoencode.settings import Settings
from autoencode.training import fit
from autoencode.training.execution import precision
from autoencode.training.execution.precision import is_emulated, resolve_precision
from support.reporters import Recorder

CPU = torch.device("cpu")


def of(recipe: str) -> Autoencoder:
    return recipes[recipe]((1, 8, 8))[0]


def test_an_explicit_precision_is_used():
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
    monkeypatch.setattr(precision, "has_amx", lambda: amx)
    assert resolve_precision("auto", CPU, of(recipe)) == expected


def test_a_device_that_is_not_there():
    assert resolve_device("cpu") == torch.device("cpu")
    with pytest.raises(ArgumentError, match="--device nonsense: this machine has no such device; use cpu"):
        resolve_device("nonsense")


@pytest.mark.parametrize(
    ("capability", "known", "units", "slow"),
    [
        ("AVX2", False, False, True),
        ("AVX512", False, False, True),
        ("AVX512", True, False, False),
        ("AVX512", False, True, False),
        ("SVE256", False, False, False),
    ],
)
def test_bfloat16_is_slow_where_the_processor_does_not_multiply_it(monkeypatch, capability, known, units, slow):
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    monkeypatch.setattr(precision, "has_avx512_bf16", lambda: known)
    monkeypatch.setattr(precision, "has_amx", lambda: units)
    assert is_emulated("bfloat16", CPU) == slow
    assert not is_emulated("float32", CPU)
    assert not is_emulated("bfloat16", torch.device("cuda"))


@pytest.mark.parametrize("slow", [True, False])
def test_a_warning_says_where_it_is_slow(monkeypatch, slow):
    recorder = Recorder()
    monkeypatch.setattr(sys.modules["autoencode.training.prepare"], "is_emulated", lambda *_: slow)
    fit(*recipes["dense-vae"]((1, 8, 8)), load(torch.rand(40, 1, 8, 8)), Settings(steps=1), reporter=recorder)
    assert any("--precision float32" in text for text in recorder.of("warn")) == slow
