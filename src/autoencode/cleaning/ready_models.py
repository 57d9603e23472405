"""The models that come with the package."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Protocol, final, runtime_checkable

from autoencode.cleaning.marks import MarkRemover
from autoencode.cleaning.network import UNet, read_weights
from autoencode.cleaning.page import Bytes, CleanedPage, clean_page
from autoencode.cleaning.photograph import clean_photograph
from autoencode.errors import DataError
from autoencode.registry import Registry
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter

_FOLDER = Path(__file__).parent / "models"


CleaningMethod = Callable[..., CleanedPage]
"""How a network is used on a picture: `clean_page` or `clean_photograph`."""


@runtime_checkable
class Cleaner(Protocol):
    """Cleans pictures one by one."""

    def clean(self, page: Bytes, strength: float = 1.0, *, check: bool = True, ensemble: bool = True) -> CleanedPage:
        """The picture, cleaned or left as it was.

        Args:
            page: (height, width) or (height, width, 3), 8 bits.
            strength: 1 for all of it, 0.5 for half.
            check: leave it as it was where it is unlike what is known, or nothing is found to remove.
            ensemble: the mean over eight orientations, where something is gained by it; it takes eight times as long.
        """
        ...


@dataclass(frozen=True)
class ReadyModel(ABC):
    """What cleans without training, and what a person must know to use it.

    Args:
        name: what people type.
        about: what it is for, in one line.
        limits: what it is not for, in one line.
    """

    name: str
    about: str
    limits: str

    @property
    @abstractmethod
    def size(self) -> int:
        """Bytes of its weights."""
        raise NotImplementedError

    @abstractmethod
    def for_files(
        self, sources: Sequence[Path], *, check: bool, reporter: Reporter, cancel: CancelToken | None
    ) -> Cleaner:
        """What cleans these files; they are read for it where they must be compared."""
        raise NotImplementedError

    @abstractmethod
    def for_one(self) -> Cleaner:
        """What cleans a picture by itself.

        Raises:
            DataError: it takes several.
        """
        raise NotImplementedError


@final
@dataclass(frozen=True)
class NetworkModel(ReadyModel):
    """A network with its weights.

    Args:
        name: what people type.
        about: what it is for, in one line.
        limits: what it is not for, in one line.
        method: how its network is used.
        ensemble_method: the same as the mean over eight orientations, where the model gains by it.
    """

    method: CleaningMethod
    ensemble_method: CleaningMethod | None = None

    def for_files(
        self, sources: Sequence[Path], *, check: bool, reporter: Reporter, cancel: CancelToken | None
    ) -> Cleaner:
        """Itself: it sees pictures one by one."""
        return self

    def for_one(self) -> Cleaner:
        """Itself."""
        return self

    @property
    def size(self) -> int:
        """Bytes of its file."""
        return self.file.stat().st_size

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


@final
@dataclass(frozen=True)
class ComparisonModel(ReadyModel):
    """Without weights: pictures are compared with each other."""

    @property
    def size(self) -> int:
        """0."""
        return 0

    def for_files(
        self, sources: Sequence[Path], *, check: bool, reporter: Reporter, cancel: CancelToken | None
    ) -> Cleaner:
        """What knows the marks that the pictures share."""
        return MarkRemover.compared(sources, check=check, reporter=reporter, cancel=cancel)

    def for_one(self) -> Cleaner:
        """Nothing.

        Raises:
            DataError: a picture alone does not say what on it is a mark.
        """
        raise DataError("a mark is found by comparing pictures that carry it: give eight or more files, and --out")


@cache
def _network(file: Path) -> UNet:
    try:
        return UNet(read_weights(file))
    except OSError as error:
        raise DataError(f"{file} is not there: install autoencode again") from error


ready_models: Registry[ReadyModel] = Registry("ready-made model", "autoencode list models")

_MODELS: tuple[ReadyModel, ...] = (
    NetworkModel(
        "scan",
        "scanned and photographed pages: stains, folds, shadows, yellow paper, print of the other side",
        "not for photographs, nor for white writing on black; a page unlike those it knows is left as it was",
        clean_page,
    ),
    NetworkModel(
        "noise",
        "photographs with noise in every pixel, such as those of a camera in the dark",
        "not for noise in blotches of many pixels, which a telephone's own smoothing leaves; 10 s a megapixel",
        clean_photograph,
        partial(clean_photograph, ensemble=True),
    ),
    NetworkModel(
        "jpeg",
        "photographs that were saved as JPEG of low quality: blocks, and ripples along edges",
        "not for pictures that were scaled or rotated after they were saved: their blocks are no longer in place",
        clean_photograph,
    ),
    ComparisonModel(
        "marks",
        "a translucent watermark on eight or more pictures of one size, at the same place of each",
        "not for a single picture, nor for marks that are opaque or at another place on each picture",
    ),
)
for _model in _MODELS:
    ready_models.add(_model.name, _model)
