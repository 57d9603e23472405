"""Options of recipes: read from a function, checked against types and ranges."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, NonNegativeFloat, PositiveInt

from autoencode.errors import ArgumentError
from autoencode.recipes.parameters import Fraction, Parameter, Widths, argument_helps, parameters_of
from autoencode.registry import Registry


class Own:
    """A type of a person's own."""


def function(data_shape: tuple[int, ...], *, latent_dim: PositiveInt = 2, beta: float = 1.0) -> None:
    """A recipe.

    Args:
        data_shape: shape of one example.
        latent_dim: dimensions of the
            code.

    Raises:
        ValueError: never.
    """


def test_options_are_the_keyword_only_parameters() -> None:
    assert [(p.name, p.default, p.help) for p in parameters_of(function)] == [
        ("latent_dim", 2, "dimensions of the code."),
        ("beta", 1.0, ""),
    ]
    assert argument_helps("No section.") == {}


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        (int, 3, 3),
        (PositiveInt, 3, 3),
        (float, 3, 3.0),
        (Widths, [32, 64], (32, 64)),
        (tuple[str, ...], [], ()),
        (Annotated[str, Registry("thing", "list things")], "a", "a"),
        (int | None, None, None),
        (bool, False, False),
    ],
)
def test_values_are_converted_to_the_type(kind: Any, given: Any, kept: Any) -> None:
    found = Parameter("x", kind, None, "").validate(given)
    assert (found, type(found)) == (kept, type(kept))
    own = Own()
    assert Parameter("x", Own, None, "").validate(own) is own


@pytest.mark.parametrize(
    ("kind", "wrong", "message"),
    [
        (PositiveInt, 0, "--hidden-units takes 1 or more, not 0"),
        (PositiveInt, "two", "--hidden-units takes a whole number, 1 or more, not two"),
        (PositiveInt, 2.5, "--hidden-units takes a whole number, 1 or more, not 2.5"),
        (NonNegativeFloat, -0.5, "--hidden-units takes 0 or more, not -0.5"),
        (NonNegativeFloat, float("nan"), "--hidden-units takes a number, 0 or more, not nan"),
        (float, float("inf"), "--hidden-units takes a number, not inf"),
        (Fraction, 1, "--hidden-units takes above 0 and below 1, not 1"),
        (Annotated[float, Field(ge=0, lt=1)], 1, "--hidden-units takes 0 or more and below 1, not 1"),
        (Annotated[int, Field(ge=1, le=2)], 3, "--hidden-units takes 1 to 2, not 3"),
        (Widths, (32, 0), "--hidden-units takes one or more values, each 1 or more, not 32,0"),
        (Literal["l1", "kl", "none"], "l2", "--hidden-units takes l1, kl or none, not l2"),
        (bool, "perhaps", "--hidden-units takes true or false, not perhaps"),
        (int | None, "x", "--hidden-units takes a whole number or nothing, not x"),
        (Own, 3, "--hidden-units takes an instance of Own, not 3"),
    ],
)
def test_other_values_are_errors_of_one_line(kind: Any, wrong: Any, message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        Parameter("hidden_units", kind, None, "").validate(wrong)
    assert str(caught.value) == message
