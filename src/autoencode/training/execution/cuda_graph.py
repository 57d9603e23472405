"""A function on a GPU, recorded once and replayed."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

Function = Callable[..., Any]
"""Of tensors, to tensors, by PyTorch's operations alone."""

_WARMUP_ITERATIONS = 3
"""Before a recording, so that libraries have made what they keep: as many as PyTorch's own notes on graphs advise."""


class CudaGraph:
    """A function on a GPU whose kernels are recorded once; a call starts them all together.

    Started one by one, the hundred small kernels of a step cost more in Python than on the GPU. A recording always
    reads and writes the same memory, so what is new at each call is copied to where it was at the first; and what a
    call returns is overwritten by the next. Noise follows the generator as it stands at the call.

    Args:
        function: of memory and what is given, in this order. It may change the memory in place.
        memory: tensors on the GPU that stay where they are.
        new_inputs: on any device; new at each call, of these shapes.

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
            inputs: the memory, which is taken to be that of the recording, and what is given.
        """
        for place, value in zip(self._static_inputs, inputs[len(inputs) - len(self._static_inputs) :], strict=True):
            place.copy_(value, non_blocking=True)
        self._replay()
        return self._static_outputs


def capture(function: Function, inputs: Sequence[Tensor]) -> tuple[Callable[[], None], Any]:
    """What replays the function on the memory of these inputs, and where its results will be; nothing is changed."""
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
