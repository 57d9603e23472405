"""Imports all that the commands use, once, before anything is forked."""

import importlib
import pkgutil


def preload() -> None:
    """Every module of the package, PyTorch, Matplotlib and scikit-learn; no thread is started."""
    import torch

    import autoencode

    torch.set_num_threads(1)
    for found in pkgutil.walk_packages(autoencode.__path__, "autoencode."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
    for name in ("matplotlib.pyplot", "sklearn.datasets", "sklearn.decomposition", "sklearn.mixture", "scipy.stats"):
        importlib.import_module(name)
