"""One clip from an untrusted file, a frame at a time."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import UInt8

from autoencode.data.extras import import_extra
from autoencode.data.images.picture import UnreadableError
from autoencode.errors import AutoencodeError
from autoencode.storage import open_regular

_ENDINGS = "3gp avi flv m2ts m4v mkv mov mp4 mpeg mpg mts ogv ts webm wmv y4m"
_DEMUXERS = "mov,matroska,webm,avi,mpeg,mpegts,asf,flv,ogg,yuv4mpegpipe"
"""Those that read one file; a playlist would open others, wherever they are."""
_MOST_PIXELS = 2**26
"""Of one frame: twice those of 8K."""

Pixels = UInt8[np.ndarray, "channels height width"]


class ClipHeader(NamedTuple):
    """What a clip's file says about itself, and its first frame.

    Args:
        height: in pixels, once it stands upright.
        width: in pixels, once it stands upright.
        frames: about how many there are.
        rate: frames a second.
        time_base: the unit of `Frame.time`, in seconds.
        grey: whether it can hold nothing but grey.
        aspect: width of a pixel over its height, once it stands upright.
        colours: what its colours mean: primaries, transfer and matrix, as numbers of ITU-T H.273.
        notes: what is lost in reading, a line each.
    """

    height: int
    width: int
    frames: int
    rate: Fraction
    time_base: Fraction
    grey: bool
    aspect: Fraction = Fraction(1)
    colours: tuple[int, int, int] = (2, 2, 2)
    notes: tuple[str, ...] = ()


class Frame(NamedTuple):
    """One picture of a clip.

    Args:
        pixels: (3, height, width), upright.
        time: when it is shown, in units of the clip's `time_base`; None where the file does not say.
    """

    pixels: Pixels
    time: int | None


def clip_suffixes() -> frozenset[str]:
    """The endings of clips' file names, in lower case and with their dot."""
    return frozenset(f".{ending}" for ending in _ENDINGS.split())


def is_clip(path: Path) -> bool:
    """Whether a file is a clip by its name."""
    return path.suffix.lower() in clip_suffixes()


def pyav() -> ModuleType:
    """PyAV, which reads and writes clips.

    Raises:
        CapabilityError: it is not installed.
    """
    return import_extra("av", "clips are read and written by PyAV")


def read_clip_header(path: Path) -> ClipHeader:
    """Reads what a clip says about itself, and decodes its first frame.

    Raises:
        UnreadableError: no clip, one without pictures, one of more than 67 million pixels a frame, or no PyAV.
    """
    with open_clip(path) as container:
        stream = container.streams.video[0]
        first = _first(container)
        sideways = first.rotation % 180 == 90
        height, width = (first.width, first.height) if sideways else (first.height, first.width)
        aspect = Fraction(stream.codec_context.sample_aspect_ratio or 1) or Fraction(1)
        rate = Fraction(stream.average_rate or stream.guessed_rate or 25)
        deep = max(component.bits for component in first.format.components) > 8
        return ClipHeader(
            height=height,
            width=width,
            frames=_count(path, container, rate),
            rate=rate,
            time_base=Fraction(stream.time_base),
            grey=len(first.format.components) == 1 and not first.format.has_palette,
            aspect=1 / aspect if sideways else aspect,
            colours=(int(first.color_primaries), int(first.color_trc), int(first.colorspace)),
            notes=("more than 8 bits a channel became 8",) if deep else (),
        )


def read_frames(path: Path) -> Iterator[Frame]:
    """The frames of a clip in the order in which they are shown, upright; no more than one is held.

    Raises:
        UnreadableError: no clip, a damaged one, or one whose frames differ in size.
    """
    with open_clip(path) as container:
        shape = None
        for frame in container.decode(container.streams.video[0]):
            pixels = _upright(frame.to_ndarray(format="rgb24"), frame.rotation)
            if pixels.shape != (shape or pixels.shape):
                raise UnreadableError("its frames change their size on the way, which is not read")
            shape = pixels.shape
            yield Frame(pixels, frame.pts)


@contextmanager
def open_clip(path: Path) -> Generator[Any]:
    """Opens a clip that has pictures; whatever goes wrong inside the block becomes `UnreadableError`."""
    try:
        av = pyav()
        allowed = {"format_whitelist": _DEMUXERS, "protocol_whitelist": "file"}
        open_regular(path, follow=True).close()  # FFmpeg would wait for ever at a pipe
        with av.open(f"file:{path}", options=allowed, metadata_errors="replace") as container:
            if not container.streams.video:
                raise UnreadableError("a clip without pictures")
            stream = container.streams.video[0]
            if stream.codec_context is None:
                raise UnreadableError("pictures of a kind that is not read")
            if stream.width * stream.height > _MOST_PIXELS:
                raise UnreadableError(f"frames of more than {_MOST_PIXELS:,} pixels, too many to be safe")
            stream.thread_type = "AUTO"
            yield container
    except UnreadableError:
        raise
    except AutoencodeError as error:
        raise UnreadableError(str(error)) from error
    except Exception as error:  # hostile files make FFmpeg raise almost anything
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise UnreadableError(f"no clip, or a damaged one: {reason.splitlines()[0]}") from error


def _first(container: Any) -> Any:
    for frame in container.decode(container.streams.video[0]):
        return frame
    raise UnreadableError("a clip without frames")


def _count(path: Path, container: Any, rate: Fraction) -> int:
    """How many frames there are by the file's table, by its length, or by going through it."""
    stream = container.streams.video[0]
    if stream.frames > 0:
        return stream.frames
    if container.duration:
        return max(1, round(container.duration / 1_000_000 * rate))
    with open_clip(path) as again:
        return sum(packet.size > 0 for packet in again.demux(again.streams.video[0]))


def _upright(pixels: np.ndarray, rotation: int) -> Pixels:
    """(height, width, 3) rotated as the file says, a quarter at a time, with the channels first."""
    rotated = np.rot90(pixels, round(rotation / 90)) if rotation else pixels
    return np.ascontiguousarray(rotated.transpose(2, 0, 1))
