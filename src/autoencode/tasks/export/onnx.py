"""ONNX, by PyTorch's own exporter; run by ONNX Runtime."""

import logging
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

import torch
from torch.export import ExportedProgram

from autoencode.errors import CapabilityError
from autoencode.tasks.export.formats import ExportFormat, Runner, export_formats

_NEEDED = ("onnx", "onnxscript", "onnxruntime")


def _write(program: ExportedProgram, inputs: Sequence[str], output: str) -> bytes:
    _require()
    with _quiet():
        exported: Any = torch.onnx.export(
            program, (), dynamo=True, input_names=list(inputs), output_names=[output], verbose=False
        )
    return exported.model_proto.SerializeToString()


def _read(content: bytes) -> Runner:
    _require()
    import onnxruntime

    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    names = [each.name for each in session.get_inputs()]

    def run(arguments: Sequence[torch.Tensor]) -> torch.Tensor:
        given = {name: value.numpy() for name, value in zip(names, arguments, strict=True)}
        return torch.from_numpy(session.run(None, given)[0])

    return run


def _require() -> None:
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise CapabilityError(
            f"ONNX needs {', '.join(missing)}: pip install onnx onnxscript onnxruntime, or export --to pt2"
        )


@contextmanager
def _quiet() -> Generator[None]:
    """Without the exporter's own remarks, as what it writes is compared afterwards."""
    loggers = [logging.getLogger(name) for name in ("torch.onnx", "onnxscript", "onnx_ir")]
    before = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


_USAGE = """import numpy as np
import onnxruntime

encoder = onnxruntime.InferenceSession("encoder.onnx")
decoder = onnxruntime.InferenceSession("decoder.onnx")
(z,) = encoder.run(None, {x_dict})
(back,) = decoder.run(None, {z_dict})"""

export_formats.add("onnx", ExportFormat(".onnx", _write, _read, _USAGE))
