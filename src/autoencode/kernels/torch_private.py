"""All private names of PyTorch that this library uses, and tests of them at run time.

A release of PyTorch may rename or change any of these without notice. `kernels_problem` tries those that this
library's kernels rely on, once a process. Where one of them fails, layers are PyTorch's own, and a note says why.
Compiling a training step raises CapabilityError in the same case, and training goes on with the step as PyTorch runs
it. The methods that subclasses of `torch.distributions.Distribution` are meant to use (`_extended_shape`,
`_validate_args`, `_validate_sample`) do not count as private.
"""

import contextlib
import ctypes
import os
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Distribution, MultivariateNormal

from autoencode.errors import CapabilityError
from autoencode.kernels.cache_folder import locked_without_truncated_libraries, private_cache_folder

try:
    from torch.utils._python_dispatch import TorchDispatchMode  # pyright: ignore[reportAssignmentType]
except ImportError:  # portable/tracing.py then says so when it is used

    class TorchDispatchMode:  # pyright: ignore[reportRedeclaration]
        """Stands in for PyTorch's class, and refuses to be used."""

        def __enter__(self) -> None:
            raise _changed("TorchDispatchMode")

        def __exit__(self, *_: object) -> None: ...


# What the processor has ----------------------------------------------------------------------------------------------


def has_amx() -> bool:
    """Whether the processor has matrix units (Intel's AMX); False as well where PyTorch no longer says."""
    probe = getattr(torch.cpu, "_is_amx_tile_supported", None)
    return probe is not None and bool(probe())


def has_avx512_bf16() -> bool:
    """Whether AVX-512 multiplies bfloat16 here; False as well where PyTorch no longer says."""
    probe = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return probe is not None and bool(probe())


# Whether a layer is called inside a transform ------------------------------------------------------------------------


def is_transformed(*, tracing_custom_ops: bool) -> bool:
    """Whether PyTorch traces, maps, records or differentiates forwards what is computed now.

    Its own operations know how to take part in that, and a call of a C++ function through ctypes does not.

    Args:
        tracing_custom_ops: a dispatch mode is expected, since this library records its own operators.
    """
    try:
        return (
            _in_functorch()
            or (_dispatch_modes() > 0 and not tracing_custom_ops)
            or torch.autograd.forward_ad._current_level >= 0  # pyright: ignore
        )
    except AttributeError:  # renamed: `kernels_problem` says so
        return True


def _in_functorch() -> bool:
    return torch._C._functorch.peek_interpreter_stack() is not None  # pyright: ignore


def _dispatch_modes() -> int:
    return torch._C._len_torch_dispatch_stack()  # pyright: ignore


# The self-test -------------------------------------------------------------------------------------------------------


@cache
def kernels_problem() -> str | None:
    """Why this library's kernels cannot be used with this release of PyTorch, in one line; None where they can."""
    for name, works in _SELF_TESTS.items():
        try:
            if works():
                continue
        except (AttributeError, TypeError, RuntimeError):
            pass
        return f"{_changed(name)}: its own layers are used, which are slower"
    return None


def _sees_dispatch_modes() -> bool:
    before = _dispatch_modes()
    with TorchDispatchMode():
        return _dispatch_modes() == before + 1


def _sees_functional_transforms() -> bool:
    seen = list[bool]()

    def look(x: Tensor) -> Tensor:
        seen.append(_in_functorch())
        return x

    torch.func.vmap(look)(torch.zeros(1, device="cpu"))
    return seen == [True]


def _sees_forward_mode() -> bool:
    level = torch.autograd.forward_ad._current_level  # pyright: ignore
    with torch.autograd.forward_ad.dual_level() if level < 0 else contextlib.nullcontext():
        return torch.autograd.forward_ad._current_level >= 0  # pyright: ignore


def _tells_processor_features() -> bool:
    names = ("_is_amx_tile_supported", "_is_avx512_bf16_supported")
    return all(type(getattr(torch.cpu, name)()) is bool for name in names)


_SELF_TESTS: Mapping[str, Callable[[], bool]] = {
    "torch._C._len_torch_dispatch_stack": _sees_dispatch_modes,
    "torch._C._functorch.peek_interpreter_stack": _sees_functional_transforms,
    "torch.autograd.forward_ad._current_level": _sees_forward_mode,
    "torch.cpu._is_amx_tile_supported": _tells_processor_features,
}


def _changed(name: str) -> CapabilityError:
    return CapabilityError(f"PyTorch {torch.__version__} changed {name}, which autoencode uses")


# Shared libraries ----------------------------------------------------------------------------------------------------


def mps_generator() -> torch.Generator:
    """The random generator of Apple's GPU."""
    return torch.mps._get_default_mps_generator()  # pyright: ignore[reportPrivateUsage]


def gnu_openmp_library() -> Path | None:
    """The file of GNU's OpenMP that PyTorch brings; None where it uses another OpenMP."""
    return next(Path(torch.__file__).parent.glob("lib/libgomp*.so*"), None)


def function_pointers(names: Sequence[str]) -> tuple[ctypes.c_void_p, ...]:
    """The addresses of C functions in PyTorch's library, or in the libraries that it has loaded.

    Raises:
        OSError: the library has another name, as on other systems than Linux.
        AttributeError: there is no such function.
    """
    return tuple(ctypes.cast(getattr(_torch_library(), name), ctypes.c_void_p) for name in names)


@cache
def _torch_library() -> ctypes.CDLL:
    return ctypes.CDLL(str(Path(torch.__file__).parent / "lib" / "libtorch_cpu.so"))


# The C interface of compiled programs (AOTInductor) ------------------------------------------------------------------

AOTI_TENSOR = "AtenTensorHandle"
"""A tensor in that interface: cpp/aoti_abi.h."""
_AOTI_FUNCTIONS = (
    "aoti_torch_get_data_ptr",
    "aoti_torch_get_sizes",
    "aoti_torch_get_strides",
    "aoti_torch_empty_strided",
)
_AOTI_CODES = {"aoti_torch_dtype_float32": 6, "aoti_torch_dtype_uint8": 0, "aoti_torch_device_type_cpu": 0}
"""The numbers that cpp/aoti_abi.h has for them."""


def aoti_functions() -> tuple[ctypes.c_void_p, ...]:
    """The functions that `autoencode_set_torch_api` takes, in its order.

    Raises:
        CapabilityError: this release of PyTorch has others, or other codes for dtypes and devices.
    """
    try:
        for name, code in _AOTI_CODES.items():
            if getattr(_torch_library(), name)() != code:
                raise _changed(name)
        return function_pointers(_AOTI_FUNCTIONS)
    except AttributeError as error:
        raise _changed("the C interface of compiled programs (aoti_torch_*)") from error


def c_shim(operator: str, parameters: str) -> str:
    """The C declaration by which compiled programs call an operator of this library."""
    return f"AOTITorchError aoti_torch_cpu_{operator}({parameters})"


# The tracer and the compiler -----------------------------------------------------------------------------------------


_INDUCTOR_FOLDER = "TORCHINDUCTOR_CACHE_DIR"
_COMPILE_OPTIONS = {
    "fallback_random": True,  # the noise of PyTorch's generator
    "cpp_wrapper": True,
    "size_asserts": False,
    "cpp_cache_precompile_headers": False,
}


def trace_graph(function: Callable[..., Any], inputs: Sequence[Tensor]) -> Any:
    """Runs the function on these tensors and returns its operations as a graph of `torch.fx`.

    Raises:
        CapabilityError: this release of PyTorch has another tracer.
        OSError: there is no private cache folder.
    """
    with _inductor_folder():  # the tracer reads the settings of PyTorch's compiler there
        try:
            from torch.fx.experimental.proxy_tensor import make_fx
        except ImportError as error:
            raise _changed("make_fx") from error
        return make_fx(function)(*inputs)


def compile_graph(graph: Any, inputs: Sequence[Tensor], c_shims: Mapping[Any, list[str]]) -> Any:
    """Compiles a graph of `torch.fx` for the processor, as a program that draws the same noise as PyTorch.

    Headers are not precompiled, because PyTorch keeps those outside of `_inductor_folder`; compiling takes as long
    without.

    Args:
        graph: what `trace_graph` returns.
        inputs: tensors of the shapes and dtypes of the inputs.
        c_shims: the C declarations of this library's operators.

    Raises:
        CapabilityError: this release of PyTorch has another compiler.
        OSError: there is no private cache folder.
    """
    for node in graph.graph.nodes:
        node.meta.clear()  # the compiler infers shapes itself, and rejects those noted by the tracer
    with _inductor_folder() as folder, locked_without_truncated_libraries(folder):
        try:
            import torch._inductor
            from torch._inductor import config

            compiler = {"aot_inductor.custom_ops_to_c_shims": c_shims, "cpp.cxx": prefer_gnu(config.cpp.cxx)}
            with config.patch({**_COMPILE_OPTIONS, **compiler}):
                return torch._inductor.compile(graph, list(inputs))
        except (ImportError, AttributeError, TypeError) as error:
            reason = (str(error) or type(error).__name__).splitlines()[0]
            raise _changed(f"its compiler ({reason})") from error


def prefer_gnu(compilers: tuple[str | None, ...]) -> tuple[str | None, ...]:
    """PyTorch's candidates with g++ in place of clang: clang's OpenMP has threads of its own, which compete with
    PyTorch's, so that the program would be slower than the eager step (docs/decisions/0013).
    """
    return tuple("g++" if one and "clang" in one and sys.platform == "linux" else one for one in compilers)


def is_data_dependent(error: Exception) -> bool:
    """Whether tracing failed because Python asked for the value of a tensor, which a graph cannot hold."""
    return "_local_scalar_dense" in str(error)


@contextlib.contextmanager
def _inductor_folder() -> Generator[Path]:
    """Makes PyTorch's compiler keep programs and settings in this user's own cache folder.

    By default it keeps them in the temporary folder, under a name that another user of the computer can guess. Whoever
    makes that folder first could have code run as this user.
    """
    folder, before = private_cache_folder("inductor"), os.environ.get(_INDUCTOR_FOLDER)
    os.environ[_INDUCTOR_FOLDER] = str(folder)
    try:
        yield folder
    finally:
        if before is None:
            os.environ.pop(_INDUCTOR_FOLDER, None)
        else:
            os.environ[_INDUCTOR_FOLDER] = before


# Single attributes ---------------------------------------------------------------------------------------------------


_HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")


def has_hooks(module: nn.Module) -> bool:
    """Whether somebody registered a hook on a module; True as well where PyTorch keeps hooks under other names."""
    return any(getattr(module, hooks, True) for hooks in _HOOKS)


def version_of(tensor: Tensor) -> object:
    """A number that changes whenever the tensor is changed in place; where there is none, no two are equal."""
    return getattr(tensor, "_version", object())


def unbroadcast_scale_tril(distribution: MultivariateNormal) -> Tensor:
    """The Cholesky factor in memory of its own, not expanded to the batch's shape."""
    return getattr(distribution, "_unbroadcasted_scale_tril", distribution.scale_tril)


def validates_arguments() -> bool:
    """Whether distributions check their arguments by default in this process, for which there is no public getter."""
    return getattr(Distribution, "_validate_args", True)


def is_in_place(operator: Any) -> bool:
    """Whether an operator of a dispatch mode changes one of its arguments."""
    return bool(operator._schema.is_mutable)


def parameters_of(operator: Any) -> Sequence[Any]:
    """The parameters of an operator of a dispatch mode, each with a name and a default value."""
    return operator._schema.arguments


def tensor_without_memory(cls: type[Tensor], shape: Sequence[int], dtype: torch.dtype) -> Tensor:
    """A tensor of a subclass that has a shape and no numbers; its `__torch_dispatch__` gives them.

    Args:
        cls: the subclass.
        shape: of the tensor.
        dtype: of its numbers.
    """
    return Tensor._make_wrapper_subclass(cls, shape, dtype=dtype)  # pyright: ignore
