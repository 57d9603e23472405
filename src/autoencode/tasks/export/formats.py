"""The formats of exported networks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch import Tensor
from torch.export import ExportedProgram

from autoencode.registry import Registry

Runner = Callable[[Sequence[Tensor]], Tensor]
"""Runs a network that was read from its file."""


@dataclass(frozen=True)
class ExportFormat:
    """A kind of file.

    Args:
        suffix: of the file.
        write: program, names of the inputs, name of the output → the content of the file.
        read: the content of the file → what runs it, as a person would who does not have this library.
        usage: lines of Python that run the encoder, for the README.
    """

    suffix: str
    write: Callable[[ExportedProgram, Sequence[str], str], bytes]
    read: Callable[[bytes], Runner]
    usage: str


export_formats: Registry[ExportFormat] = Registry("export format", "autoencode export --help")
