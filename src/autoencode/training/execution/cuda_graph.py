"""Records the kernels of a function on a GPU once, and replays them."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

Function = Callable[..., Any]
"""Takes tensors and returns tensors, by PyTorch's operations alone."""

_WARMUP_ITERATIONS = 3
"""Calls before the recording, so that libraries have allocated their workspaces; PyTorch's notes on graphs advise 3."""


class CudaGraph:
    """A function on a GPU whose kernels are recorded once; each call launches them all together.

    Launched one by one, the hundred small kernels of a step take more time in Python than on the GPU. A recording
    always reads and writes the same memory: new inputs are copied to where the first ones were, and each call
    overwrites the results of the one before. Noise follows the state of the generator at the call.

    Args:
        function: takes the tensors of `memory`, then those of `new_inputs`; it may change the memory in place.
        memory: tensors on the GPU that stay where they are.
        new_inputs: examples of the tensors that are new at each call, of the same shapes; on any device.

    Raises:
        RuntimeError: an operation cannot be recorded, such as one that waits for the GPU.

    References:
        Nguyen, Carilli, Eryilmaz, Singh, Lin, Gimelshein, Desmaison and Yang, "Accelerating PyTorch with CUDA graphs",
        PyTorch blog, 2021.
    """

    def __init__(self, function: Function, memory: Sequence[Tensor], new_inputs: Sequence[Tensor]) -> None:
        self._static_inputs = [value.to(memory[0].device, copy=True) for value in new_inputs]
        self._replay, self._static_outputs = capture(function, [*memory, *self._static_inputs])

    def __call__(self, *inputs: Tensor) -> Any:
        """Replays the function.

        Args:
            inputs: the tensors of the recorded memory, then the new ones.
        """
        for place, value in zip(self._static_inputs, inputs[len(inputs) - len(self._static_inputs) :], strict=True):
            place.copy_(value, non_blocking=True)
        self._replay()
        return self._static_outputs


def capture(function: Function, inputs: Sequence[Tensor]) -> tuple[Callable[[], None], Any]:
    """Records the function on the memory of these inputs, and changes none of it.

    Returns:
        A function that replays the recording, and the tensors that will hold its results.
    """
    copies = [value.clone() for value in inputs]
    side, usual = torch.cuda.Stream(), torch.cuda.current_stream()
    side.wait_stream(usual)
    with torch.cuda.stream(side):
        for _ in range(_WARMUP_ITERATIONS):
            function(*copies)
    usual.wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        made = function(*inputs)
    return graph.replay, made
