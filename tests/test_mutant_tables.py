"""The planted bugs still fit the source: a row that does not would be caught by nothing, for ever."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts" / "mutants.py"


@pytest.fixture(scope="module")
def mutants() -> ModuleType:
    spec = importlib.util.spec_from_file_location("mutants", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules["mutants"] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    return module


def test_every_row_fits_the_source(mutants: ModuleType) -> None:
    rows = mutants.read_table()
    assert len(rows) > 250
    assert not [f"{row.name}: {problem}" for row in rows if (problem := row.problem())]
