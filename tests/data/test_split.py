import json
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from autoencode.data import OfficialSplit, Split, split_indices
from autoencode.data.split import check_enough_examples, split_by_time
from autoencode.errors import ArgumentError, DataError


def test_comes_back_from_its_file(tmp_path: Path):
    split = split_indices(50, seed=-3)
    split.save(tmp_path / "split.safetensors")
    back = Split.load(tmp_path / "split.safetensors")
    assert back.seed == -3
    for part in ("train", "validation", "test"):
        assert torch.equal(getattr(back, part), getattr(split, part))


def test_sizes_and_seed_are_in_the_metadata(tmp_path: Path):
    split_indices(50, seed=7).save(tmp_path / "split.safetensors")
    with safe_open(tmp_path / "split.safetensors", framework="pt") as file:
        assert json.loads(file.metadata()["split"]) == {"seed": 7, "train": 40, "validation": 5, "test": 5}
    assert [path.name for path in tmp_path.iterdir()] == ["split.safetensors"]


def test_a_truncated_file_is_a_data_error(tmp_path: Path):
    path = tmp_path / "split.safetensors"
    split_indices(50, seed=0).save(path)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(DataError, match=r"holds no split: .*make it again"):
        Split.load(path)


def test_a_missing_file_is_a_data_error(tmp_path: Path):
    with pytest.raises(DataError, match=r"holds no split"):
        Split.load(tmp_path / "none")


@pytest.mark.parametrize(
    "train", [torch.tensor([0, 0]), torch.tensor([-1, 0]), torch.tensor([0.0]), torch.tensor([[0]]), torch.tensor([5])]
)
def test_what_was_tampered_with_is_refused(tmp_path: Path, train: torch.Tensor):
    tensors = {"train": train, "validation": torch.tensor([5]), "test": torch.tensor([6])}
    save_file(tensors, tmp_path / "split", metadata={"split": '{"seed": 0}'})
    with pytest.raises(DataError, match=r"holds no split"):
        Split.load(tmp_path / "split")


def test_a_file_without_a_seed_is_refused(tmp_path: Path):
    save_file({name: torch.tensor([i]) for i, name in enumerate(["train", "validation", "test"])}, tmp_path / "split")
    with pytest.raises(DataError, match=r"holds no split: 'split'"):
        Split.load(tmp_path / "split")


def places(split: Split) -> torch.Tensor:
    return torch.cat([split.train, split.validation, split.test])


def test_every_example_is_in_one_part():
    split = split_indices(103, seed=1)
    assert split.sizes == {"train": 83, "validation": 10, "test": 10}
    assert torch.equal(places(split).sort().values, torch.arange(103))


def test_the_seed_decides_and_the_global_generator_does_not():
    torch.manual_seed(1)
    state = torch.get_rng_state()
    first = split_indices(100, seed=5)
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(2)
    assert torch.equal(places(split_indices(100, seed=5)), places(first))
    assert not torch.equal(places(split_indices(100, seed=6)), places(first))


def test_three_examples_are_enough_for_three_parts():
    assert split_indices(3, seed=0).sizes == {"train": 1, "validation": 1, "test": 1}


def test_counts_shares_and_whole_floats():
    assert split_indices(100, seed=0, validation=0.25, test=7).sizes == {"train": 68, "validation": 25, "test": 7}
    assert split_indices(100, seed=0, validation=20.0, test=30).sizes == {"train": 50, "validation": 20, "test": 30}
    assert split_indices(100, seed=0, validation=0.001).sizes["validation"] == 1


def test_official_parts_stay_as_they_are():
    split = split_indices(100, seed=0, official=OfficialSplit(validation=10, test=20))
    assert split.validation.tolist() == list(range(70, 80))
    assert split.test.tolist() == list(range(80, 100))
    assert sorted(split.train.tolist()) == list(range(70))
    assert split.train.tolist() != list(range(70))


def test_validation_is_held_out_of_the_training_examples_only():
    split = split_indices(100, seed=0, official=OfficialSplit(test=20, default_validation=15))
    assert split.sizes == {"train": 65, "validation": 15, "test": 20}
    assert int(torch.cat([split.train, split.validation]).max()) < 80
    assert split.test.tolist() == list(range(80, 100))


def test_a_limit_shortens_the_training_part_alone_and_is_nested():
    full, ten, five = (split_indices(100, seed=0, limit=limit) for limit in (None, 10, 5))
    assert torch.equal(ten.validation, full.validation)
    assert torch.equal(ten.test, full.test)
    assert len(ten.train) == 10
    assert torch.equal(ten.train, full.train[:10])
    assert torch.equal(five.train, ten.train[:5])
    assert len(split_indices(100, seed=0, limit=10_000).train) == 80


def test_counts_that_an_official_part_already_has_are_taken():
    official = OfficialSplit(test=20)
    assert split_indices(100, seed=0, test=20, official=official).sizes["test"] == 20
    with pytest.raises(
        ArgumentError, match=r"the data bring a test part of 20 examples: leave --test out, or say --parts random"
    ):
        split_indices(100, seed=0, test=5, official=official)


@pytest.mark.parametrize("share", [0, -1, -0.5, 1.5, True, float("nan"), float("inf")])
def test_shares_without_meaning_are_refused(share: float):
    with pytest.raises(
        ArgumentError, match=r"--validation takes a count of at least 1 or a share between 0 and 1, not"
    ):
        split_indices(100, seed=0, validation=share)


def test_parts_that_leave_nothing_to_train_with_are_refused():
    with pytest.raises(ArgumentError, match=r"validation 60 and test 40 leave none of 100 examples to train"):
        split_indices(100, seed=0, validation=60, test=40)


def test_a_limit_below_one_is_refused():
    with pytest.raises(ArgumentError, match=r"--limit takes .* at least 1, not 0"):
        split_indices(100, seed=0, limit=0)


@pytest.mark.parametrize(
    ("official", "needed"),
    [
        (OfficialSplit(), "at least 3 are needed: one each to train, validate and test"),
        (OfficialSplit(test=10), "at least 2 are needed: one each to train and validate"),
        (OfficialSplit(validation=10), "at least 2 are needed: one each to train and test"),
        (OfficialSplit(validation=5, test=5), "at least 1 is needed: one each to train"),
    ],
)
def test_too_few_examples_say_how_many_are_needed(official: OfficialSplit, needed: str):
    n = official.validation + official.test
    with pytest.raises(DataError, match=rf"pictures found: 0; {needed}"):
        check_enough_examples(n, official, "pictures")
    check_enough_examples(n + 3, official, "pictures")


def spans(sizes, length):
    """Windows of so many frames, each beginning one frame after the one before, in sequences with so many windows."""
    rows, first = [], 0
    for number, size in enumerate(sizes):
        rows += [[first + place, first + place + length, number] for place in range(size)]
        first += size + length
    return torch.tensor(rows)


def frames_of(rows, places):
    return {frame for place in places.tolist() for frame in range(int(rows[place, 0]), int(rows[place, 1]))}


@pytest.mark.parametrize("sizes", [[100], [40, 60], [7, 90, 30]])
def test_parts_by_time_share_no_frame_and_have_the_sizes_that_were_asked_for(sizes):
    rows = spans(sizes, 6)
    split = split_by_time(rows, seed=3, validation=12, test=0.2)
    assert (len(split.validation), len(split.test)) == (12, round(0.2 * sum(sizes)))
    parts = [frames_of(rows, part) for part in (split.train, split.validation, split.test)]
    assert all(not one & other for number, one in enumerate(parts) for other in parts[:number])
    for number in range(len(sizes)):
        own = [part[rows[part, 2] == number] for part in (split.train, split.validation, split.test)]
        ends = [(int(part.min()), int(part.max())) for part in own if len(part)]
        assert ends == sorted(ends)


def test_parts_by_time_given_as_counts_are_the_same_again():
    rows = spans([200], 5)
    one = split_by_time(rows, seed=0)
    other = split_by_time(rows, seed=0, validation=len(one.validation), test=len(one.test))
    assert torch.equal(one.train, other.train)
    assert torch.equal(one.validation, other.validation)


def test_the_parts_that_data_bring_stay_in_a_split_by_time():
    rows = spans([50, 20], 4)
    split = split_by_time(rows, seed=0, official=OfficialSplit(test=20))
    assert split.test.tolist() == list(range(50, 70))
    assert int(split.validation.max()) == 49


def test_a_limit_leaves_training_windows_out_by_chance():
    split = split_by_time(spans([100], 4), seed=0, limit=5)
    assert len(split.train) == 5
    assert sorted(split.train.tolist()) != list(range(5))


def test_too_few_windows_for_three_parts_by_time_are_an_error():
    with pytest.raises(DataError, match="18 frames in a row or more are needed"):
        split_by_time(spans([7], 6), seed=0)
