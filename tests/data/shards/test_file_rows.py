import pytest
import torch

from autoencode.data import Batches, Subset, sequential_batches
from autoencode.data.shards.file_rows import FileRows, RowReader

X = torch.arange(60, dtype=torch.uint8).reshape(10, 2, 3)


class Counted(RowReader):
    """Rows of a tensor, and how many were read."""

    what, data_shape, dtype, digest = "rows", (2, 3), torch.uint8, "1"

    def __init__(self) -> None:
        self.read_so_far = 0

    def read(self, places):
        self.read_so_far += len(places)
        return X[places]


@pytest.fixture
def reader():
    return Counted()


@pytest.fixture
def rows(reader):
    return FileRows(reader, torch.arange(10))


def test_it_has_the_shape_of_all_and_reads_none(rows, reader):
    assert rows.shape == (10, 2, 3)
    assert rows.dtype == torch.uint8
    assert rows.nbytes == 60
    assert len(rows[2:7]) == 5
    assert reader.read_so_far == 0


@pytest.mark.parametrize(
    "choose",
    [
        lambda x: x[2:7],
        lambda x: x[::3],
        lambda x: x[torch.tensor([7, 0, 7])],
        lambda x: x[[1, 4]],
        lambda x: x[torch.arange(10) > 6],
        lambda x: x[2:9][torch.tensor([0, -1])],
        lambda x: x.index_select(0, torch.tensor([3, 9])),
        lambda x: x[-1],
        lambda x: x.detach(),
    ],
    ids=["slice", "stride", "places", "list", "mask", "chosen twice", "index_select", "one", "detach"],
)
def test_rows_are_chosen_as_of_any_tensor(rows, choose):
    assert torch.equal(choose(rows).float(), choose(X).float())


def test_other_operations_read_what_was_chosen(rows, reader):
    assert torch.equal(torch.cat([rows[:2], rows[4:5]]) + 1, torch.cat([X[:2], X[4:5]]) + 1)
    assert reader.read_so_far == 3


def test_a_transform_is_applied_to_what_is_read(rows):
    half = rows.transformed(lambda x: x.float() / 2)
    assert half.dtype == torch.float32
    assert torch.equal(torch.from_numpy(half[3:5].numpy()), X[3:5].float() / 2)


def test_batches_are_those_of_a_tensor_in_memory(rows):
    of_files, of_memory = (Batches(Subset(x), 4, seed=3) for x in (rows, X))
    assert all(torch.equal(of_files(step).x, of_memory(step).x) for step in range(8))
    assert type(of_files(0).x) is torch.Tensor
    for ours, theirs in zip(sequential_batches(rows, 4), sequential_batches(X, 4), strict=True):
        assert torch.equal(ours.x, theirs.x)


def test_the_digest_is_another_for_other_rows(rows):
    assert rows.digest == FileRows(rows.reader, torch.arange(10)).digest != rows[1:].digest
