"""Examples that stay on a GPU, where they fit; here "meta" stands for one."""

import pytest
import torch

from autoencode.data import Subset
from autoencode.training.execution import gpu_cache as module
from autoencode.training.execution.gpu_cache import cache_on_gpu

GPU = torch.device("cuda")


@pytest.fixture
def part() -> Subset:
    x = torch.zeros(10, 1, 4, 4, dtype=torch.uint8)
    return Subset(x, labels=torch.zeros(10, dtype=torch.int64), target=x.clone())


def test_bytes_are_counted_with_all_that_belongs_to_them(part: Subset) -> None:
    assert part.nbytes == 160 + 80 + 160


def test_all_that_belongs_to_them_is_moved(part: Subset) -> None:
    moved = Subset(part.x, part.labels, part.x.float(), stochastic=True, target=part.target).to("meta")
    tensors = [moved.x, moved.labels, moved.context, moved.target]
    assert [value is not None and value.device.type for value in tensors] == ["meta"] * 4
    assert moved.stochastic
    assert Subset(part.x).to("meta").labels is None


def test_they_stay_there_where_half_of_the_memory_holds_them(part: Subset, monkeypatch: pytest.MonkeyPatch) -> None:
    there = Subset(part.x.to("meta"))
    monkeypatch.setattr(Subset, "to", lambda *_: there)
    for free, moved in ((800, True), (799, False)):
        monkeypatch.setattr(module, "free_memory", lambda _, free=free: free)
        assert cache_on_gpu(part, GPU) is (there if moved else part)
    assert cache_on_gpu(part, torch.device("cpu")) is part
