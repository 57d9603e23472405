"""Records what PyTorch computes, operation by operation."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from autoencode.errors import CapabilityError
from autoencode.kernels.torch_private import TorchDispatchMode, is_in_place, parameters_of
from autoencode.portable.operations import Call, UnsupportedOperationError, operations
from autoencode.portable.program import Program, Step, Weights, merge_programs, size

_STALE = "a constant that was overwritten under another name"


def trace(function: Callable[[Tensor, Any], Tensor], code: Tensor, contexts: Sequence[Any] = (None,)) -> Program:
    """Runs a function once for each context and keeps what it did with the code as a program.

    What does not depend on the code (a context's features, weights of unit length) is computed here and now, and only
    its result is kept.

    Args:
        function: (code, context) → the result, with weights that stay as they are.
        code: an example of its input, (1, *latent_shape) in float32.
        contexts: its conditioning inputs, one of these at a time.

    Raises:
        CapabilityError: an operation that the page has no kernel for, by name.
    """
    recorded = [_trace_one(function, code, context) for context in contexts]
    try:
        return merge_programs(recorded)
    except ValueError as error:
        raise CapabilityError(f"this decoder cannot be exported: {error}") from error


def _trace_one(function: Callable[[Tensor, Any], Tensor], code: Tensor, context: Any) -> Program:
    with torch.inference_mode():
        recorder = Tracer(code.clone())
        with recorder:
            result = function(recorder.code, context)
        return recorder.program(result)


class Tracer(TorchDispatchMode):
    """While it is entered, every operation on what depends on the code becomes steps.

    Args:
        code: the input.
    """

    def __init__(self, code: Tensor) -> None:
        super().__init__()
        self.code = code
        self.steps: list[Step] = []
        self.sizes: list[int] = [code.numel()]
        self.weights: list[Weights] = []
        self.unknown: list[str] = []  # raised at the end: Python would take an error inside `a @ b` for its own
        self._numbers: dict[int, int] = {id(code): 0}
        self._at: dict[int, list[Tensor]] = {_memory(code): [code]}  # kept, so that no two ever have the same id

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        given = dict(kwargs or {})
        leaves = _leaves((args, given))
        live, stale = any(map(self.depends_on_code, leaves)), any(map(self._is_stale, leaves))
        if live and func.overloadpacket.__name__ not in operations:
            with self:  # an operation made of others, such as `linear`
                out = func.decompose(*args, **given)
            if out is not NotImplemented:
                return out
        as_given = args
        if live and is_in_place(func) and not self.depends_on_code(args[0]):
            as_given = (args[0].clone(), *args[1:])  # a constant that is about to be overwritten
        out = func(*args, **given)
        if stale:
            self._mark_unsupported(f"'{func.overloadpacket.__name__}' of {_STALE}", out)
        elif live:
            self._lower(func, as_given, given, out)
        return out

    def _lower(self, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any], out: Any) -> None:
        packet, in_place = func.overloadpacket.__name__, is_in_place(func)
        name = packet.rstrip("_") if in_place else packet
        sharing = [tensor for tensor in self._at.get(_memory(out), []) if tensor is not out] if in_place else []
        if name in operations and (not sharing or all(_is_whole(tensor) for tensor in (*sharing, out))):
            try:
                operations[name](self, Call(name, func, _bound(func, args, kwargs), args, kwargs, out))
            except UnsupportedOperationError as error:
                self._mark_unsupported(str(error), out)
        else:
            self._mark_unsupported(f"'{packet}'", out)
        for tensor in sharing:  # the same numbers in the same order, seen in another shape
            self.bind(tensor, self._numbers[id(out)])

    def _mark_unsupported(self, what: str, out: Any) -> None:
        """Goes on, so that all that is missing can be named at once."""
        self.unknown.append(what)
        for tensor in _leaves(out):
            self.bind(tensor, 0)

    # What the operations' functions use ------------------------------------------------------------------------------

    def depends_on_code(self, value: Any) -> bool:
        """Whether this is a tensor that depends on the code."""
        return isinstance(value, Tensor) and id(value) in self._numbers

    def _is_stale(self, value: Any) -> bool:
        """Whether it was a constant, until something that depends on the code was written into its memory."""
        known = not isinstance(value, Tensor) or value.numel() == 0 or self.depends_on_code(value)
        return not known and _memory(value) in self._at

    def number(self, value: Tensor) -> int:
        """The number of a tensor's value; a constant becomes a value first."""
        if self.depends_on_code(value):
            return self._numbers[id(value)]
        return self.step("constant", [], value.shape, weight=self.constant(value))

    def constant(self, value: Tensor) -> int:
        """Keeps a tensor among the weights, and gives its number there."""
        self.weights.append(Weights((value.detach().to("cpu", torch.float32).contiguous().clone(),)))
        return len(self.weights) - 1

    def step(self, op: str, inputs: Sequence[int], shape: Sequence[int], **attributes: Any) -> int:
        """Adds a step and gives the number of what it writes."""
        self.sizes.append(size(shape))
        self.steps.append(Step(op, tuple(inputs), len(self.sizes) - 1, attributes))
        return len(self.sizes) - 1

    def bind(self, tensor: Tensor, number: int) -> None:
        """Says which value a tensor is from now on."""
        if id(tensor) not in self._numbers:
            self._at.setdefault(_memory(tensor), []).append(tensor)
        self._numbers[id(tensor)] = number

    def program(self, result: Tensor) -> Program:
        """What was recorded, without the steps whose results are not used.

        Raises:
            CapabilityError: it holds operations that the page has no kernel for.
        """
        if self._is_stale(result):
            self.unknown.append(_STALE)
        if self.unknown:
            raise CapabilityError(
                f"the decoder computes {', '.join(dict.fromkeys(self.unknown))}, which the explorer's page has no "
                "kernel for: docs/explorer.md lists what it has"
            )
        output = self.number(result)
        needed, steps = {output}, list[Step]()
        for step in reversed(self.steps):
            if step.output in needed:
                steps.append(step)
                needed |= set(step.inputs)
        sizes = [length if number in needed else 0 for number, length in enumerate(self.sizes)]
        sizes[0] = self.code.numel()
        return Program(tuple(steps[::-1]), tuple(sizes), tuple(self.weights), output, tuple(result.shape[1:]))


def _leaves(value: Any) -> list[Any]:
    """What nested lists, tuples and dicts hold."""
    if isinstance(value, dict):
        value = list(value.values())
    return [leaf for part in value for leaf in _leaves(part)] if isinstance(value, list | tuple) else [value]


def _memory(tensor: Tensor) -> int:
    return tensor.untyped_storage().data_ptr()


def _is_whole(tensor: Tensor) -> bool:
    """Whether a tensor is all of its memory, in order."""
    return tensor.is_contiguous() and tensor.untyped_storage().nbytes() == tensor.numel() * tensor.element_size()


def _bound(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """All arguments by name, those that were left out by their defaults."""
    named = dict[str, Any]()
    for place, argument in enumerate(parameters_of(func)):
        given = args[place] if place < len(args) else kwargs.get(argument.name, argument.default_value)
        named[argument.name] = given
    return named
