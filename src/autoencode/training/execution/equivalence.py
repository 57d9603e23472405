"""Whether a compiled step does what the eager one does."""

from typing import Any

import torch
from torch import Tensor

from autoencode.data import Batch
from autoencode.runtime.seeding import seed_rng
from autoencode.training.execution.functional_step import FunctionalStep, copy_into
from autoencode.training.execution.graph_compiler import cloned
from autoencode.training.execution.step_executor import EagerStep

_TOLERANCES = {"float32": 1e-3, "bfloat16": 3e-2}
"""Relative to the norm of each tensor: rounding differs by less, another branch of the code by more."""


def matches_eager(program: Any, function: FunctionalStep, eager: EagerStep, rows: Batch, step: int, seed: int) -> bool:
    """Makes one step in both ways and compares; afterwards weights, buffers and optimizer are as they were.

    A traced step repeats the operations of the step that was traced. If the code chooses its operations by the values
    of tensors or by the step's number, another batch at another step gives other numbers.

    Args:
        program: the compiled or recorded function.
        function: what was traced.
        eager: the same step, eagerly.
        rows: stored examples other than those that were traced.
        step: another step than the one that was traced.
        seed: of the noise.

    Returns:
        Whether loss, terms, gradients and buffers agree up to rounding.
    """
    state, inputs = function.state(), function.inputs(rows, step)
    before = cloned(state)
    seed_rng(seed, step)
    output = eager.train_step(eager.batches.prepare(rows), step)
    gradients = torch.autograd.grad(output.loss, function.used_weights)
    numbers, gradients = function.clip_and_stack(output, gradients)
    expected = [numbers, *gradients, *cloned(list(function.changed_buffers.values()))]
    copy_into(before, state)
    seed_rng(seed, step)
    try:
        with torch.no_grad():
            numbers, *returned = program(*state, *inputs)
        after = cloned(state)
    finally:
        copy_into(before, state)
    found = [numbers, *function.gradients_of(returned, after), *function.buffers_of(after)]
    tolerance = _TOLERANCES[eager.train_step.precision]
    return all(_are_close(a, b, tolerance) for a, b in zip(expected, found, strict=True))


def _are_close(expected: Tensor, found: Tensor, tolerance: float) -> bool:
    expected, found = expected.double(), found.double()
    return bool((expected - found).norm() <= tolerance * expected.norm())
