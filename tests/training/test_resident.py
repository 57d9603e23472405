"""Examples that stay on a GPU, where they fit; here "meta" stands for one."""

import pytest
import torch

from autoencode.data import Part
from autoencode.training import resident as module
from autoencode.training.resident import resident

GPU = torch.device("cuda")


@pytest.fixture
def part() -> Part:
    x = torch.zeros(10, 1, 4, 4, dtype=torch.uint8)
    return Part(x, labels=torch.zeros(10, dtype=torch.int64), target=x.clone())


def test_bytes_are_counted_with_all_that_belongs_to_them(part: Part) -> None:
    assert part.nbytes == 160 + 80 + 160


def test_all_that_belongs_to_them_is_moved(part: Part) -> None:
    moved = Part(part.x, part.labels, part.x.float(), stochastic=True, target=part.target).to("meta")
    tensors = [moved.x, moved.labels, moved.context, moved.target]
    assert [value is not None and value.device.type for value in tensors] == ["meta"] * 4
    assert moved.stochastic
    assert Part(part.x).to("meta").labels is None


def test_they_stay_there_where_half_of_the_memory_holds_them(part: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    there = Part(part.x.to("meta"))
    monkeypatch.setattr(Part, "to", lambda *_: there)
    for free, moved in ((800, True), (799, False)):
        monkeypatch.setattr(module, "free_memory", lambda _, free=free: free)
        assert resident(part, GPU) is (there if moved else part)
    assert resident(part, torch.device("cpu")) is part
