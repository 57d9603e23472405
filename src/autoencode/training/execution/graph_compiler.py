"""A function of tensors as one program: compiled for the processor, recorded on a GPU."""

import sys
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor
from torch.func import functionalize

from autoencode.kernels import c_shims, is_matmul_faster, trace_custom_ops
from autoencode.training.execution.cuda_graph import CudaGraph


def compile_traced(function: Callable[..., Any], memory: Sequence[Tensor], new_inputs: Sequence[Tensor]) -> Any:
    """The function, written down operation by operation, as one program; only copies are changed here.

    Args:
        function: of memory and what is given, in this order; it may change the memory in place.
        memory: stays where it is from call to call.
        new_inputs: comes anew at each call, of these shapes.

    Returns:
        What takes the same tensors; on a GPU its results are overwritten by the next call.
    """
    inputs = [*memory, *(value.to(memory[0].device) for value in new_inputs)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch's own, about PyTorch's own, at the first import of its compiler
        graph = _trace(function, inputs)
        if memory[0].device.type == "cuda":
            return CudaGraph(graph, memory, new_inputs)
        return _inductor_compile(graph, inputs)


def _trace(function: Callable[..., Any], inputs: Sequence[Tensor]) -> Any:
    from torch.fx.experimental.proxy_tensor import make_fx

    is_matmul_faster()  # which may measure: that is not to be written down
    with trace_custom_ops():
        graph = make_fx(function)(*cloned(inputs))
    return make_fx(functionalize(graph))(*cloned(inputs))


def _inductor_compile(graph: Any, inputs: Sequence[Tensor]) -> Any:
    import torch._inductor
    from torch._inductor import config

    for node in graph.graph.nodes:
        node.meta.clear()  # its notes on shapes, which the compiler makes anew, and would take for another's
    with (
        config.patch(fallback_random=True, cpp_wrapper=True, size_asserts=False),
        config.patch({"aot_inductor.custom_ops_to_c_shims": c_shims(), "cpp.cxx": _cxx_candidates(config.cpp.cxx)}),
    ):
        return torch._inductor.compile(graph, list[Any](cloned(inputs)))


def _cxx_candidates(found: tuple[str | None, ...]) -> tuple[str | None, ...]:
    """Those that PyTorch looks for, but GNU's in place of LLVM's: what that compiles has threads of its own, which wait
    beside PyTorch's, so that a program takes longer than the step as it is (docs/decisions/0013).
    """
    return tuple("g++" if one and "clang" in one and sys.platform == "linux" else one for one in found)


def cloned(tensors: Sequence[Tensor]) -> list[Tensor]:
    """Each of them in memory of its own."""
    return [tensor.clone() for tensor in tensors]
