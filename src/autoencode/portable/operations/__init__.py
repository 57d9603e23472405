"""How each operation of PyTorch is told to the page, in its few kernels."""

from autoencode.portable.operations import (
    arithmetic,
    convolutions,
    normalisations,
    products,
    reductions,
    resizing,
    shapes,
)
from autoencode.portable.operations.registry import Call, NoKernelError, Sink, known_operations, operations

__all__ = [
    "Call",
    "NoKernelError",
    "Sink",
    "arithmetic",
    "convolutions",
    "known_operations",
    "normalisations",
    "operations",
    "products",
    "reductions",
    "resizing",
    "shapes",
]
