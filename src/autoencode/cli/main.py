"""The entry point: the commands, and how errors are told."""

import os
import sys
from typing import Annotated

import typer

from autoencode._version import __version__
from autoencode.cli import commands, preparse
from autoencode.cli.console import errors
from autoencode.errors import ArgumentError, AutoencodeError, UnknownNameError

_ABOUT = """Train autoencoders and variational autoencoders on your own pictures and arrays, and see what they learned.

\b
autoencode train fashion-mnist                     learn, and write a report
autoencode train photos/ --latent-dim 64           your own folder of pictures
autoencode train photos/ -r conv-vae --help        all options of a recipe
autoencode list recipes                            what there is
"""


def main() -> None:
    """Runs the command that was typed; exit code 2 for wrong usage, 1 for failure, 130 for Ctrl-C."""
    debug = "--debug" in sys.argv
    sys.argv = [word for word in sys.argv if word != "--debug"]
    try:
        build(preparse.command_line())(prog_name="autoencode")
    except AutoencodeError as error:
        if debug:
            raise
        errors.print(f"[bold red]autoencode:[/] {_escape(str(error))}", soft_wrap=True, highlight=False)
        sys.exit(2 if isinstance(error, ArgumentError | UnknownNameError) else 1)
    except KeyboardInterrupt:
        errors.print("stopped")
        sys.exit(130)
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
    app.callback(help=_ABOUT)(_root)
    for name, make in commands.table(words).items():
        app.command(name)(make)
    return app


def _show_version(asked: bool) -> bool:
    if asked:
        print(__version__)
        raise typer.Exit
    return asked


def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_show_version)
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the whole traceback of an error.")] = False,
) -> None:
    """The options before the command; both act before this is called."""


def _escape(text: str) -> str:
    return text.replace("[", r"\[")
