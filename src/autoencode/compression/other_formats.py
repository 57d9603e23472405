"""What the same pictures take in other formats: PNG, WebP, JPEG XL and xz without loss, JPEG and WebP with it."""

import importlib
import io
import lzma
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from autoencode.compression.container import DamagedError, Json
from autoencode.compression.originals import Bytes

_LOSSLESS: dict[str, tuple[str, dict[str, Any]]] = {
    "PNG": ("PNG", {"optimize": True}),
    "WebP": ("WEBP", {"lossless": True}),
    "JPEG XL": ("JXL", {"lossless": True, "effort": 7}),
}
_LOSSY: dict[str, tuple[str, dict[str, Any]]] = {
    "JPEG": ("JPEG", {"optimize": True, "subsampling": "4:2:0"}),
    "WebP": ("WEBP", {}),
}
_XZ = "xz"
_QUALITIES = 7
"""Halvings by which a quality from 1 to 95 is found."""


@dataclass(frozen=True)
class Comparison:
    """Bytes of the same pictures in this and in other formats.

    Args:
        values: of the pictures.
        whole: whether they are all that was compressed, or a sample of it.
        own: bytes that they take here, without the model.
        others: bytes in each other format; with loss, at no lower PSNR.
        missing: formats that this computer cannot write.
    """

    values: int
    whole: bool
    own: int
    others: dict[str, int]
    missing: tuple[str, ...] = ()

    @property
    def lines(self) -> list[str]:
        """A line for each format."""
        of = "the same pictures" if self.whole else f"a sample of {self.values:,} values"
        lines = [f"{'here':8} {self.own:12,} bytes, of {of}"]
        lines += [
            f"{name:8} {size:12,} bytes, {size / max(1, self.own) - 1:+.0%}" for name, size in self.others.items()
        ]
        return lines + [f"{name:8} not measured: pip install pillow-jxl-plugin" for name in self.missing]

    def to_json(self) -> Json:
        """As JSON can hold it."""
        return {
            "values": self.values,
            "whole": self.whole,
            "own": self.own,
            "others": self.others,
            "missing": list(self.missing),
        }

    @classmethod
    def from_json(cls, found: object) -> "Comparison":
        """The inverse of `to_json`.

        Raises:
            DamagedError: it makes no sense.
        """
        match found:
            case {
                "values": int(values),
                "whole": bool(whole),
                "own": int(own),
                "others": dict(others),
                "missing": list(missing),
            }:
                names = [str(name) for name in missing]
                if all(isinstance(name, str) and isinstance(size, int) for name, size in others.items()):
                    return cls(values, whole, own, {str(name): size for name, size in others.items()}, tuple(names))
            case _:
                pass
        raise DamagedError("the comparison with other formats in it is damaged")


class Sample:
    """Every picture, or every second, fourth, … where they are many.

    Args:
        most: values that are kept, about.
        side: rows and columns of the middle of a large picture that are kept.
    """

    def __init__(self, most: int = 2_000_000, side: int = 1_024) -> None:
        self.pictures, self.whole = list[Bytes](), True
        self._most, self._side, self._every, self._seen = most, side, 1, 0

    def add(self, pixels: Bytes) -> None:
        """A picture, (height, width) or (height, width, 3)."""
        self._seen += 1
        if (self._seen - 1) % self._every:
            return
        rows, columns = (slice(max(0, side - self._side) // 2, (side + self._side) // 2) for side in pixels.shape[:2])
        self.pictures.append(np.ascontiguousarray(pixels[rows, columns]))
        self.whole = self.whole and self.pictures[-1].shape == pixels.shape
        while len(self.pictures) > 1 and self.values > self._most:
            self.pictures, self._every, self.whole = self.pictures[::2], 2 * self._every, False

    @property
    def values(self) -> int:
        """Of the pictures that are kept."""
        return sum(pixels.size for pixels in self.pictures)


def compare_lossless(pictures: Sequence[Bytes], own: int, *, whole: bool, levels: int = 256) -> Comparison:
    """Sizes in formats without loss: a file for each picture, and all pixels together in xz.

    Args:
        pictures: (height, width) or (height, width, 3) each; none where the data are no pictures.
        own: bytes that they take here.
        whole: whether they are all.
        levels: of a value: 256, or 2.
    """
    others, missing = dict[str, int](), list[str]()
    for name, (form, settings) in _LOSSLESS.items():
        if form == "JXL" and not has_jpeg_xl():
            missing.append(name)
        else:
            others[name] = sum(len(_written(pixels, form, settings, levels)) for pixels in pictures)
    raw = b"".join((np.packbits(pixels > 0) if levels == 2 else pixels).tobytes() for pixels in pictures)
    others[_XZ] = len(lzma.compress(raw, preset=6))
    return Comparison(sum(pixels.size for pixels in pictures), whole, own, others, tuple(missing))


def compare_lossy(pictures: Sequence[Bytes], back: Sequence[Bytes], own: int, *, whole: bool) -> Comparison:
    """Sizes in formats with loss, of each picture at the lowest quality whose PSNR is not below that of `back`."""
    others = dict[str, int]()
    for name, (form, settings) in _LOSSY.items():
        others[name] = sum(
            _size_at(pixels, _error(pixels, found), form, settings)
            for pixels, found in zip(pictures, back, strict=True)
        )
    return Comparison(sum(pixels.size for pixels in pictures), whole, own, others)


def _size_at(pixels: Bytes, error: float, form: str, settings: dict[str, Any]) -> int:
    def written(quality: int) -> bytes:
        return _written(pixels, form, settings | {"quality": quality})

    def good(quality: int) -> bool:
        mode = "L" if pixels.ndim == 2 else "RGB"
        return _error(pixels, np.asarray(Image.open(io.BytesIO(written(quality))).convert(mode))) <= error

    return len(written(_lowest(good)))


def _lowest(good: Callable[[int], bool]) -> int:
    """The lowest quality that is good enough, or 95."""
    low, high = 1, 95
    for _ in range(_QUALITIES):
        middle = (low + high) // 2
        low, high = (low, middle) if good(middle) else (min(middle + 1, high), high)
    return high


def _error(x: Bytes, y: Bytes) -> float:
    return float(((x.astype(np.float64) - y) ** 2).mean())


def _written(pixels: Bytes, form: str, settings: dict[str, Any], levels: int = 256) -> bytes:
    written, image = io.BytesIO(), Image.fromarray(pixels)
    (image.convert("1") if levels == 2 and form == "PNG" else image).save(written, form, **settings)
    return written.getvalue()


def has_jpeg_xl() -> bool:
    """Whether Pillow can write JPEG XL, by its plugin."""
    try:
        importlib.import_module("pillow_jxl")
    except ImportError:
        return False
    return True
