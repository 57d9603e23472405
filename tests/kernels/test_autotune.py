"""Products are timed once a machine, and every process then makes the same choice."""

import json
from pathlib import Path

import pytest
import torch
from torch import Tensor

from autoencode.kernels import autotune
from autoencode.kernels.autotune import cached_speedup, measure_speedup


def twice(a: Tensor, b: Tensor, bias: Tensor | None) -> Tensor:
    """The product, in twice the time."""
    autotune.torch.addmm(bias, a, b)
    return torch.addmm(bias, a, b)


@pytest.fixture
def speeds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What is measured, one after the other."""
    found = [1.25, 0.75, 0.5]
    monkeypatch.setattr(autotune, "measure_speedup", lambda _: found.pop(0))
    return found


def test_it_is_measured_once_and_kept_beside_the_library(tmp_path: Path, speeds: list[float]) -> None:
    file = tmp_path / "kernels-1.so"
    assert [cached_speedup(twice, file) for _ in range(3)] == [1.25] * 3
    (kept,) = tmp_path.iterdir()
    assert json.loads(kept.read_text()) == {"processor": autotune.cpu_model(), "matmul_speedup": 1.25}
    assert cached_speedup(twice, tmp_path / "kernels-2.so") == 0.75


def test_another_processor_is_measured_anew(
    tmp_path: Path, speeds: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "kernels-1.so"
    assert cached_speedup(twice, file) == 1.25
    monkeypatch.setattr(autotune, "cpu_model", lambda: "another")
    assert cached_speedup(twice, file) == 0.75


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"matmul_speedup": null}', "\udcff"])
def test_a_damaged_file_is_measured_anew(tmp_path: Path, speeds: list[float], content: str) -> None:
    cached_speedup(twice, tmp_path / "kernels-1.so")
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(content.encode(errors="surrogateescape"))
    assert [cached_speedup(twice, tmp_path / "kernels-1.so") for _ in range(2)] == [0.75] * 2


def test_where_nothing_can_be_kept_it_is_measured_each_time(tmp_path: Path, speeds: list[float]) -> None:
    (tmp_path / "taken").write_text("not a folder")
    assert [cached_speedup(twice, tmp_path / "taken" / "kernels-1.so") for _ in range(2)] == [1.25, 0.75]


def test_times_are_compared_and_the_process_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]

    def product(bias: Tensor, a: Tensor, b: Tensor) -> Tensor:
        clock[0] += 1
        return (a @ b).add_(bias)

    monkeypatch.setattr(autotune.torch, "addmm", product)
    monkeypatch.setattr(autotune.time, "perf_counter", lambda: clock[0])
    generator, threads = torch.get_rng_state(), torch.get_num_threads()
    assert measure_speedup(twice) == pytest.approx(0.5)
    assert torch.equal(torch.get_rng_state(), generator)
    assert torch.get_num_threads() == threads


def test_a_processor_has_a_name() -> None:
    assert autotune.cpu_model()


def test_factors_are_float32_whatever_the_default_dtype() -> None:
    """The C++ would read other numbers as float32."""
    seen = list[torch.dtype]()

    def ours(a: Tensor, b: Tensor, bias: Tensor | None) -> Tensor:
        seen.extend([a.dtype, b.dtype])
        return torch.addmm(bias, a, b)

    torch.set_default_dtype(torch.float64)
    try:
        assert measure_speedup(ours) > 0
    finally:
        torch.set_default_dtype(torch.float32)
    assert set(seen) == {torch.float32}


def test_both_products_are_timed_in_float32_under_autocast_too() -> None:
    dtypes = list[torch.dtype]()

    def ours(a: Tensor, b: Tensor, bias: Tensor | None) -> Tensor:
        out = torch.addmm(bias, a, b)
        dtypes.append(out.dtype)
        return out

    with torch.autocast("cpu", torch.bfloat16):
        measure_speedup(ours)
    assert set(dtypes) == {torch.float32}
