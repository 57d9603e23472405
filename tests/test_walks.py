"""The walks of the commands through the layers, which `scripts/walks.py` follows."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts" / "walks.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("walks", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_training_generating_and_restoring_hardly_go_back_up(script, tmp_path):
    for walk in script.walks(tmp_path):
        assert len(walk.direct) <= script.MOST, str(walk)


def test_a_call_upwards_is_seen(script):
    walk = script.Walk("up")
    walk._rooms = {_below.__code__: "nn", _above.__code__: "tasks"}
    with walk.followed():
        _below(_above)
    assert walk.direct == {"nn._below calls tasks._above"}
    assert sys.getprofile() is None


def _below(act):
    return act()


def _above():
    return 1
