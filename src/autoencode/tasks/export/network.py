"""Encoder and decoder as networks of their own: recorded, and compared with what was recorded."""

import math
import warnings
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.export import Dim

from autoencode.errors import AutoencodeError, CapabilityError
from autoencode.model import Autoencoder
from autoencode.tasks.export.formats import ExportFormat

BATCH_SIZES = (1, 2, 5, 16)
"""Examples in the batches that are compared; none is that of the recording."""
TOLERANCE = 1e-5
"""Largest difference, as a share of the largest number in PyTorch's output."""
_RECORDED = 3

Arguments = Callable[[int], tuple[Tensor, ...]]
"""Gives the arguments of a network for a batch of so many examples."""


class Encode(nn.Module):
    """Examples → posterior means."""

    def __init__(self, model: Autoencoder) -> None:
        super().__init__()
        self.model = model

    def forward(self, x: Tensor, context: Tensor | None = None) -> Tensor:
        """(batch, *data_shape) → (batch, *latent_shape)."""
        return self.model.encode(x, context).mean


class Decode(nn.Module):
    """Codes → means of p(x|z)."""

    def __init__(self, model: Autoencoder) -> None:
        super().__init__()
        self.model = model

    def forward(self, z: Tensor, context: Tensor | None = None) -> Tensor:
        """(batch, *latent_shape) → (batch, *data_shape)."""
        return self.model.decode(z, context).mean


def record_network(network: Encode | Decode, make: Arguments, form: ExportFormat, name: str) -> bytes:
    """The content of the file of a network, for batches of any size.

    Args:
        network: on the processor.
        make: gives its arguments.
        form: the kind of file.
        name: of the network, for messages.

    Raises:
        CapabilityError: it cannot be exported.
    """
    arguments = make(_RECORDED)
    try:
        with torch.no_grad(), warnings.catch_warnings():  # the result is compared, whatever the exporters remark
            warnings.simplefilter("ignore")
            dynamic = tuple({0: Dim("batch")} for _ in arguments)
            program = torch.export.export(network.eval(), arguments, dynamic_shapes=dynamic)
            first, output = ("x", "z") if isinstance(network, Encode) else ("z", "x")
            return form.write(program, (first, "context")[: len(arguments)], output)
    except AutoencodeError:
        raise
    except Exception as error:  # whatever PyTorch's exporters raise
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise CapabilityError(f"the {name} cannot be exported as {form.suffix[1:]}: {reason}") from error


def compare_network(network: Encode | Decode, make: Arguments, form: ExportFormat, content: bytes, name: str) -> float:
    """The largest difference between a file's output and PyTorch's over batches of several sizes.

    Args:
        network: on the processor.
        make: gives its arguments.
        form: the kind of file.
        content: of the file.
        name: of the network, for messages.

    Raises:
        CapabilityError: it is too large, or outputs have another shape.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exported = form.read(content)
    worst = 0.0
    for n in BATCH_SIZES:
        arguments = make(n)
        with torch.no_grad():
            difference = _difference(exported(arguments), network(*arguments))
        if not difference <= TOLERANCE:
            raise CapabilityError(
                f"the exported {name} differs from PyTorch by {difference:.1e} of the largest number, batch of {n}: "
                f"more than {TOLERANCE:.0e}: nothing was written"
            )
        worst = max(worst, difference)
    return worst


def _difference(got: Tensor, expected: Tensor) -> float:
    if got.shape != expected.shape:
        return math.inf
    scale = max(float(expected.abs().max()), torch.finfo(torch.float32).tiny)
    return float((got - expected).abs().max()) / scale
