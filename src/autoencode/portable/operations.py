"""How each operation of PyTorch is told to the page, in its few kernels."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor

from autoencode.portable.program import size


@dataclass(frozen=True)
class Call:
    """One call of an operation.

    Args:
        name: without namespace and overload, such as "relu".
        func: the operation itself.
        arguments: by name, defaults filled in.
        args: as they came.
        kwargs: and these.
        out: the result.
    """

    name: str
    func: Any
    arguments: dict[str, Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    out: Any

    def __getitem__(self, name: str) -> Any:
        return self.arguments[name]


@runtime_checkable
class Sink(Protocol):
    """What takes the steps; see `Recorder`."""

    def is_live(self, value: Any) -> bool:
        """Whether this depends on the code."""
        ...

    def number(self, value: Tensor) -> int:
        """The number of a value."""
        ...

    def constant(self, value: Tensor) -> int:
        """Keeps a weight, gives its number."""
        ...

    def step(self, op: str, inputs: Sequence[int], shape: Sequence[int], **attributes: Any) -> int:
        """Adds a step, gives the number of its value."""
        ...

    def bind(self, tensor: Tensor, number: int) -> None:
        """Says which value a tensor is."""
        ...


Write = Callable[[Sink, Call], None]

operations: dict[str, Write] = {}


def known_operations() -> list[str]:
    """The names of all operations that a decoder may use."""
    return sorted(operations)


def _entered(*names: str) -> Callable[[Write], Write]:
    def enter(write: Write) -> Write:
        operations.update(dict.fromkeys(names, write))
        return write

    return enter


class NoKernelError(Exception):
    """A use of an operation that the page has no kernel for."""


def _refuse(call: Call, why: str) -> NoKernelError:
    return NoKernelError(f"'{call.name}' with {why}")


# Values one by one ---------------------------------------------------------------------------------------------------

_PARAMETERS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("relu", "sigmoid", "tanh", "silu", "exp", "log", "neg", "abs", "sqrt", "rsqrt", "erf"), ()),
    **dict.fromkeys(("reciprocal", "log1p", "expm1", "sin", "cos", "mish", "hardsigmoid", "hardswish"), ()),
    **dict.fromkeys(("square", "bitwise_not"), ()),
    "leaky_relu": ("negative_slope",),
    "elu": ("alpha", "scale", "input_scale"),
    "softplus": ("beta", "threshold"),
    "hardtanh": ("min_val", "max_val"),
    "clamp": ("min", "max"),
    "clamp_min": ("min",),
    "clamp_max": ("max",),
}


@_entered(*_PARAMETERS)
def _unary(sink: Sink, call: Call) -> None:
    parameters = [call[name] for name in _PARAMETERS[call.name]]
    if any(isinstance(each, Tensor) for each in parameters):
        raise _refuse(call, "tensors for limits")
    _map(sink, call, call.name, parameters)


@_entered("gelu")
def _gelu(sink: Sink, call: Call) -> None:
    _map(sink, call, "gelu_tanh" if call["approximate"] == "tanh" else "gelu")


@_entered("pow")
def _power(sink: Sink, call: Call) -> None:
    if isinstance(call.args[0], Tensor) and not isinstance(call.args[1], Tensor):
        _map(sink, call, "pow", [call.args[1]])
    else:
        raise _refuse(call, "an exponent that is a tensor")


def _map(sink: Sink, call: Call, function: str, parameters: Sequence[Any] = ()) -> None:
    source = sink.number(call.args[0])
    sink.bind(call.out, sink.step("map", [source], call.out.shape, f=function, p=list(parameters)))


# Two values each -----------------------------------------------------------------------------------------------------

_PAIRS = {"add": "add", "sub": "sub", "mul": "mul", "div": "div", "maximum": "max", "minimum": "min", "rsub": "rsub",
          "ge": "ge", "gt": "gt", "le": "le", "lt": "lt", "bitwise_and": "mul"}  # fmt: skip


@_entered(*_PAIRS)
def _binary(sink: Sink, call: Call) -> None:
    if call.arguments.get("rounding_mode") is not None:
        raise _refuse(call, "rounding")
    one, other = (each if isinstance(each, Tensor) else torch.tensor(float(each)) for each in call.args[:2])
    inputs = [_spread(sink, each, call.out.shape) for each in (one, other)]
    alpha = call.arguments.get("alpha", 1)
    sink.bind(call.out, sink.step("pair", inputs, call.out.shape, f=_PAIRS[call.name], alpha=alpha))


@_entered("where")
def _where(sink: Sink, call: Call) -> None:
    parts = (each if isinstance(each, Tensor) else torch.tensor(float(each)) for each in call.args[:3])
    inputs = [_spread(sink, each, call.out.shape) for each in parts]
    sink.bind(call.out, sink.step("where", inputs, call.out.shape))


def _spread(sink: Sink, value: Tensor, shape: Sequence[int]) -> int:
    """A value in the shape that broadcasting gives it."""
    if not sink.is_live(value) and value.numel() == 1:
        return sink.number(value.float().reshape(1))  # the kernels repeat it
    if not sink.is_live(value):
        return sink.number(value.float().expand(shape).contiguous())
    if tuple(value.shape) == tuple(shape):
        return sink.number(value)
    seen = torch.empty(value.shape, device="meta").expand(tuple(shape))
    return _strided(sink, sink.number(value), seen)


# Shapes: none of these computes anything -----------------------------------------------------------------------------


@_entered("view", "_unsafe_view", "reshape", "permute", "transpose", "t", "expand", "squeeze", "unsqueeze", "slice",
          "select", "split", "split_with_sizes", "unbind")  # fmt: skip
def _layout(sink: Sink, call: Call) -> None:
    """PyTorch itself is asked where the numbers of the result lie in an input that lies row by row."""
    source = sink.number(call.args[0])
    seen = call.func(torch.empty(call.args[0].shape, device="meta"), *call.args[1:], **call.kwargs)
    results = call.out if isinstance(call.out, list | tuple) else [call.out]
    views = seen if isinstance(seen, list | tuple) else [seen]
    for result, view in zip(results, views, strict=True):
        sink.bind(result, _strided(sink, source, view))


def _strided(sink: Sink, source: int, seen: Tensor) -> int:
    """The value of a view: the source itself where all its numbers lie in their order."""
    if seen.is_contiguous() and seen.untyped_storage().nbytes() == seen.numel() * seen.element_size():
        return source
    return sink.step(
        "gather", [source], seen.shape, sides=list(seen.shape), strides=list(seen.stride()), at=seen.storage_offset()
    )


@_entered("clone", "_to_copy", "detach")
def _same(sink: Sink, call: Call) -> None:
    if not call.out.is_floating_point() and call.out.dtype is not torch.bool:
        raise _refuse(call, f"values of type {call.out.dtype}")
    sink.bind(call.out, sink.number(call.args[0]))


@_entered("cat")
def _cat(sink: Sink, call: Call) -> None:
    tensors, axis = call["tensors"], call["dim"] % call.out.ndim
    inner = [size(tensor.shape[axis:]) for tensor in tensors]
    inputs = [sink.number(tensor) for tensor in tensors]
    outer = size(call.out.shape[:axis])
    sink.bind(call.out, sink.step("cat", inputs, call.out.shape, outer=outer, inner=inner))


@_entered("stack")
def _stack(sink: Sink, call: Call) -> None:
    axis = call["dim"] % call.out.ndim
    inputs = [sink.number(tensor) for tensor in call["tensors"]]
    inner = [size(call.out.shape[axis + 1 :])] * len(inputs)
    sink.bind(call.out, sink.step("cat", inputs, call.out.shape, outer=size(call.out.shape[:axis]), inner=inner))


@_entered("zeros_like", "ones_like", "full_like")
def _constant(sink: Sink, call: Call) -> None:
    """The result depends on a shape alone: it stays a constant."""


@_entered("pixel_shuffle")
def _pixel_shuffle(sink: Sink, call: Call) -> None:
    x, r = call["self"], call["upscale_factor"]
    *lead, channels, height, width = x.shape
    seen = torch.empty(size(lead), channels // r**2, r, r, height, width, device="meta").permute(0, 1, 4, 2, 5, 3)
    sink.bind(call.out, _strided(sink, sink.number(x), seen))


@_entered("glu")
def _glu(sink: Sink, call: Call) -> None:
    x = call["self"]
    source, parts = sink.number(x), torch.empty(x.shape, device="meta").chunk(2, call["dim"])
    halves = [_strided(sink, source, half) for half in parts]
    gate = sink.step("map", halves[1:], call.out.shape, f="sigmoid", p=[])
    sink.bind(call.out, sink.step("pair", [halves[0], gate], call.out.shape, f="mul", alpha=1))


@_entered("constant_pad_nd")
def _pad(sink: Sink, call: Call) -> None:
    x, pad = call["self"], list(call["pad"])
    if call["value"] != 0 or any(pad[4:]) or x.ndim < 2:
        raise _refuse(call, "other than zeros round a picture")
    left, right, top, bottom = [*pad, 0, 0, 0, 0][:4]
    height, width = x.shape[-2:]
    number = sink.step(
        "pad", [sink.number(x)], call.out.shape, maps=size(x.shape[:-2]), h=height, w=width,
        sides=[left, right, top, bottom],
    )  # fmt: skip
    sink.bind(call.out, number)


# Sums of products ----------------------------------------------------------------------------------------------------


@_entered("addmm")
def _addmm(sink: Sink, call: Call) -> None:
    if call["beta"] != 1 or call["alpha"] != 1 or sink.is_live(call["self"]):
        raise _refuse(call, "factors")
    _dense(sink, call, call["mat1"], call["mat2"], call["self"].expand(call.out.shape[-1]))


@_entered("mv")
def _times_vector(sink: Sink, call: Call) -> None:
    _dense(sink, call, call["self"], call["vec"].unsqueeze(1), torch.zeros(1))


@_entered("mm", "bmm")
def _matmul(sink: Sink, call: Call) -> None:
    one, other = call["self"], call["mat2"]
    if call.name == "mm" and not sink.is_live(other):
        _dense(sink, call, one, other, torch.zeros(other.shape[-1]))
        return
    batch = one.shape[0] if call.name == "bmm" else 1
    rows, inner, columns = one.shape[-2], one.shape[-1], other.shape[-1]
    attributes = {"batch": batch, "rows": rows, "inner": inner, "columns": columns}
    inputs = [sink.number(one), sink.number(other)]
    cost = batch * rows * inner * columns
    sink.bind(call.out, sink.step("matmul", inputs, call.out.shape, **attributes, cost=cost))


def _dense(sink: Sink, call: Call, x: Tensor, weight: Tensor, bias: Tensor) -> None:
    """x (rows, inner) times a constant (inner, columns), which is kept with a row for each output."""
    if sink.is_live(weight):
        raise _refuse(call, "weights that depend on the code")
    rows, inner, columns = x.shape[0], *weight.shape
    number = sink.step(
        "dense", [sink.number(x)], call.out.shape, weight=sink.constant(weight.T), bias=sink.constant(bias), rows=rows,
        n_in=inner, n_out=columns, cost=rows * inner * columns,
    )  # fmt: skip
    sink.bind(call.out, number)


@_entered("convolution")
def _convolution(sink: Sink, call: Call) -> None:
    x, weight, bias = call["input"], call["weight"], call["bias"]
    if x.ndim != 4 or x.shape[0] != 1:
        raise _refuse(call, f"an input of shape {tuple(x.shape)}")
    if sink.is_live(weight) or sink.is_live(bias):
        raise _refuse(call, "weights that depend on the code")
    groups = int(call["groups"])
    n_in, n_out = x.shape[1], call.out.shape[1]
    kernel = list(weight.shape[2:])
    if call["transposed"]:
        # (in, out / groups, kh, kw) → for each group a matrix with a row for each output channel and tap
        matrix = weight.unflatten(0, (groups, -1)).permute(0, 2, 3, 4, 1).reshape(-1, n_in // groups)
    else:
        matrix = weight.reshape(n_out, -1)
    bias = torch.zeros(n_out) if bias is None else bias
    pixels = size(x.shape[2:]) if call["transposed"] else size(call.out.shape[2:])
    number = sink.step(
        "unconv" if call["transposed"] else "conv", [sink.number(x)], call.out.shape,
        weight=sink.constant(matrix), bias=sink.constant(bias), groups=groups,
        n_in=n_in, n_out=n_out, size=list(x.shape[2:]), to=list(call.out.shape[2:]), kernel=kernel,
        stride=list(call["stride"]), padding=list(call["padding"]), dilation=list(call["dilation"]),
        cost=matrix.numel() * pixels,
    )  # fmt: skip
    sink.bind(call.out, number)


# Statistics ----------------------------------------------------------------------------------------------------------


@_entered("native_group_norm")
def _group_norm(sink: Sink, call: Call) -> None:
    rows = call["N"] * call["group"]
    _norm(sink, call, call["input"], rows, (call["weight"], call["bias"]), (call["C"], call["HxW"]), call["eps"])


@_entered("native_layer_norm")
def _layer_norm(sink: Sink, call: Call) -> None:
    x, width = call["input"], size(call["normalized_shape"])
    _norm(sink, call, x, x.numel() // width, (call["weight"], call["bias"]), (width, 1), call["eps"])


def _norm(
    sink: Sink, call: Call, x: Tensor, rows: int, affine: tuple[Tensor | None, Tensor | None],
    layout: tuple[int, int], eps: float,
) -> None:  # fmt: skip
    """Rows of mean 0 and variance 1, then a scale and a shift for each channel, which are `each` numbers long."""
    channels, each = layout
    scale, shift = (
        torch.full((channels,), fill) if given is None else given.flatten()
        for given, fill in zip(affine, (1.0, 0.0), strict=True)
    )
    number = sink.step(
        "norm", [sink.number(x)], x.shape, rows=rows, eps=eps, each=each, channels=channels,
        scale=sink.constant(scale), shift=sink.constant(shift),
    )  # fmt: skip
    sink.bind(call.out[0], number)


@_entered("native_batch_norm")
def _batch_norm(sink: Sink, call: Call) -> None:
    if call["running_mean"] is None:  # instance normalisation, which makes each channel an example of its own
        x, channels = call["input"], call["input"].shape[1]
        layout = channels, size(call["input"].shape[2:])
        _norm(sink, call, x, channels, (call["weight"], call["bias"]), layout, call["eps"])
        return
    if call.arguments.get("training"):
        raise _refuse(call, "a batch's own statistics")
    x, channels = call["input"], call["input"].shape[1]
    scale = (call["running_var"] + call["eps"]).rsqrt() * (1 if call["weight"] is None else call["weight"])
    shift = (0 if call["bias"] is None else call["bias"]) - call["running_mean"] * scale
    number = sink.step(
        "affine", [sink.number(x)], x.shape, channels=channels, each=size(x.shape[2:]), scale=sink.constant(scale),
        shift=sink.constant(shift),
    )  # fmt: skip
    sink.bind(call.out[0], number)


@_entered("_softmax", "_log_softmax", "_safe_softmax")
def _softmax(sink: Sink, call: Call) -> None:
    x, axis = call["self"], call["dim"] % call["self"].ndim
    number = sink.step(
        "softmax", [sink.number(x)], x.shape, outer=size(x.shape[:axis]), n=x.shape[axis],
        inner=size(x.shape[axis + 1 :]), log=call.name == "_log_softmax",
    )  # fmt: skip
    sink.bind(call.out, number)


@_entered("sum", "mean", "amax", "amin", "logsumexp")
def _reduce(sink: Sink, call: Call) -> None:
    x, axes = call["self"], call.arguments.get("dim")
    gone = {axis % x.ndim for axis in ([axes] if isinstance(axes, int) else axes or range(x.ndim))}
    kept = [axis for axis in range(x.ndim) if axis not in gone]
    seen = torch.empty(x.shape, device="meta").permute(*kept, *sorted(gone))
    source, width = _strided(sink, sink.number(x), seen), size([x.shape[axis] for axis in gone])
    sink.bind(call.out, sink.step("reduce", [source], call.out.shape, f=call.name, n=width))


@_entered("linalg_vector_norm")
def _vector_norm(sink: Sink, call: Call) -> None:
    x, axes = call["self"], call["dim"]
    if call["ord"] != 2 or axes is None or [axis % x.ndim for axis in axes] != [x.ndim - 1]:
        raise _refuse(call, "other than the lengths of rows")
    sink.bind(call.out, sink.step("reduce", [sink.number(x)], call.out.shape, f="length", n=x.shape[-1]))


# Sizes of pictures ---------------------------------------------------------------------------------------------------


@_entered("upsample_nearest2d", "_upsample_nearest_exact2d")
def _nearest(sink: Sink, call: Call) -> None:
    _resize(sink, call, "nearest_exact" if "exact" in call.name else "nearest")


@_entered("upsample_bilinear2d")
def _bilinear(sink: Sink, call: Call) -> None:
    _resize(sink, call, "corners" if call["align_corners"] else "bilinear")


def _resize(sink: Sink, call: Call, kind: str) -> None:
    x = call.args[0]
    number = sink.step(
        "resize", [sink.number(x)], call.out.shape, maps=size(x.shape[:2]), size=list(x.shape[2:]),
        to=list(call.out.shape[2:]), kind=kind, scale=_factors(call),
    )  # fmt: skip
    sink.bind(call.out, number)


def _factors(call: Call) -> list[float]:
    """How far two pixels of the result lie apart in the input, both ways."""
    given = call.arguments.get("scale_factors") or [call.arguments.get("scales_h"), call.arguments.get("scales_w")]
    sides = zip(call.args[0].shape[2:], call.out.shape[2:], given, strict=True)
    return [1 / factor if factor else before / after for before, after, factor in sides]
