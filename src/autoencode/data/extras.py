"""Libraries that are extras: imported where they are needed, and named where they are not there."""

from importlib import import_module
from types import ModuleType

from autoencode.errors import CapabilityError


def import_extra(module: str, use: str, install: str | None = None) -> ModuleType:
    """A library that comes with an extra.

    Args:
        module: what is imported.
        use: what it is for, with its name last: "tables are read by pandas".
        install: what pip installs, where that is not the module.

    Raises:
        CapabilityError: it is not installed; the message is how to install it.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise CapabilityError(f"{use}, which is not installed: pip install {install or module}") from error
