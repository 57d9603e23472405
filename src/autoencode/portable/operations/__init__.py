"""How each operation of PyTorch is lowered to the few kernels of the page."""

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
