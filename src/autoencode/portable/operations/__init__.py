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
from autoencode.portable.operations.registry import (
    Call,
    GraphBuilder,
    UnsupportedOperationError,
    operations,
    supported_operations,
)

__all__ = [
    "Call",
    "UnsupportedOperationError",
    "GraphBuilder",
    "arithmetic",
    "convolutions",
    "supported_operations",
    "normalisations",
    "operations",
    "products",
    "reductions",
    "resizing",
    "shapes",
]
