"""The kinds of detectors, by the names that `train --recipe` takes."""

from autoencode.registry import Registry, import_submodules

_detectors: Registry[type] = Registry("detector", "autoencode list recipes")
register_detector = _detectors.register
"""A decorator that makes a class a kind of detector; the first line of its docstring describes it in lists."""


def load_detectors() -> Registry[type]:
    """All kinds of detectors, what `train --recipe` takes besides the recipes of models."""
    import_submodules("autoencode.detection")
    return _detectors
