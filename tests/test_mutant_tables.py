"""The planted bugs still fit the source: a row that does not would be caught by nothing, for ever."""

import ast
import builtins
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


def undefined(source: str) -> set[str]:
    """Names that a module reads and nowhere binds."""
    read, bound = set[str](), {*dir(builtins), "__file__"}
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                read.add(name)
            case ast.Name(id=name) | ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                bound.add(name)
            case ast.alias(name=name, asname=alias):
                bound.add(alias or name.partition(".")[0])
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                bound.add(name)
            case _:
                pass
    return read - bound


def test_a_planted_bug_is_no_syntax_error_and_no_unknown_name(mutants: ModuleType) -> None:
    """Either would be caught by any test, whatever the bug was meant to be."""
    wrong = {}
    for row in mutants.read_table():
        file = mutants.ROOT / mutants.PACKAGE / row.file
        if file.suffix == ".py" and not row.problem():
            try:
                names = undefined(file.read_text().replace(row.original, row.planted))
            except SyntaxError as error:
                names = {str(error)}
            wrong |= {row.name: names} if names else {}
    assert not wrong
