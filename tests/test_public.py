"""What `import autoencode` offers."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import autoencode


def test_every_name_can_be_had():
    for name in autoencode.__all__:
        assert getattr(autoencode, name) is not None
    assert set(autoencode.__all__) <= set(dir(autoencode))


def test_type_checkers_and_users_see_the_same_names():
    tree = ast.parse(Path(autoencode.__file__).read_text())
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert {*seen, "__version__"} == set(autoencode.__all__)


def test_a_name_that_is_not_there():
    with pytest.raises(AttributeError, match="module 'autoencode' has no attribute 'trian'"):
        _ = autoencode.trian


def test_packages_are_seen_and_nothing_else_is():
    assert {"tasks", "data", "latent"} <= set(dir(autoencode))
    assert not {"Any", "importlib", "TYPE_CHECKING"} & set(dir(autoencode))
    assert autoencode.tasks.generate is autoencode.generate


def test_the_import_is_light():
    code = "import sys, autoencode; assert not {'torch', 'numpy', 'matplotlib'} & sys.modules.keys()"
    subprocess.run([sys.executable, "-c", code], check=True)
