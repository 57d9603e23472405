"""Pictures, and patches of clips."""

from abc import ABC
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

from jaxtyping import Shaped
from torch import Tensor

from autoencode.data.modality.contract import Modality
from autoencode.data.values import ValueRange


@dataclass(frozen=True)
class ImageModality(Modality, ABC):
    """Examples of shape (channels, height, width), with values between 0 and 1 unless they are no brightness."""

    recipe_kind = "images"
    network = "conv"
    n_compared = 20
    drawable = spatial = resizable = can_augment = bounded = True
    values: ValueRange = ValueRange.BYTES
    """What 0 and 1 stand for in the data."""

    @property
    def channels(self) -> int:
        """How many channels there are."""
        return self.data_shape[0]

    @property
    def fits_picture_files(self) -> bool:
        """Whether the channels are grey or colours, and the values brightness of 8 bits."""
        return self.channels in (1, 3) and self.display_range == (0.0, 1.0) and self.values == ValueRange.BYTES

    def in_data_units(
        self, x: Shaped[Tensor, "... channels height width"]
    ) -> Shaped[Tensor, "... channels height width"]:
        """The numbers that stand for these in the data: 0 to 65,535 for pictures of 16 bits; those of 8 bits stay."""
        low, high = self.values.low, self.values.high
        return x if self.values == ValueRange.BYTES or low is None or high is None else x * (high - low) + low

    def shown(self, x: Shaped[Tensor, "... channels height width"]) -> Shaped[Tensor, "... colours height width"]:
        """Pictures as they are drawn: the first three of other channels (of two the first), in the display range."""
        if self.channels not in (1, 3):
            x = x[..., : 3 if self.channels > 3 else 1, :, :]
        low, high = self.display_range
        return x if (low, high) == (0.0, 1.0) else ((x - low) / (high - low)).clamp(0, 1)

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        return self.data_shape[1], self.data_shape[2]

    @property
    def description(self) -> str:
        """Kind and size in a few words, such as "grey pictures of 28x28"."""
        kinds = {1: f"grey {self.noun}", 3: f"colour {self.noun}"}
        kind = kinds.get(self.channels, f"{self.noun} with {self.channels} channels")
        return f"{kind} of {self.data_shape[1]}x{self.data_shape[2]}"


@final
@dataclass(frozen=True)
class Pictures(ImageModality):
    """Pictures, or patches of them."""

    noun = unit = "pictures"

    @classmethod
    def match(
        cls, data_shape: tuple[int, ...], options: Mapping[str, Any], display_range: tuple[float, float]
    ) -> "Modality | None":
        """Any examples with three axes, unless they are patches of clips."""
        return cls(data_shape, display_range, _deep_values(options)) if len(data_shape) == 3 else None


@final
@dataclass(frozen=True)
class Clips(ImageModality):
    """Patches of a clip's frames; the same patch of the frames before and after may be given as context.

    Args:
        data_shape: (channels, height, width) of a patch of one frame.
        display_range: the numbers that are drawn black and white.
        frames: how many frames the model is given at a time, the one to reconstruct included.
    """

    noun = "frames"
    unit = "blocks of frames"
    frames: int = 1

    @classmethod
    def match(
        cls, data_shape: tuple[int, ...], options: Mapping[str, Any], display_range: tuple[float, float]
    ) -> "Modality | None":
        """Examples with three axes that were loaded with the option `frames`."""
        frames = options.get("frames")
        return cls(data_shape, display_range, frames=int(frames)) if frames and len(data_shape) == 3 else None


@final
@dataclass(frozen=True)
class FrameWindows(ImageModality):
    """Past frames, one after the other along the channels; what comes next is their target.

    Args:
        data_shape: (past · channels, height, width).
        display_range: the numbers that are drawn black and white.
        past: frames.
        future: frames that come next.
    """

    noun = unit = "windows of frames"
    recipe_kind = "frames"
    resizable = False
    past: int = 1
    future: int = 1

    @classmethod
    def match(
        cls, data_shape: tuple[int, ...], options: Mapping[str, Any], display_range: tuple[float, float]
    ) -> "Modality | None":
        """Examples with three axes that were loaded with the option `future`."""
        past, future = options.get("past"), options.get("future")
        if not past or not future or len(data_shape) != 3 or data_shape[0] % int(past):
            return None
        return cls(data_shape, display_range, past=int(past), future=int(future))

    @property
    def frame_channels(self) -> int:
        """Channels of one frame."""
        return self.data_shape[0] // self.past

    @property
    def fits_picture_files(self) -> bool:
        """Never: a window is several pictures."""
        return False

    def shown(self, x: Shaped[Tensor, "... channels height width"]) -> Shaped[Tensor, "... colours height width"]:
        """The last frame, of the past or of what comes next."""
        return x[..., -self.frame_channels :, :, :]

    @property
    def description(self) -> str:
        """Kind and size in a few words, such as "windows of 5 + 10 colour frames of 48x96"."""
        kind = "grey" if self.frame_channels == 1 else "colour"
        return f"windows of {self.past} + {self.future} {kind} frames of {self.data_shape[1]}x{self.data_shape[2]}"


def _deep_values(options: Mapping[str, Any]) -> ValueRange:
    """What 0 and 1 stand for where a picture of 8 bits cannot hold it; 0-255 otherwise."""
    named = options.get("values")
    values = ValueRange.BYTES if named in (None, "auto") else ValueRange.parse(str(named))
    return ValueRange.BYTES if values.high is None or values == ValueRange.UNIT else values
