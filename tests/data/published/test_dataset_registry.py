import pytest

from autoencode.data import datasets
from autoencode.errors import UnknownNameError


def test_the_official_sets_have_names():
    assert set(datasets) >= {"fashion-mnist", "mnist", "binarized-mnist", "digits"}


@pytest.mark.parametrize("name", list(datasets))
def test_each_says_what_it_is_and_where_from(name: str):
    entry = datasets[name]
    assert entry.about
    assert "\n" not in entry.about
    assert entry.home.startswith("http") or entry.home == "made here"
    assert entry.licence
    assert len(entry.data_shape) in (1, 3)


def test_a_misspelt_name_finds_the_nearest():
    with pytest.raises(
        UnknownNameError,
        match=r"no data set named 'fashon-mnist'; did you mean 'fashion-mnist'.*autoencode list datasets",
    ):
        datasets["fashon-mnist"]
