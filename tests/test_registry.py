import pytest

from autoencode.errors import UnknownNameError
from autoencode.likelihoods import likelihoods
from autoencode.recipes import recipes
from autoencode.registry import Registry


@pytest.fixture
def fruits() -> Registry[int]:
    table = Registry[int]("fruit", "fruits list")
    for number, name in enumerate(["pear", "apple", "apricot"]):
        table.add(name, number)
    return table


def test_is_a_table(fruits: Registry[int]) -> None:
    assert fruits["apple"] == 1
    assert "apple" in fruits
    assert "plum" not in fruits
    assert list(fruits) == ["apple", "apricot", "pear"]
    assert len(fruits) == 3


@pytest.mark.parametrize(("typed", "nearest"), [("aple", "'apple'"), ("apricots", "'apricot'"), ("paer", "'pear'")])
def test_an_unknown_name_brings_the_nearest(fruits: Registry[int], typed: str, nearest: str) -> None:
    with pytest.raises(UnknownNameError, match=rf"no fruit named '{typed}'; did you mean {nearest}.*See: fruits list"):
        fruits[typed]


def test_a_name_near_nothing_brings_none(fruits: Registry[int]) -> None:
    with pytest.raises(UnknownNameError, match=r"^no fruit named 'xyz'\. See: fruits list$"):
        fruits["xyz"]


def test_a_name_is_given_once(fruits: Registry[int]) -> None:
    with pytest.raises(ValueError, match="two things claim the fruit name 'apple'"):
        fruits.add("apple", 7)


def test_the_decorator_enters_and_returns(fruits: Registry[int]) -> None:
    assert fruits.register("plum")(9) == 9
    assert fruits["plum"] == 9


def test_the_librarys_own_tables_say_where_to_look() -> None:
    with pytest.raises(
        LookupError, match=r"no recipe named 'dens-vae'; did you mean 'dense-vae'.*autoencode list recipes"
    ):
        recipes["dens-vae"]
    with pytest.raises(LookupError, match=r"no likelihood named 'gauss'.*autoencode list likelihoods"):
        likelihoods["gauss"]
