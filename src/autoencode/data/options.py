"""What a person says about how examples are to be read."""

import re
from collections.abc import Sequence
from dataclasses import MISSING, dataclass, fields
from pathlib import Path

from autoencode.data.arrays.layout import AxisOrder, Channels
from autoencode.data.text.choose_vocabulary import VOCABULARIES
from autoencode.data.values import ValueRange
from autoencode.errors import ArgumentError

Size = str | int | Sequence[int] | None
_LONGEST_SIDE = 65_535
_COLOURS = ("auto", "grey", "rgb")
_REGIONS = "regions"
_TARGETS = ("pictures", "masks", "objects")
VOICES = ("tune", "chords")
"""Which voices of music are read."""
GRIDS = {"quarter": 1, "8th": 2, "16th": 4}
"""Steps of a quarter note, by the name of a step of music."""
_MOST_WINDOW = 256
"""Past or future frames of a window."""
_RATES, _SECONDS = (1_000, 192_000), (0.05, 60.0)
"""Of examples of sound."""
_FLAGS = {"channels": "--channels-are", "target_is": "--target-is", "sample_rate": "--sample-rate"}
OF_LABELLED = ("labels", "unlabelled", "parts")
"""Options of sources that can hold labels and parts."""


@dataclass(frozen=True)
class ReadOptions:
    """How examples are to be read; whatever is left at its default is decided from the data.

    Args:
        values: what stored numbers mean.
        axes: which axis of an array is what.
        channels: what the channels of an array's pictures are.
        labels: "auto" for those that the data bring, "none", or where they are: a column of a table, an array of an
            archive, or a .csv file of the names of pictures and their classes.
        unlabelled: the label that means none, as text.
        parts: "auto" keeps the parts that the data bring, "random" divides all examples at random, and "regions"
            divides regions of the pictures that are cut into patches.
        size: (height, width) to which pictures in files are fitted.
        colour: "grey" or "rgb" for pictures in files; "auto" is grey if every picture is.
        target: a folder of what should be made of each picture; of a file of several arrays, the name of the array.
        target_is: "pictures", "masks", or "objects" for masks that number their objects.
        patch: the side of the patches that pictures are cut into, in pixels.
        frames: how many frames of a clip, or slices of a volume, a model is given at a time.
        past: of windows of frames, how many are known; None for what suits them.
        future: of windows of frames, how many come next; None where examples are no windows of frames.
        only: the names of the pictures of a folder that are read; None for all.
        array: the name of the array of examples, in a file of several; of a table a column of text.
        attributes: a .csv file with a column for each attribute of the pictures.
        fit: how pictures of other proportions are fitted to the size: "crop" cuts off at the edges, "letterbox" keeps
            all of a picture between black bars.
        tokens: what lines of text are made of: "words", "characters", "byte-pairs", or "auto" for what
            suits them.
        voices: "tune" for the highest voice of music, "chords" for all of them, or "auto" for what suits it.
        grid: a step of music: "quarter", "8th", "16th", or "auto" for what suits it.
        bars: how many bars of a piece an example has; None for what suits it.
        symbols: of maps in a text, in the order of their planes; "auto" takes those that occur, and "none" reads lines.
        sample_rate: samples a second to which recordings are converted; None for what suits them.
        seconds: the length of an example of sound; None for what suits them.

    Raises:
        ArgumentError: a value without a meaning, or options that exclude each other.
    """

    values: ValueRange | None = None
    axes: AxisOrder | None = None
    channels: Channels | None = None
    labels: str = "auto"
    unlabelled: str | None = None
    parts: str = "auto"
    size: tuple[int, int] | None = None
    colour: str = "auto"
    target: Path | None = None
    target_is: str = "pictures"
    patch: int | None = None
    frames: int | None = None
    past: int | None = None
    future: int | None = None
    only: frozenset[str] | None = None
    array: str | None = None
    fit: str = "crop"
    attributes: Path | None = None
    tokens: str = "auto"
    voices: str = "auto"
    grid: str = "auto"
    bars: int | None = None
    symbols: str = "auto"
    sample_rate: int | None = None
    seconds: float | None = None

    def __post_init__(self) -> None:
        _check_choice("parts", self.parts, ("auto", "random", _REGIONS))
        _check_choice("colour", self.colour, _COLOURS)
        _check_choice("fit", self.fit, ("crop", "letterbox"))
        _check_choice("tokens", self.tokens, ("auto", *VOCABULARIES))
        _check_choice("target_is", self.target_is, _TARGETS)
        _check_choice("voices", self.voices, ("auto", *VOICES))
        _check_choice("grid", self.grid, ("auto", *GRIDS))
        if self.bars is not None and self.bars < 1:
            raise ArgumentError(f"--bars takes how many bars an example has, at least 1, not {self.bars}")
        if self.sample_rate is not None and not _RATES[0] <= self.sample_rate <= _RATES[1]:
            raise ArgumentError(f"--sample-rate takes samples a second, from 1,000 to 192,000, not {self.sample_rate}")
        if self.seconds is not None and not _SECONDS[0] <= self.seconds <= _SECONDS[1]:
            raise ArgumentError(f"--seconds takes how long an example of sound is, 0.05 to 60, not {self.seconds:g}")
        if len(set(self.symbols)) < len(self.symbols) and self.symbols not in ("auto", "none"):
            raise ArgumentError(f"--symbols takes each symbol of a map once, such as WFD, not {self.symbols!r}")
        if self.labels == "none" and self.unlabelled is not None:
            raise ArgumentError("--labels none uses no labels: leave --unlabelled out")
        if self.patch is not None and self.patch < 1:
            raise ArgumentError(f"--patch takes the side of a patch in pixels, at least 1, not {self.patch}")
        if self.patch and self.size:
            raise ArgumentError("--patch cuts pictures at their full size: leave --size out")
        if self.by_region and not self.patch:
            raise ArgumentError("--parts regions divides pictures that are cut into patches: give --patch, such as 96")
        for name, count in (("--past", self.past), ("--future", self.future)):
            if count is not None and not 1 <= count <= _MOST_WINDOW:
                raise ArgumentError(f"{name} takes how many frames, from 1 to {_MOST_WINDOW}, not {count}")
        if self.past is not None and self.future is None:
            raise ArgumentError("--past goes with --future, how many frames come next")
        if self.frames is not None and (self.frames < 1 or self.frames % 2 == 0):
            raise ArgumentError(
                f"--frames takes an odd number: a frame, and as many before as after it, not {self.frames}"
            )

    @property
    def has_masks(self) -> bool:
        """Whether targets are masks."""
        return self.target_is != _TARGETS[0]

    @property
    def by_region(self) -> bool:
        """Whether parts are regions of pictures, so that every picture is learned from."""
        return self.parts == _REGIONS

    @property
    def label_source(self) -> str | None:
        """Where the labels are, if a person said so."""
        return None if self.labels in ("auto", "none") else self.labels

    def refuse(self, what: str, *names: str) -> None:
        """Raises where options were given that mean nothing for this source.

        Args:
            what: the source, as "this array" or a file's name.
            names: of the fields that mean nothing.

        Raises:
            ArgumentError: names them all.
        """
        defaults = {field.name: None if field.default is MISSING else field.default for field in fields(self)}
        given = [_FLAGS.get(name, f"--{name}") for name in names if getattr(self, name) != defaults[name]]
        if given:
            verb, them = ("do", "them") if given[1:] else ("does", "it")
            raise ArgumentError(f"{' and '.join(given)} {verb} not apply to {what}: leave {them} out")


def _check_choice(name: str, given: str, choices: tuple[str, ...]) -> None:
    if given not in choices:
        flag = _FLAGS.get(name, f"--{name}")
        raise ArgumentError(f"{flag} takes {', '.join(choices)}, not {given!r}")


def read_size(size: Size) -> tuple[int, int] | None:
    """A height and a width from what a person gave.

    Args:
        size: (height, width), one number for a square, text such as "64x96" (height x width), or None.

    Returns:
        (height, width) in pixels, or None.

    Raises:
        ArgumentError: anything else.

    Example:
        >>> read_size("64x96"), read_size(32), read_size(None)
        ((64, 96), (32, 32), None)
    """
    if size is None:
        return None
    sides = _sides(size)
    if not 1 <= len(sides) <= 2 or not all(1 <= side <= _LONGEST_SIDE for side in sides):
        raise ArgumentError(f"--size takes height x width in pixels, such as 64x64, not {size!r}")
    return sides[0], sides[-1]


def _sides(size: str | int | Sequence[int]) -> tuple[int, ...]:
    if isinstance(size, int):
        return (size,)
    if isinstance(size, str):
        return tuple(int(side) for side in size.lower().split("x")) if re.fullmatch(r"\d+(x\d+)?", size, re.I) else ()
    return tuple(size)
