"""Files and folders of text: an example a line."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autoencode.data.arrays.npy import wrap_read_errors
from autoencode.data.examples import Examples, SkippedFile, left_out_note
from autoencode.data.file_kind import FileKind
from autoencode.data.folder_parts import FolderParts, official_split, parts_note
from autoencode.data.formats import file_format
from autoencode.data.images.scan import printable
from autoencode.data.memory import check_fits
from autoencode.data.options import OF_LABELLED, ReadOptions
from autoencode.data.text.byte_pairs import BytePairs
from autoencode.data.text.choose_vocabulary import VOCABULARIES, are_long, vocabulary_that_suits
from autoencode.data.text.symbol_maps import find_maps, map_examples
from autoencode.data.text.vocabulary import (
    MAX_ENTRIES,
    MAX_ENTRY,
    UNKNOWN_TEXT,
    Characters,
    EncodedLines,
    Vocabulary,
    Words,
    clean_line,
)
from autoencode.data.text_encoding import text_encoding
from autoencode.data.values import ValueRange
from autoencode.errors import DataError
from autoencode.storage import open_regular

_SUFFIX = ".txt"
TEXT = FileKind(frozenset({_SUFFIX}))
_MOST_BYTES = 2**28
_TIMES = 30
"""Memory that text takes while it is read, as a multiple of its file."""
_EXPECTED = "a line of text for each example"


@dataclass(frozen=True)
class Lines:
    """The lines of text that hold something.

    Args:
        lines: without spaces around them, and without characters that cannot be printed.
        notes: about how they were read.
    """

    lines: list[str]
    notes: tuple[str, ...] = ()


@file_format(_SUFFIX)
def read_text(path: Path, options: ReadOptions | None = None) -> Examples:
    """Text: a line is an example, such as a sentence or a name; or maps of symbols with empty lines between them.

    Args:
        path: where it lies.
        options: how it is to be read; `tokens` says what it is made of.

    Raises:
        DataError: no text, or no line.
    """
    options = options or ReadOptions()
    options.refuse(path.name, "values", "axes", "channels", "array", *OF_LABELLED)
    if options.symbols != "none" and (maps := find_maps(_read(path)[0])):
        options.refuse(path.name, "tokens")
        return map_examples(maps, options, path.name)
    if options.symbols not in ("auto", "none"):
        raise DataError(
            f"{path.name} holds no maps: expected two or more of one size, of lines of one length, with empty lines "
            "between them"
        )
    return examples_of(read_lines(path), options)


def read_lines(path: Path) -> Lines:
    """The lines of a text file; empty ones are passed over.

    Raises:
        DataError: it cannot be read, is no text, has no line, or is larger than 256 MB.
    """
    text, encoding = _read(path)
    notes = (f"{path.name} is not in UTF-8: read as Windows-1252",) if encoding == "cp1252" else ()
    lines = [line for line in map(clean_line, text.splitlines()) if line]
    if not lines:
        raise DataError(f"{path} holds no line of text: expected {_EXPECTED}")
    return Lines(lines, notes)


def _read(path: Path) -> tuple[str, str]:
    """A text and its encoding."""
    with wrap_read_errors(str(path)), open_regular(path, follow=True) as file:
        size = path.stat().st_size
        if size > _MOST_BYTES:
            raise DataError(f"{path} has {size:,} bytes, and text is read up to {_MOST_BYTES:,}: take a part of it")
        check_fits(_TIMES * size, str(path))
        content = file.read(_MOST_BYTES + 1)
    encoding = text_encoding(content, str(path), _EXPECTED)
    text = content.decode(encoding, errors="replace")
    if sum(not c.isprintable() and not c.isspace() for c in text[:10_000]) > len(text[:10_000]) / 10:
        raise DataError(f"{path} is no text: expected {_EXPECTED}")
    return text, encoding


def holds_maps(source: object) -> bool:
    """Whether a person named a file of text that holds maps."""
    if not isinstance(source, str | Path) or not TEXT.is_source(source) or Path(source).expanduser().is_dir():
        return False
    try:
        return bool(find_maps(_read(Path(source).expanduser())[0]))
    except DataError:  # `load` says why
        return False


def read_text_folder(folder: Path, options: ReadOptions) -> Examples:
    """The lines of all files of text in a folder and its subfolders, in the order of their paths.

    Subfolders called train and test (or validation) are the parts.

    Args:
        folder: where they lie.
        options: as for `read_text`.

    Raises:
        DataError: none of them can be read.
    """
    names = TEXT.files(folder)
    arranged = FolderParts.of(names, options.parts)
    found, skipped, parts = list[Lines](), list(arranged.outside), list[str | None]()
    for place in arranged.order:
        try:
            found.append(read_lines(folder / names[place]))
            parts += [arranged.part_of(place)] * len(found[-1].lines)
        except DataError as error:
            skipped.append(SkippedFile(printable(names[place]), str(error)))
    if not found:
        raise DataError(f"{folder} holds no text that can be read: {skipped[0].reason}")
    notes = tuple(note for each in found for note in each.notes)
    together = Lines([line for each in found for line in each.lines], notes)
    n = len(together.lines)
    counted = f"{n:,} lines of {len(found):,} file{'s' if len(found) > 1 else ''} of text"
    examples = examples_of(together, options, (counted, *parts_note(parts, "lines")), tuple(skipped))
    return replace(examples, official=official_split(parts), options={**examples.options, "parts": options.parts})


def examples_of(
    read: Lines, options: ReadOptions, notes: tuple[str, ...] = (), skipped: tuple[SkippedFile, ...] = ()
) -> Examples:
    """Lines as examples: rows of tokens as long as the longest line, with the vocabulary of all of them.

    Args:
        read: the lines.
        options: how they are to be read; `tokens` says what they are made of.
        notes: further ones.
        skipped: files that were left out.
    """
    kind = vocabulary_that_suits(read.lines) if options.tokens == "auto" else VOCABULARIES[options.tokens]
    split = [kind.split(line) for line in read.lines]
    length = min(kind.longest, max(map(len, split))) + 1
    vocabulary = kind.of(split)
    encoded = vocabulary.encode(split, length)
    return Examples(
        x=encoded.tokens,
        values=ValueRange.RAW,
        vocabulary=vocabulary,
        notes=(
            *notes,
            *read.notes,
            *_notes(kind, split, read.lines, options),
            *_unknown_note(kind, encoded),
            *left_out_note(skipped),
        ),
        skipped=skipped,
        options={"tokens": kind.option},
        owned=True,
    )


def _unknown_note(kind: type[Vocabulary], encoded: EncodedLines) -> tuple[str, ...]:
    n = len(encoded.unknown)
    if not n:
        return ()
    are = f"1 of the {kind.noun} is" if n == 1 else f"{n:,} {kind.noun} are"
    return (
        f"{are} read as {UNKNOWN_TEXT}: longer than {MAX_ENTRY} characters, or beyond the {MAX_ENTRIES:,} most "
        "frequent",
    )


def _notes(
    kind: type[Vocabulary], split: Sequence[Sequence[str]], lines: Sequence[str], options: ReadOptions
) -> tuple[str, ...]:
    say = _other_ways(kind, lines) if options.tokens == "auto" else ""
    longest = max(map(len, split))
    found = [f"read as text, a line an example, made of {kind.noun}{say}"]
    if longest > kind.longest:
        n = sum(len(line) > kind.longest for line in split)
        found.append(f"{n:,} lines are longer than {kind.longest} {kind.cut_by} and are cut there")
    if repeated := len(lines) - len(set(lines)):
        found.append(f"{repeated:,} lines repeat another one, which may then be in two parts")
    return tuple(found)


def _other_ways(kind: type[Vocabulary], lines: Sequence[str]) -> str:
    """What else a person could say, where lines were read as words or as characters."""
    other = Characters if kind is Words else Words
    if kind is Characters and are_long(lines):
        return (
            f" (say --tokens {BytePairs.option} for parts of words, as suits languages without spaces, or {other.noun})"
        )
    return f" (say --tokens {other.option} for the other way)"
