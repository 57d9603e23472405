"""Turns a function of tensors into one program: compiled for the processor, recorded on a GPU."""

import warnings
from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor
from torch.func import functionalize

from autoencode.kernels import c_shims, is_matmul_faster, trace_custom_ops
from autoencode.kernels.torch_private import compile_graph, trace_graph
from autoencode.training.execution.cuda_graph import CudaGraph


def compile_traced(function: Callable[..., Any], memory: Sequence[Tensor], new_inputs: Sequence[Tensor]) -> Any:
    """Traces the function operation by operation and compiles the result. Tracing works on copies of the tensors.

    Args:
        function: takes the tensors of `memory`, then those of `new_inputs`; it may change the memory in place.
        memory: tensors that stay where they are from call to call.
        new_inputs: examples of the tensors that are new at each call, of the same shapes.

    Returns:
        The program, which takes the same tensors; on a GPU each call overwrites the results of the one before.
    """
    inputs = [*memory, *(value.to(memory[0].device) for value in new_inputs)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the import of PyTorch's compiler warns about PyTorch's own code
        graph = _trace(function, inputs)
        if memory[0].device.type == "cuda":
            return CudaGraph(graph, memory, new_inputs)
        return compile_graph(graph, cloned(inputs), c_shims())


def _trace(function: Callable[..., Any], inputs: Sequence[Tensor]) -> Any:
    is_matmul_faster()  # the first call may time products, which must not be traced
    with trace_custom_ops():
        graph = trace_graph(function, cloned(inputs))
    return trace_graph(functionalize(graph), cloned(inputs))


def cloned(tensors: Sequence[Tensor]) -> list[Tensor]:
    """A copy of each tensor."""
    return [tensor.clone() for tensor in tensors]
