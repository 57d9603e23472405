"""The models that come with the package."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from autoencode.cleaning.network import UNet, read_weights
from autoencode.errors import DataError
from autoencode.registry import Registry

_FOLDER = Path(__file__).parent / "models"


@dataclass(frozen=True)
class ReadyModel:
    """A model that is trained, and what a person must know to use it.

    Args:
        name: what people type.
        about: what it is for, in one line.
        limits: what it is not for, in one line.
        file: its weights.
    """

    name: str
    about: str
    limits: str

    @property
    def file(self) -> Path:
        """Where its weights are."""
        return _FOLDER / f"{self.name}.safetensors"

    @property
    def network(self) -> UNet:
        """The network, read once.

        Raises:
            DataError: the file of its weights is damaged or gone.
        """
        return _network(self.file)


@cache
def _network(file: Path) -> UNet:
    try:
        return UNet(read_weights(file))
    except OSError as error:
        raise DataError(f"{file} is not there: install autoencode again") from error


ready_models: Registry[ReadyModel] = Registry("ready-made model", "autoencode list models")

_scan = ReadyModel(
    "scan",
    "scanned and photographed pages: stains, folds, shadows, yellow paper, print of the other side",
    "not for photographs, nor for white writing on black; a page unlike those it knows is left as it was",
)
ready_models.add(_scan.name, _scan)
