"""The form in which a network leaves PyTorch."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import torch
from torch import Tensor

Precision = Literal["float32", "float16"]

_BYTES: Mapping[Precision, torch.dtype] = {"float32": torch.float32, "float16": torch.float16}


@dataclass(frozen=True)
class Step:
    """One operation on row-major arrays.

    Args:
        op: its name, for which `decoder.js` has a function.
        inputs: the numbers of the values that it reads.
        output: the number of the value that it writes.
        attributes: sizes, weights (by number) and other arguments.
    """

    op: str
    inputs: tuple[int, ...]
    output: int
    attributes: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Weights:
    """A constant of a program.

    Args:
        variants: float32 tensors of one shape: one, or one for each context that the network can be conditioned on.
    """

    variants: tuple[Tensor, ...]


@dataclass(frozen=True)
class Program:
    """A function from one row of numbers, such as a code, to one array, such as a picture.

    Value 0 is the code, each step writes one value more, and nothing is ever written twice.

    Args:
        steps: in the order in which they run.
        sizes: how many numbers each value holds.
        weights: constants, by number.
        output: the number of the result.
        shape: of the result.
        contexts: how many contexts there are to choose from; 1 for an unconditional network.
    """

    steps: tuple[Step, ...]
    sizes: tuple[int, ...]
    weights: tuple[Weights, ...]
    output: int
    shape: tuple[int, ...]
    contexts: int = 1

    @property
    def multiplications(self) -> int:
        """Multiplications by a weight in one run, which are nearly all of its cost."""
        return sum(step.attributes.get("cost", 0) for step in self.steps)

    @property
    def n_weights(self) -> int:
        """Numbers in all constants; those of equal ones count once."""
        return sum(variant.numel() for constant in self._kept for variant in constant.variants)

    @cached_property
    def _kept(self) -> list[Weights]:
        """The constants without those that equal one before: an embedding can be both read and written."""
        kept = list[Weights]()
        for constant in self.weights:
            if _find(constant, kept) is None:
                kept.append(constant)
        return kept

    def manifest(self) -> dict[str, Any]:
        """All but the weights themselves, which are given by their places in `weight_bytes`, as JSON can hold it."""
        kept, at = list[list[int]](), 0
        for constant in self._kept:
            length = constant.variants[0].numel()
            kept.append([at, length, len(constant.variants)])
            at += length * len(constant.variants)
        places = [kept[_find(constant, self._kept) or 0] for constant in self.weights]
        steps = [{"op": s.op, "in": s.inputs, "out": s.output, **s.attributes} for s in self.steps]
        return {"steps": steps, "sizes": self.sizes, "weights": places, "output": self.output, "shape": self.shape}

    def weight_bytes(self, precision: Precision = "float32") -> bytes:
        """All weights one after the other, little-endian."""
        flat = [variant.flatten() for constant in self._kept for variant in constant.variants]
        joined = torch.cat(flat) if flat else torch.zeros(0)
        return joined.to(_BYTES[precision]).numpy().tobytes()


def merge_programs(programs: Sequence[Program]) -> Program:
    """Programs that differ in their constants alone, as one with a variant for each.

    Raises:
        ValueError: they differ in their steps.
    """
    first = programs[0]
    if any((p.steps, p.sizes, p.output) != (first.steps, first.sizes, first.output) for p in programs):
        raise ValueError("the steps depend on the context")
    weights = [_merge_weights([p.weights[i] for p in programs]) for i in range(len(first.weights))]
    return Program(first.steps, first.sizes, tuple(weights), first.output, first.shape, len(programs))


def _merge_weights(constants: Sequence[Weights]) -> Weights:
    tensors = [constant.variants[0] for constant in constants]
    same = all(torch.equal(tensor, tensors[0]) for tensor in tensors)
    return constants[0] if same else Weights(tuple(tensors))


def _find(constant: Weights, among: Sequence[Weights]) -> int | None:
    """The number of the first that is the same; None where there is none."""
    return next((number for number, other in enumerate(among) if _same(constant, other)), None)


def _same(one: Weights, other: Weights) -> bool:
    pairs = zip(one.variants, other.variants, strict=False)
    return len(one.variants) == len(other.variants) and all(torch.equal(a, b) for a, b in pairs)


def size(shape: Sequence[int]) -> int:
    """How many numbers a value of this shape holds."""
    return math.prod(shape)
