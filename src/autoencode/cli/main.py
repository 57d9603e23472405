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
