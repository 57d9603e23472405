"""Programs of `torch.export`."""

import io
from collections.abc import Sequence

import torch
from torch.export import ExportedProgram

from autoencode.tasks.export.formats import ExportFormat, Runner, export_formats


def _write(program: ExportedProgram, inputs: Sequence[str], output: str) -> bytes:
    """The inputs keep the names of the arguments; outputs have none in this format."""
    content = io.BytesIO()
    torch.export.save(program, content)
    return content.getvalue()


def _read(content: bytes) -> Runner:
    module = torch.export.load(io.BytesIO(content)).module()
    return lambda arguments: module(*arguments)


_USAGE = """import torch

encode = torch.export.load("encoder.pt2").module()
decode = torch.export.load("decoder.pt2").module()
z = encode({x})
back = decode({z})"""

export_formats.add("pt2", ExportFormat(".pt2", _write, _read, _USAGE))
