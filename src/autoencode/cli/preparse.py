"""Finds the recipe that a command line names, before it is parsed."""

import os
import sys
from collections.abc import Iterator
from itertools import pairwise

FLAGS = ("--help", "-h", "--report", "--no-report", "--debug")


def is_completing() -> bool:
    """Whether the shell asks for completions."""
    return "_AUTOENCODE_COMPLETE" in os.environ


def command_line() -> list[str]:
    """The words of the command line, also while the shell asks for completions."""
    if not is_completing():
        return sys.argv[1:]
    typed = os.environ.get("_TYPER_COMPLETE_ARGS") or os.environ.get("COMP_WORDS", "")
    return typed.split()[1:]


def train_arguments(words: list[str]) -> list[str] | None:
    """What follows `train`, or None for another command."""
    return words[words.index("train") + 1 :] if "train" in words else None


def option_value(words: list[str], *names: str) -> str | None:
    """The value of an option, written `--name value` or `--name=value`; the last one if it is given twice."""
    found = None
    for word, following in pairwise([*words, ""]):
        name, equals, value = word.partition("=")
        if name in names:
            found = value if equals else following
    return found or None


def positional(words: list[str]) -> str | None:
    """The first word that is neither an option nor an option's value."""
    return next(_positionals(words), None)


def _positionals(words: list[str]) -> Iterator[str]:
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-") and word != "-":
            skip = "=" not in word and word not in FLAGS
        else:
            yield word


def recipe_name(words: list[str]) -> str | None:
    """The name of the recipe that `train` would use with these words; None if it is not known yet.

    It is what --recipe says, or what the run of --resume, --init-from or --config was trained with, or the default for
    the data.
    """
    if name := option_value(words, "--recipe", "-r"):
        return name
    for option in ("--resume", "--init-from", "--config"):
        if path := option_value(words, option):
            return _recipe_of_run(path)
    source = positional(words)
    return None if source is None else _default_for(source)


def _recipe_of_run(name: str) -> str | None:
    from autoencode.errors import RunError
    from autoencode.runs.folder import RunFolder
    from autoencode.runs.listing import find_run
    from autoencode.runs.starting_point import run_folder_of

    try:
        return RunFolder(run_folder_of(find_run(name))).record.recipe
    except RunError:  # the command itself reports it
        return None


def _default_for(source: str) -> str | None:
    from autoencode.data import recipe_kind_of
    from autoencode.errors import DataError
    from autoencode.recipes import default_recipe

    try:
        return default_recipe(source, recipe_kind_of(source)).name
    except DataError:  # the command itself reports it
        return None
