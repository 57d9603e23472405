"""The models that come with the package."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from autoencode.cleaning.network import UNet, read_weights
from autoencode.cleaning.page import Bytes, CleanedPage, clean_page
from autoencode.cleaning.photograph import clean_photograph
from autoencode.errors import DataError
from autoencode.registry import Registry

_FOLDER = Path(__file__).parent / "models"


CleaningMethod = Callable[..., CleanedPage]
"""How a network is used on a picture: `clean_page` or `clean_photograph`."""


@dataclass(frozen=True)
class ReadyModel:
    """A model that is trained, and what a person must know to use it.

    Args:
        name: what people type.
        about: what it is for, in one line.
        limits: what it is not for, in one line.
        method: how its network is used.
        ensemble_method: the same as the mean over eight orientations, where the model gains by it.
    """

    name: str
    about: str
    limits: str
    method: CleaningMethod
    ensemble_method: CleaningMethod | None = None

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

    def clean(self, page: Bytes, strength: float = 1.0, *, check: bool = True, ensemble: bool = True) -> CleanedPage:
        """The picture, cleaned or left as it was.

        Args:
            page: (height, width) or (height, width, 3), 8 bits.
            strength: 1 for all of it, 0.5 for half.
            check: leave it as it was where the model does not know such pictures, or finds nothing to remove.
            ensemble: the mean over eight orientations, where the model gains by it; it takes eight times as long.

        Raises:
            DataError: the file of its weights is damaged or gone.
        """
        method = self.ensemble_method if ensemble and self.ensemble_method else self.method
        return method(self.network, page, strength, check=check)


@cache
def _network(file: Path) -> UNet:
    try:
        return UNet(read_weights(file))
    except OSError as error:
        raise DataError(f"{file} is not there: install autoencode again") from error


ready_models: Registry[ReadyModel] = Registry("ready-made model", "autoencode list models")

for _model in (
    ReadyModel(
        "scan",
        "scanned and photographed pages: stains, folds, shadows, yellow paper, print of the other side",
        "not for photographs, nor for white writing on black; a page unlike those it knows is left as it was",
        clean_page,
    ),
    ReadyModel(
        "noise",
        "photographs with noise in every pixel, such as those of a camera in the dark",
        "not for noise in blotches of many pixels, which a telephone's own smoothing leaves; 10 s a megapixel",
        clean_photograph,
        partial(clean_photograph, ensemble=True),
    ),
    ReadyModel(
        "jpeg",
        "photographs that were saved as JPEG of low quality: blocks, and ripples along edges",
        "not for pictures that were scaled or rotated after they were saved: their blocks are no longer in place",
        clean_photograph,
    ),
):
    ready_models.add(_model.name, _model)
