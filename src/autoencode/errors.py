"""What can go wrong, as one tree.

Every error that autoencode raises on purpose is an `AutoencodeError` and also the built-in that a caller would expect
(`ShapeError` is a `ValueError`). The message is one line: what was expected, what came, what to change.
"""


class AutoencodeError(Exception):
    """The root: `except AutoencodeError` catches everything that this library raises on purpose."""


class ArgumentError(AutoencodeError, ValueError):
    """An option or argument that has no meaning, such as a negative weight."""


class ShapeError(AutoencodeError, ValueError):
    """A tensor or array whose shape does not fit the model or the operation."""


class DataError(AutoencodeError, ValueError):
    """Data that cannot be read, or that the model's likelihood cannot hold."""


class UnknownNameError(AutoencodeError, LookupError):
    """A name that is in no registry; the message holds the nearest ones."""


class CapabilityError(AutoencodeError, TypeError):
    """Something asked of a part that it cannot do, such as the density of a point mass."""


class DivergenceError(AutoencodeError, ArithmeticError):
    """Training met a NaN or an infinity."""


class CancelledError(AutoencodeError, RuntimeError):
    """A long operation that ended early because its cancel token asked for it."""


class RunError(AutoencodeError, RuntimeError):
    """A run folder that is missing, from another version, truncated or tampered with."""


class DownloadError(AutoencodeError, OSError):
    """A file that could not be fetched, or that is not the one that was published."""


class StorageError(AutoencodeError, OSError):
    """A file that could not be written, for instance because the disk is full."""


TRAINING_MODULES = frozenset(("torch", "safetensors", "matplotlib", "sklearn", "platformdirs", "jaxtyping", "zuko"))
"""The packages that training needs and cleaning does not: the extra `train` of pyproject.toml."""


def needs_training_message(module: str) -> str:
    """What to do where a package is missing that training needs.

    Args:
        module: its name.
    """
    return (
        f"{module} is not installed, and all but `autoencode clean` needs it: pip install '.[train]' in the folder "
        "of autoencode"
    )
