"""The entry point: builds the application, and prints errors as one line."""

import functools
import inspect
import os
import sys
from typing import Annotated, Any

import typer

from autoencode._version import __version__
from autoencode.cli import preparse
from autoencode.cli.commands import Function, load_commands
from autoencode.cli.console import INTERRUPTED, errors
from autoencode.errors import (
    TRAINING_MODULES,
    ArgumentError,
    AutoencodeError,
    UnknownNameError,
    needs_training_message,
)
from autoencode.runtime.allocator import keep_freed_memory
from autoencode.runtime.cancellation import interrupt_on_terminate

_ABOUT = """Train autoencoders and variational autoencoders on your own pictures and arrays, and see what they learned.

\b
autoencode train fashion-mnist                 train, and write a report
autoencode train photos/ --latent-dim 64       your own folder of pictures
autoencode train photos/ -r pca-vae --help     all options of a recipe
autoencode inspect last                        how good the newest run is
autoencode clean scan.pdf                      cleaned by a ready-made model
autoencode list recipes                        recipes, and where to start
"""


def main() -> None:
    """Runs the command that was typed; exit code 2 for wrong usage, 1 for failure, 130 for Ctrl-C."""
    debug = "--debug" in sys.argv
    sys.argv = [word for word in sys.argv if word != "--debug"]
    keep_freed_memory()
    try:
        with interrupt_on_terminate():
            build(preparse.command_line())(prog_name="autoencode")
    except AutoencodeError as error:
        if debug:
            raise
        errors.write_line(("autoencode:", "bold red"), f" {error}")
        sys.exit(2 if isinstance(error, ArgumentError | UnknownNameError) else 1)
    except ModuleNotFoundError as error:
        if debug or error.name not in TRAINING_MODULES:
            raise
        errors.write_line(("autoencode:", "bold red"), f" {needs_training_message(error.name)}")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:  # the reader of a pipe went away, as in `autoencode list recipes | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def build(words: list[str]) -> typer.Typer:
    """The application for a command line; the words decide which recipe's options `train` has."""
    app = typer.Typer(
        name="autoencode",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(help=_reflowed(_ABOUT))(_root)
    for name, command in load_commands().items():
        function = command.make(words)
        register = app.command(name, help=_reflowed(function.__doc__), rich_help_panel=command.panel.value)
        register(_interruptible(function))
    return app


def _interruptible(function: Function) -> Function:
    """The same command; Ctrl-C ends it with one line. Typer itself would end it without a word."""

    @functools.wraps(function)
    def run(*arguments: Any, **options: Any) -> None:
        try:
            function(*arguments, **options)
        except KeyboardInterrupt:
            errors.write_line("stopped")
            raise typer.Exit(INTERRUPTED) from None

    return run


def _reflowed(doc: str | None) -> str:
    """A docstring for any width of terminal: paragraphs on one line each, examples as they are, under a heading."""
    blocks = inspect.cleandoc(doc or "").split("\n\n")
    return "\n\n".join(_examples(block) if block.startswith("\b") else " ".join(block.split("\n")) for block in blocks)


def _examples(block: str) -> str:
    return "\n  ".join(["\b\nExamples:", *block.split("\n")[1:]])


def _show_version(requested: bool) -> bool:
    if requested:
        print(__version__)
        raise typer.Exit
    return requested


def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_show_version)
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the full traceback of an error.")] = False,
) -> None:
    """The options before the command; both take effect before this is called."""
