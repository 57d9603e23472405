"""What run.json says of a run: typed, and checked before anything uses it."""

import json
import math
from dataclasses import asdict
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    create_model,
    model_validator,
)

from autoencode._version import __version__
from autoencode.data import Dataset, Standardisation, ValueRange, load
from autoencode.data.masks.find_classes import MOST_CLASSES
from autoencode.data.masks.mask_classes import MaskClasses, MaskKind
from autoencode.data.masks.outlines import OBJECT_NAMES
from autoencode.data.music.notes import Notes
from autoencode.data.standardisation import MAX_COLUMNS
from autoencode.data.tables.columns import CategoryColumn, Column, Columns, NumberColumn
from autoencode.data.text.byte_pairs import BYTES, BytePairs
from autoencode.data.text.choose_vocabulary import VOCABULARIES
from autoencode.data.text.vocabulary import MAX_ENTRIES, MAX_ENTRY, Vocabulary
from autoencode.errors import RunError
from autoencode.recipes.options import DATA_OPTIONS
from autoencode.runs.checked import Checked, Count, Line, Name, Number, Page, Plain, Side, check, one_line, plain_items
from autoencode.runs.json_text import parse_json
from autoencode.runs.origin import is_signed, sign
from autoencode.runs.plain_file import read_plain
from autoencode.runs.plan import Plan
from autoencode.runs.verdict import Verdict
from autoencode.settings import Settings
from autoencode.storage import RUN_FILE, is_run_folder

FORMAT = 2
_MAX_BYTES = 2**24
_MAX_VALUES = 2**24
_MAX_CLASSES, _MAX_LINES, _MAX_ATTRIBUTES = 100_000, 1_000, 1_000


class Status(StrEnum):
    """How a training stands."""

    RUNNING = "running"
    COMPLETE = "complete"
    STOPPED_EARLY = "stopped early"
    INTERRUPTED = "interrupted"
    DIVERGED = "diverged"


class Versions(Checked):
    """What the numbers may depend on.

    Args:
        python: its version.
        torch: its version.
        platform: operating system and processor.
    """

    python: Name
    torch: Name
    platform: Name


class SplitSizes(Checked):
    """How many examples each part of the data has."""

    train: Count
    validation: Count
    test: Count


class SkippedRecord(Checked):
    """A file that was left out of the data, and why."""

    file: Line
    reason: Line
    count: Count = 1


def _small_enough(shape: tuple[int, ...]) -> tuple[int, ...]:
    if math.prod(shape) > _MAX_VALUES:
        raise ValueError(f"should have at most {_MAX_VALUES:,} values")
    return shape


def _value_range(value: Any) -> ValueRange:
    return value if isinstance(value, ValueRange) else ValueRange.parse(str(value))


def _positive(scales: tuple[float, ...]) -> tuple[float, ...]:
    if min(scales) <= 0:
        raise ValueError("should be above 0")
    return scales


def _distinct(names: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(set(names)) < len(names):
        raise ValueError("should be different from each other")
    return names


def _rising(display_range: tuple[float, float]) -> tuple[float, float]:
    if not display_range[0] < display_range[1]:
        raise ValueError("should rise")
    return display_range


@cache
def _load_options() -> type[BaseModel]:
    """The options of `load` that a run keeps, with the types of its signature."""
    hints = get_type_hints(load)
    types: dict[str, Any] = {name: (hints[name], None) for name in (*DATA_OPTIONS, "seed")}
    return create_model("LoadOptions", __config__=ConfigDict(extra="forbid"), **types)


def _checked_options(options: dict[str, Any]) -> dict[str, Any]:
    return _load_options().model_validate(options).model_dump(exclude_unset=True)


class StandardisationRecord(Checked):
    """What brought the columns of the data to mean 0 and standard deviation 1.

    Args:
        mean: of each column in the training part.
        scale: the standard deviation of each, above 0.
    """

    mean: Annotated[tuple[Number, ...], Field(min_length=1, max_length=MAX_COLUMNS)]
    scale: Annotated[tuple[Number, ...], Field(min_length=1, max_length=MAX_COLUMNS), AfterValidator(_positive)]

    def value(self) -> Standardisation:
        """It as data know it."""
        return Standardisation(self.mean, self.scale)


class NumberColumnRecord(Checked):
    """A column of numbers of a table.

    Args:
        name: its heading.
        decimals: how many decimals its cells have; None for as many as there are.
        has_gaps: whether cells are missing, which a second number says of each.
    """

    name: Name
    decimals: Annotated[Count, Field(le=15)] | None = None
    has_gaps: bool = False

    def value(self) -> Column:
        """It as data know it."""
        return NumberColumn(self.name, self.decimals, self.has_gaps)


class CategoryColumnRecord(Checked):
    """A column of categories of a table.

    Args:
        name: its heading.
        values: in order, at least two, no two alike.
    """

    name: Name
    values: Annotated[tuple[Name, ...], Field(min_length=2, max_length=MAX_COLUMNS), AfterValidator(_distinct)]

    def value(self) -> Column:
        """It as data know it."""
        return CategoryColumn(self.name, self.values)


def _printable(entries: tuple[str, ...]) -> tuple[str, ...]:
    if not all(0 < len(entry) <= MAX_ENTRY and entry.isprintable() for entry in entries):
        raise ValueError(f"should have 1 to {MAX_ENTRY} characters each that can be printed")
    return entries


class VocabularyRecord(Checked):
    """What a model of text knows.

    Args:
        noun: what its tokens are called: "words", "characters", "byte-pairs" or "notes".
        entries: the tokens, the most frequent first, no two alike; of byte pairs the bytes, and what is joined of them.
        merges: the two tokens of each byte pair, in the order in which they are joined.
    """

    noun: Literal["words", "characters", "byte-pairs", "notes"]
    entries: Annotated[
        tuple[Name, ...],
        Field(min_length=1, max_length=MAX_ENTRIES),
        AfterValidator(_distinct),
        AfterValidator(_printable),
    ]
    merges: Annotated[tuple[tuple[Name, Name], ...], Field(max_length=MAX_ENTRIES), AfterValidator(_distinct)] = ()

    @model_validator(mode="after")
    def _joins_what_is_there(self) -> "VocabularyRecord":
        if self.noun != BytePairs.option:
            if self.merges:
                raise ValueError("should have 'merges' of byte pairs alone")
            return self
        known = set(BYTES)
        for first, second in self.merges:
            if not {first, second} <= known:
                raise ValueError("should join what is there in 'merges'")
            known.add(first + second)
        if BytePairs.of_merges(self.merges).entries != self.entries:
            raise ValueError("should have as 'entries' the bytes and what 'merges' join")
        return self

    def value(self) -> Vocabulary:
        """It as data know it."""
        if self.noun == BytePairs.option:
            return BytePairs(self.entries, self.merges)
        return Notes() if self.noun == Notes.noun else VOCABULARIES[self.noun](self.entries)


def _of_vocabulary(vocabulary: Vocabulary) -> dict[str, object]:
    found: dict[str, object] = {"noun": vocabulary.option, "entries": vocabulary.entries}
    return {**found, "merges": vocabulary.merges} if isinstance(vocabulary, BytePairs) else found


_Values = Annotated[tuple[Name, ...], Field(min_length=2, max_length=MAX_COLUMNS), AfterValidator(_distinct)]


_MaskValue = Annotated[int, Field(strict=True, ge=0, lt=2**31)]


class MaskRecord(Checked):
    """The classes of masks.

    Args:
        names: of the classes.
        kind: what values in files are.
        values: of the classes in files; none where they are the numbers of objects.
        colours: of the palette's classes, as 0xRRGGBB, or none.
    """

    names: Annotated[tuple[Name, ...], Field(min_length=2, max_length=MOST_CLASSES), AfterValidator(_distinct)]
    kind: MaskKind
    values: Annotated[tuple[_MaskValue, ...], Field(max_length=MOST_CLASSES)] = ()
    colours: Annotated[tuple[_MaskValue, ...], Field(max_length=MOST_CLASSES)] = ()

    @model_validator(mode="after")
    def _one_value_each(self) -> "MaskRecord":
        if len(self.values) != (0 if self.kind is MaskKind.OBJECTS else len(self.names)):
            raise ValueError("should have a value for each class, and none for objects")
        if self.kind is MaskKind.OBJECTS and len(self.names) != len(OBJECT_NAMES):
            raise ValueError("should have three classes for objects")
        if self.colours and len(self.colours) != len(self.names):
            raise ValueError("should have a colour for each class, or none")
        return self

    def value(self) -> MaskClasses:
        """They as data know them."""
        return MaskClasses(self.names, self.kind, self.values, self.colours)


class DataRecord(Checked):
    """The data of a run: all that finds them again, and what a reader should know.

    Args:
        name: a short name.
        source: what to give `load` again: a registered name or an absolute path; "" for an array in memory.
        options: of `load`, as they were resolved.
        fingerprint: SHA-256 of all examples and labels, in hexadecimal.
        data_shape: of one example.
        values: what the stored numbers mean.
        display_range: the numbers that are drawn black and white, in the model's units.
        standardisation: mean and scale of each column, by which outputs are brought back to the data's units, or None.
        colourises: whether every picture was grey although its target was in colour: restoring then gives colour.
        columns: of a table, in order, by which rows are read and written, or None.
        vocabulary: of text, by which lines are read and written, or None.
        classes: the names of the classes 0, 1, …, or None.
        attributes: the names of the values of each attribute, by its name, or None.
        masks: the classes of masks, and how they are stored, or None.
        sizes: of the three parts.
        notes: one-line facts that a person must be shown.
        skipped: the first files that were left out, and why.
        n_skipped: how many there were in all.
    """

    name: Name
    source: Line = ""
    options: Annotated[dict[Name, Plain], Field(max_length=50), AfterValidator(_checked_options)] = Field(
        default_factory=dict[str, Any]
    )
    fingerprint: Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9a-f]{64}$")]
    data_shape: Annotated[tuple[Side, ...], Field(min_length=1, max_length=4), AfterValidator(_small_enough)]
    values: Annotated[ValueRange, PlainValidator(_value_range), PlainSerializer(str)]
    display_range: Annotated[tuple[Number, Number], AfterValidator(_rising)] = (0.0, 1.0)
    standardisation: StandardisationRecord | None = None
    colourises: bool = False
    columns: (
        Annotated[tuple[NumberColumnRecord | CategoryColumnRecord, ...], Field(min_length=1, max_length=MAX_COLUMNS)]
        | None
    ) = None
    vocabulary: VocabularyRecord | None = None
    classes: Annotated[tuple[Name, ...], Field(max_length=_MAX_CLASSES)] | None = None
    attributes: Annotated[dict[Name, _Values], Field(max_length=_MAX_ATTRIBUTES)] | None = None
    masks: MaskRecord | None = None
    sizes: SplitSizes
    notes: Annotated[tuple[Line, ...], Field(max_length=_MAX_LINES)] = ()
    skipped: Annotated[tuple[SkippedRecord, ...], Field(max_length=_MAX_LINES)] = ()
    n_skipped: Count = 0

    @classmethod
    def of(cls, data: Dataset) -> "DataRecord":
        """The record of a data set.

        Raises:
            RunError: the record cannot hold it, such as more than 100,000 classes.
        """
        skipped = [
            {"file": skip.file, "reason": skip.reason, "count": skip.count} for skip in data.skipped[:_MAX_LINES]
        ]
        values = {
            "name": data.name,
            "source": data.source,
            "options": dict(data.options),
            "fingerprint": data.fingerprint,
            "data_shape": data.data_shape,
            "values": data.values,
            "display_range": data.display_range,
            "colourises": data.colourises,
            "columns": data.columns and [asdict(column) for column in data.columns.columns],
            "vocabulary": data.vocabulary and _of_vocabulary(data.vocabulary),
            "standardisation": data.standardisation and asdict(data.standardisation),
            "classes": data.classes,
            "attributes": data.attributes,
            "masks": data.masks and asdict(data.masks),
            "sizes": {name: len(part) for name, part in data.subsets.items()},
            "notes": data.notes[:_MAX_LINES],
            "skipped": skipped,
            "n_skipped": sum(skip.count for skip in data.skipped),
        }
        return check(DataRecord, values, f"the data {data.name} in {RUN_FILE}", "change the data")

    @model_validator(mode="after")
    def _fits_its_columns(self) -> "DataRecord":
        columns = self.standardisation
        if (columns is not None) != self.values.standardised:
            raise ValueError("should have a 'standardisation' if and only if values are standardised")
        if columns and not (len(columns.mean),) == (len(columns.scale),) == self.data_shape:
            raise ValueError("should have a mean and a scale for each column")
        if (table := self.table_columns) and (table.width,) != self.data_shape:
            raise ValueError("should have columns of as many numbers as an example")
        if self.vocabulary and len(self.data_shape) != 1:
            raise ValueError("should have rows of tokens where there is a 'vocabulary'")
        return self

    @property
    def known_tokens(self) -> Vocabulary | None:
        """The vocabulary of text as data know it, or None."""
        return None if self.vocabulary is None else self.vocabulary.value()

    @property
    def mask_classes(self) -> MaskClasses | None:
        """The classes of masks as data know them, or None."""
        return None if self.masks is None else self.masks.value()

    @property
    def table_columns(self) -> Columns | None:
        """The columns of a table as data know them, or None."""
        return None if self.columns is None else Columns(tuple(column.value() for column in self.columns))

    def replace(self, **changes: Any) -> "DataRecord":
        """The same record with these values in place of its own.

        Raises:
            RunError: a value that the record cannot hold.
        """
        return check(DataRecord, {**dict(self), **changes}, RUN_FILE)


class Signatures(Checked):
    """What shows that this user's autoencode wrote a part of the record, see `autoencode.runs.origin`.

    Args:
        data: of where the data lie and how they are read.
        arguments: of the recipe and its arguments.
    """

    data: Name = ""
    arguments: Name = ""


class Change(Checked):
    """What was changed when a training was resumed.

    Args:
        step: training steps made before.
        settings: of the training, with their new values.
        arguments: of the recipe.
    """

    step: Count
    settings: Annotated[dict[Name, Plain], Field(max_length=100)] = Field(default_factory=dict[str, Any])
    arguments: Annotated[dict[Name, Plain], Field(max_length=100)] = Field(default_factory=dict[str, Any])


class RunRecord(Checked):
    """run.json.

    Args:
        format: of the run folder; another one is another version's.
        autoencode: the version that wrote it.
        status: how the training stands.
        created: date and time, UTC.
        versions: of what the numbers may depend on.
        git: the revision of the folder in which the training was started, or None.
        command: what started it.
        recipe: its name; None for a model assembled by hand.
        arguments: of the recipe, every one.
        data: the data; None for a model assembled by hand.
        settings: how it was trained.
        plan: what was decided when the training began; None before.
        changes: of settings and arguments at a resume, in order; the record holds the newest values.
        verdict: what the training came to; None before it has ended.
        signatures: of the parts that name files.
    """

    format: int = FORMAT
    autoencode: Name = __version__
    status: Status = Status.RUNNING
    created: Annotated[str, StringConstraints(strict=True, pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$")]
    versions: Versions
    git: Name | None = None
    command: Page = ""
    recipe: Name | None = None
    arguments: dict[Name, Plain] = Field(default_factory=dict[str, Any], max_length=100)
    data: DataRecord | None = None
    settings: Annotated[Settings, BeforeValidator(plain_items)] = Field(default_factory=Settings)
    plan: Annotated[Plan | None, BeforeValidator(plain_items)] = None
    changes: Annotated[tuple[Change, ...], Field(max_length=_MAX_LINES)] = ()
    verdict: Verdict | None = None
    signatures: Signatures = Field(default_factory=Signatures)

    def replace(self, **changes: Any) -> "RunRecord":
        """The same record with these values in place of its own.

        Raises:
            RunError: a value that the record cannot hold.
        """
        return check(RunRecord, {**dict(self), **changes}, RUN_FILE)

    def signed(self, *, data: bool = True, arguments: bool = True) -> "RunRecord":
        """The same record, in which these parts are marked as written here."""
        signatures = {
            "data": sign(self._data_part) if data else self.signatures.data,
            "arguments": sign(self._arguments_part) if arguments else self.signatures.arguments,
        }
        return self.replace(signatures=signatures)

    @property
    def has_own_data(self) -> bool:
        """Whether this user's autoencode wrote where the data lie."""
        return is_signed(self._data_part, self.signatures.data)

    @property
    def has_own_arguments(self) -> bool:
        """Whether this user's autoencode wrote the recipe's arguments."""
        return is_signed(self._arguments_part, self.signatures.arguments)

    @property
    def _data_part(self) -> dict[str, Any]:
        data = self.data
        return {} if data is None else {"source": data.source, "options": data.options, "data": data.fingerprint}

    @property
    def _arguments_part(self) -> dict[str, Any]:
        return {"recipe": self.recipe, "arguments": self.arguments}

    def as_json(self) -> str:
        """The text of run.json."""
        return json.dumps(self.model_dump(), indent=2) + "\n"


def read_record(folder: Path) -> RunRecord:
    """Reads and checks the run.json of a folder.

    Raises:
        RunError: there is none, it is no plain file, it is of another version, or one of its fields is wrong.
    """
    file = folder / RUN_FILE
    content = parse_json(read_plain(file, _MAX_BYTES), str(file))
    version = content.get("format") if isinstance(content, dict) else None
    if not is_run_folder(folder) or not isinstance(version, int):
        raise RunError(f"{file} is not autoencode's: it does not begin with a format and a version")
    if version != FORMAT:
        raise RunError(
            f"{folder} was written by autoencode {one_line(content.get('autoencode'))} in run format {version}, and "
            f"this is autoencode {__version__}, which reads format {FORMAT}: install that version, or train anew"
        )
    return check(RunRecord, content, str(file))
