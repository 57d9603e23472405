import pytest
import torch

from autoencode.errors import ArgumentError, RunError
from autoencode.runtime.processes import Processes, is_one_of_several, joined_processes


class Two(Processes):
    """As the first of two, the other of which says something else."""

    count = 2

    def __init__(self, *others: torch.Tensor) -> None:
        self.others = list(others)

    def gather(self, x):
        return [x, self.others.pop(0)]


def test_one_process_is_the_first_and_decides():
    with joined_processes() as processes:
        assert (processes.rank, processes.count, processes.is_first) == (0, 1, True)
        assert processes.of_first({"a": [1, None, 0.1]}) == {"a": [1, None, 0.1]}
        assert processes.gather_text("é") == ["é"]
        assert processes.gather_text("") == [""]
        assert not processes.any(value=False)
        processes.wait()
        processes.check_same({"data": "x"})


def test_texts_of_other_lengths_are_gathered():
    text = "añb".encode()
    two = Two(torch.tensor([len(text)]), torch.tensor(list(text), dtype=torch.uint8))
    assert two.gather_text("z") == ["z", "añb"]


def test_any_of_two():
    assert Two(torch.tensor([True])).any(value=False)
    assert not Two(torch.tensor([False])).any(value=False)


def test_the_first_fact_that_differs_is_named():
    other = b'{"version": "1", "data": "another"}'
    two = Two(torch.tensor([len(other)]), torch.tensor(list(other), dtype=torch.uint8))
    mine = {"version": "1", "data": "d" * 23}
    with pytest.raises(RunError, match=r"process 1 has another data than the first one \(another, not d+\)"):
        two.check_same(mine)


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"WORLD_SIZE": "2"}, "WORLD_SIZE is in the environment and RANK is not"),
        ({"WORLD_SIZE": "2", "RANK": "0", "MASTER_ADDR": "localhost"}, "MASTER_PORT is not"),
        (
            {"WORLD_SIZE": "two", "RANK": "0", "MASTER_ADDR": "localhost", "MASTER_PORT": "1"},
            "is no number \\('two'\\)",
        ),
    ],
)
def test_half_an_environment_is_refused(monkeypatch, variables, message):
    for name in ("WORLD_SIZE", "RANK", "MASTER_ADDR", "MASTER_PORT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ArgumentError, match=message):
        is_one_of_several()
