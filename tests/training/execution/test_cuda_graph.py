"""A step that is recorded on a GPU and replayed; here a stand-in records, on the processor."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
import torch
from torch import Tensor

from autoencode.errors import CapabilityError
from autoencode.runtime.seeding import preserved_rng
from autoencode.training.execution import compiled_step, cuda_graph, graph_compiler
from autoencode.training.execution.cuda_graph import CudaGraph
from support.compiling import eight_steps, weights_of_training


@pytest.fixture(autouse=True)
def quiet_noise() -> Iterator[None]:
    with preserved_rng(torch.device("cpu")):
        yield


def stand_in(function: Callable[..., Any], inputs: Sequence[Tensor]) -> tuple[Callable[[], None], Any]:
    """As a GPU's: nothing is changed by the recording, and all replays use the same memory."""
    made = function(*(value.clone() for value in inputs))

    def replay() -> None:
        for place, value in zip(made, function(*inputs), strict=True):
            place.copy_(value)

    return replay, made


@pytest.fixture
def recording(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps are recorded as on a GPU."""
    monkeypatch.setattr(cuda_graph, "capture", stand_in)
    monkeypatch.setattr(graph_compiler, "compile_graph", lambda graph, *_: graph)

    def compile_traced(function: Callable[..., Any], memory: Sequence[Tensor], given: Sequence[Tensor]) -> CudaGraph:
        return CudaGraph(graph_compiler.compile_traced(function, memory, given), memory, given)

    monkeypatch.setattr(compiled_step, "compile_traced", compile_traced)


def count(total: Tensor, x: Tensor, scale: Tensor) -> tuple[Tensor, Tensor]:
    total += (x * scale).sum()
    return total * 2, x * scale


def test_memory_is_read_where_it_is_and_what_is_given_is_new_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cuda_graph, "capture", stand_in)
    total, x = torch.zeros(()), torch.ones(3)
    program = CudaGraph(count, [total], [x, torch.tensor(1.0)])
    assert total == 0
    first, one = program(total, torch.tensor([1.0, 2.0, 3.0]), torch.tensor(2.0))
    assert (first.item(), one.tolist(), total.item()) == (24, [2, 4, 6], 12)
    total.fill_(1)
    second, other = program(total, torch.ones(3), torch.tensor(1.0))
    assert (second.item(), other.tolist(), total.item()) == (8, [1, 1, 1], 4)
    assert second is first  # overwritten
    assert torch.equal(x, torch.ones(3))


@pytest.mark.usefixtures("recording")
@pytest.mark.parametrize(("optimizer", "grad_clip"), [("adam", None), ("adamw", 4.0), ("muon", 0.1)])
def test_it_takes_the_same_steps(optimizer: str, grad_clip: float | None) -> None:
    plain, recorded = (eight_steps(optimizer, grad_clip, as_program=way) for way in (False, True))
    for one, other in zip(plain, recorded, strict=True):
        torch.testing.assert_close(other, one, rtol=3e-3, atol=1e-4)


@pytest.mark.usefixtures("recording")
def test_a_training_that_goes_on_ends_with_the_same_weights_to_the_bit(tmp_path) -> None:
    """Its checkpoint is read after the recording was made, into the memory that is recorded."""
    once, twice = weights_of_training(tmp_path / "once"), weights_of_training(tmp_path / "twice", 13)
    assert all(torch.equal(a, b) for a, b in zip(once, twice, strict=True))


def test_what_cannot_be_recorded_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("CUDA error: operation not permitted when stream is capturing\nand more")

    monkeypatch.setattr(cuda_graph, "capture", fail)
    monkeypatch.setattr(
        compiled_step, "compile_traced", lambda function, memory, given: CudaGraph(function, memory, given)
    )
    with pytest.raises(
        CapabilityError, match=r"cannot compile the training step: CUDA error: operation not permitted.*capturing$"
    ):
        eight_steps("adam", None, as_program=True)


class Gpu:
    """What is asked of `torch.cuda` for a recording: streams in order, a graph that keeps what ran inside."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def current_stream(self) -> "Gpu":
        return self

    def Stream(self) -> "Gpu":  # noqa: N802 - PyTorch's name
        return Gpu.beside(self)

    @staticmethod
    def beside(other: "Gpu") -> "Gpu":
        side = Gpu()
        side.calls = other.calls
        return side

    def wait_stream(self, other: "Gpu") -> None:
        self.calls.append("wait")

    def __enter__(self) -> None:
        self.calls.append("in")

    def __exit__(self, *_: object) -> None:
        self.calls.append("out")

    def stream(self, stream: "Gpu") -> "Gpu":
        return stream

    def graph(self, graph: "Gpu") -> "Gpu":
        self.calls.append("graph")
        return graph

    def CUDAGraph(self) -> "Gpu":  # noqa: N802 - PyTorch's name
        return Gpu.beside(self)

    def replay(self) -> None:
        self.calls.append("replay")


def test_a_recording_follows_warm_ups_on_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    gpu, memory, seen = Gpu(), torch.zeros(()), []
    monkeypatch.setattr(cuda_graph.torch, "cuda", gpu)

    def work(total: Tensor) -> Tensor:
        gpu.calls.append("work")
        seen.append(total is memory)
        return total + 1

    replay, made = cuda_graph.capture(work, [memory])
    replay()
    warm = ["wait", "in", *["work"] * 3, "out", "wait"]
    assert gpu.calls == [*warm, "graph", "in", "work", "out", "replay"]
    assert seen == [False, False, False, True]
    assert made == 1
