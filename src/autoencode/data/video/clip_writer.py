"""A clip written to a file, a frame at a time."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from jaxtyping import UInt8

from autoencode.data.images.picture import UnreadableError
from autoencode.data.images.picture_writer import MARK
from autoencode.data.video.clip import ClipHeader, open_clip, pyav
from autoencode.errors import DataError

_CONTAINERS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska"}
_LIMITED = 1
"""Brightness from 16 to 235, as video software expects."""


def output_clip_name(name: Path, *, lossless: bool) -> Path:
    """The name under which a copy of a clip is written: its own, or one in .mp4; without loss, one in .mkv.

    Example:
        >>> [str(output_clip_name(Path(name), lossless=False)) for name in ("a.MOV", "b/c.avi")]
        ['a.MOV', 'b/c.mp4']
    """
    if lossless:
        return name.with_suffix(".mkv")
    return name if name.suffix.lower() in _CONTAINERS else name.with_suffix(".mp4")


class ClipWriter:
    """Takes frames in order; make one with `open_clip_writer`.

    Args:
        container: of PyAV, open for writing.
        header: of the clip that it is a copy of.
        source: the clip's file, whose sound is copied; None for silence.
        lossless: FFV1, in place of H.264 of constant quality 17.
    """

    def __init__(self, container: Any, header: ClipHeader, source: Path | None, *, lossless: bool) -> None:
        self._container, self._header = container, header
        container.metadata["comment"] = MARK.decode()
        self._stream = _stream(container, header, lossless=lossless)
        self._sound = _Sound(container, source) if source else None
        self._next = 0

    @property
    def notes(self) -> tuple[str, ...]:
        """What of the clip is not copied."""
        return self._sound.notes if self._sound else ()

    def add(self, pixels: UInt8[np.ndarray, "channels height width"], time: int | None) -> None:
        """Writes a frame of one channel or three, to be shown at `time` in units of the header's `time_base`."""
        av, header, stream = pyav(), self._header, self._stream
        time = self._next if time is None else max(time, self._next)
        self._next = time + 1
        colour = np.broadcast_to(pixels, (3, *pixels.shape[1:]))
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(colour.transpose(1, 2, 0)), format="rgb24")
        if stream.pix_fmt != "bgr0":
            matrix, limited = _matrix(header), _LIMITED
            frame = frame.reformat(format=stream.pix_fmt, dst_colorspace=matrix, dst_color_range=limited)
        frame.pts, frame.time_base = time, header.time_base
        if self._sound:
            self._sound.copy_until(time * header.time_base)
        self._container.mux(stream.encode(frame))

    def close(self) -> None:
        """Writes what is left: the sound, and frames that the encoder held back."""
        self._container.mux(self._stream.encode(None))
        if self._sound:
            self._sound.copy_until(None)


@contextmanager
def open_clip_writer(
    file: BinaryIO, suffix: str, header: ClipHeader, source: Path | None = None, *, lossless: bool = False
) -> Generator[ClipWriter]:
    """A writer of a copy of a clip: of its size, its times and what its colours mean, with its sound.

    H.264 has half as many colours as pixels a side, which all software plays, unless a side is odd: then as many.

    Args:
        file: open for writing in bytes.
        suffix: of the file's name, with its dot.
        header: of the clip.
        source: the clip's file, whose sound is copied as it is; None for silence.
        lossless: every value as it is, for editing: FFV1.

    Raises:
        DataError: the encoder refuses it.
        OSError: the file cannot be written.
    """
    av = pyav()
    try:
        with av.open(file, "w", format=_CONTAINERS[suffix.lower()]) as container:
            writer = ClipWriter(container, header, source, lossless=lossless)
            yield writer
            writer.close()
    except av.error.FFmpegError as error:
        raise DataError(f"cannot be written as a clip: {error.strerror}") from error


class _Sound:
    """The sound of a clip, copied packet by packet in step with its pictures."""

    def __init__(self, container: Any, source: Path) -> None:
        self._container = container
        self.notes: tuple[str, ...] = ()
        self._streams = dict[int, Any]()
        with open_clip(source) as clip:
            for stream in clip.streams.audio:
                if stream.codec_context and stream.codec_context.name in container.supported_codecs:
                    self._streams[stream.index] = container.add_stream_from_template(stream)
                else:
                    self.notes = ("its sound is of a kind that this file cannot hold, and is left out",)
        self._packets = self._read(source) if self._streams else iter(())
        self._waiting: Any = None

    def copy_until(self, seconds: Fraction | None) -> None:
        """Copies the sound before a time, or all that is left."""
        while (packet := self._waiting or next(self._packets, None)) is not None:
            self._waiting = packet
            if seconds is not None and packet.dts * packet.time_base > seconds:
                return
            packet.stream = self._streams[packet.stream.index]
            self._container.mux(packet)
            self._waiting = None

    def _read(self, source: Path) -> Iterator[Any]:
        try:
            with open_clip(source) as clip:
                for packet in clip.demux([clip.streams[index] for index in self._streams]):
                    if packet.dts is not None:
                        yield packet
        except UnreadableError as error:
            self.notes = (*self.notes, f"its sound ends early: {error}")


def _stream(container: Any, header: ClipHeader, *, lossless: bool) -> Any:
    even = header.height % 2 == 0 and header.width % 2 == 0
    kind, options = ("ffv1", {}) if lossless else ("libx264", {"crf": "17"})
    stream = container.add_stream(kind, rate=header.rate, options=options)
    stream.width, stream.height = header.width, header.height
    stream.pix_fmt = "bgr0" if lossless else "yuv420p" if even else "yuv444p"
    stream.time_base = stream.codec_context.time_base = header.time_base
    stream.codec_context.sample_aspect_ratio = header.aspect
    if not lossless:
        primaries, transfer, _ = header.colours
        stream.codec_context.color_primaries, stream.codec_context.color_trc = primaries, transfer
        stream.codec_context.colorspace, stream.codec_context.color_range = _matrix(header), _LIMITED
    return stream


def _matrix(header: ClipHeader) -> int:
    """How brightness and colour are mixed from red, green and blue: the clip's way, or what is usual (2)."""
    return header.colours[2] or 2
