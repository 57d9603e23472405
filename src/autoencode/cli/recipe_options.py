"""Command-line options made from a recipe's signature, the training's settings and the data's options."""

import inspect
from collections.abc import Callable
from typing import Annotated, Any, get_args, get_origin

import typer
from rich.markup import escape

from autoencode.errors import ArgumentError
from autoencode.recipes import Parameter, Recipe
from autoencode.registry import Registry
from autoencode.settings import Settings

DATA_HELP = {
    "values": (
        str,
        "auto",
        "what is black and white: 0-255, 0-1, 0-4095, -1..1 and so on; for measurements raw, or standardised: each "
        "column of vectors with mean 0 and standard deviation 1",
    ),
    "axes": (str, "auto", "order of an array's axes: nd, nhw, nhwc or nchw"),
    "channels_are": (str, "auto", "channels of an array: rgb (or grey), rgba, or bands, any number of them"),
    "array": (
        str,
        "x, images or data",
        "name of the array of examples, in a file of several; of a table the column of text to learn from",
    ),
    "size": (str, "their own up to 128, else 64x64", "height x width to which pictures are resized, such as 64x96"),
    "fit": (str, "crop", "letterbox keeps all of a picture between black bars, where crop cuts off its edges"),
    "colour": (str, "auto", "grey or rgb, for pictures in files; auto: grey if every picture is"),
    "target": (
        str,
        "the pictures themselves",
        "a folder of target pictures or masks, matched by name; of one volume its mask; of an .npz file the array",
    ),
    "target_is": (
        str,
        "pictures",
        "masks, whose values are classes, for segmenter; objects, for masks with a number for each object",
    ),
    "patch": (int, "whole pictures", "train on square patches of this many pixels a side, cut at full size"),
    "frames": (int, "1", "frames per input for clips: one frame and its neighbours, an odd number"),
    "past": (int, "5", "of frames in order: how many a model is given (with --future)"),
    "future": (int, "none", "of frames in order: how many come next, which a model is to predict (for predict-vae)"),
    "validation": (str, "a tenth", "size of the validation split, as a count or a share such as 0.1"),
    "test": (str, "a tenth", "size of the test split, likewise; a test split that the data bring is kept as it is"),
    "tokens": (
        str,
        "auto",
        "what lines of text are made of: words, characters as suits names, or byte-pairs, parts of words",
    ),
    "voices": (str, "auto", "of music: tune for the highest voice alone, or chords for all voices"),
    "grid": (str, "auto", "a step of music: a quarter, an 8th or a 16th note"),
    "bars": (int, "2 of a tune", "bars that an example of music has; all of a piece in chords"),
    "sample_rate": (int, "their own up to 16000", "of sound: samples a second to which recordings are converted"),
    "seconds": (float, "what suits them", "of sound: length of an example; --size is its bands x columns"),
    "symbols": (str, "auto", "of maps in a text, such as WFD; auto: those that occur; none: read lines"),
    "parts": (
        str,
        "auto",
        "random ignores the splits that the data bring (x_test, a subfolder test) and makes others; regions, with "
        "--patch, holds out regions of pictures in place of whole pictures",
    ),
    "labels": (
        str,
        "auto",
        "none leaves out the labels that the data bring; or where they are: the name of a "
        "column or an array, or a .csv file of names of pictures and classes",
    ),
    "attributes": (
        str,
        "none",
        "a .csv file with a heading, the names of pictures in its first column, and an attribute in each other one "
        "(for attribute-vae)",
    ),
    "unlabelled": (str, "none", "the label that means no label, such as -1"),
    "limit": (int, "all", "maximum number of training examples"),
    "n_labels": (int, "all", "number of training examples that keep their label, balanced over classes (for m2-vae)"),
    "split_seed": (int, "0", "seed that assigns examples to the splits"),
}


def train_options(recipe: Recipe | None) -> list[inspect.Parameter]:
    """The options that `train` has besides its own: the recipe's, the training's, the data's.

    Each is None unless it is given, so that defaults live in the recipe alone; the help shows them.
    """
    settings = recipe.settings if recipe else Settings()
    own = [_of_parameter(p, f"Options of {recipe.name}") for p in recipe.parameters] if recipe else []
    return [*own, *_of_settings(settings), *_of_data()]


def _of_parameter(parameter: Parameter, panel: str) -> inspect.Parameter:
    kind, complete = parameter.type, None
    if get_origin(kind) is Annotated:
        kind, registry = get_args(kind)[:2]
        complete = _completion(registry) if isinstance(registry, Registry) else None
    default = parameter.default
    if _is_string_tuple(kind):
        text = f"{parameter.help.rstrip('.')}; can be given several times"
        return _option(parameter.name, list[str], " ".join(default), text, panel, complete)
    if isinstance(default, tuple):
        kind, default = str, ",".join(map(str, default))
    return _option(parameter.name, kind, str(default), parameter.help, panel, complete)


def _is_string_tuple(kind: Any) -> bool:
    """Whether a parameter takes several texts, for which the option is repeated."""
    kind = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    return get_origin(kind) is tuple and get_args(kind) == (str, ...)


def _of_settings(settings: Settings) -> list[inspect.Parameter]:
    return [
        _option(name, field.annotation, _shown(getattr(settings, name)), field.description or "", "Training")
        for name, field in Settings.model_fields.items()
    ]


def _of_data() -> list[inspect.Parameter]:
    return [_option(name, kind, shown, text, "Data") for name, (kind, shown, text) in DATA_HELP.items()]


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


def _option(
    name: str, kind: Any, shown: str, text: str, panel: str, complete: Callable[[str], list[str]] | None = None
) -> inspect.Parameter:
    text = escape(text[:1].upper() + text[1:].rstrip(".") + ".")
    if shown:
        text += rf" [dim]\[default: {escape(shown)}][/dim]"
    flag = "--" + name.replace("_", "-")
    option = typer.Option(flag, help=text, show_default=False, rich_help_panel=panel, autocompletion=complete)
    annotation = Annotated[kind | None, option]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _completion(registry: Registry[Any]) -> Callable[[str], list[str]]:
    return lambda incomplete: [name for name in registry if name.startswith(incomplete)]


def parse_tuples(recipe: Recipe, given: dict[str, Any]) -> dict[str, Any]:
    """The options that were given, with lists such as `32,64` and repeated options converted to tuples.

    Raises:
        ArgumentError: a list of numbers that holds something else.
    """
    texts = {p.name for p in recipe.parameters if _is_string_tuple(p.type)}
    numbers = {p.name for p in recipe.parameters if isinstance(p.default, tuple)} - texts
    return {
        name: tuple(value) if name in texts else _numbers(name, value) if name in numbers else value
        for name, value in given.items()
    }


def _numbers(name: str, text: str) -> tuple[int, ...]:
    try:
        return tuple(int(word) for word in text.split(","))
    except ValueError:
        flag = "--" + name.replace("_", "-")
        raise ArgumentError(f"{flag} takes whole numbers such as 32,64,128, not {text!r}") from None


def parse_size(text: str, flag: str) -> int | float:
    """A count such as 500 or a share such as 0.1.

    Raises:
        ArgumentError: neither.
    """
    try:
        return int(text) if text.isdigit() else float(text)
    except ValueError:
        raise ArgumentError(f"{flag} takes a count such as 500 or a share such as 0.1, not {text!r}") from None
