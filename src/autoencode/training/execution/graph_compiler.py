"""Turns a function of tensors into one program: compiled for the processor, recorded on a GPU."""

import sys
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor
from torch.func import functionalize

from autoencode.kernels import c_shims, is_matmul_faster, trace_custom_ops
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
        return _inductor_compile(graph, inputs)


def _trace(function: Callable[..., Any], inputs: Sequence[Tensor]) -> Any:
    from torch.fx.experimental.proxy_tensor import make_fx

    is_matmul_faster()  # the first call may time products, which must not be traced
    with trace_custom_ops():
        graph = make_fx(function)(*cloned(inputs))
    return make_fx(functionalize(graph))(*cloned(inputs))


def _inductor_compile(graph: Any, inputs: Sequence[Tensor]) -> Any:
    import torch._inductor
    from torch._inductor import config

    for node in graph.graph.nodes:
        node.meta.clear()  # the compiler infers shapes itself, and rejects those noted by the tracer
    with (
        config.patch(fallback_random=True, cpp_wrapper=True, size_asserts=False),
        config.patch({"aot_inductor.custom_ops_to_c_shims": c_shims(), "cpp.cxx": _cxx_candidates(config.cpp.cxx)}),
    ):
        return torch._inductor.compile(graph, list[Any](cloned(inputs)))


def _cxx_candidates(found: tuple[str | None, ...]) -> tuple[str | None, ...]:
    """PyTorch's candidates with g++ in place of clang: clang's OpenMP has threads of its own, which compete with
    PyTorch's, so that the program would be slower than the eager step (docs/decisions/0013).
    """
    return tuple("g++" if one and "clang" in one and sys.platform == "linux" else one for one in found)


def cloned(tensors: Sequence[Tensor]) -> list[Tensor]:
    """A copy of each tensor."""
    return [tensor.clone() for tensor in tensors]
