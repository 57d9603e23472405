import inspect

import pytest

from autoencode import errors

ALL = [error for _, error in inspect.getmembers(errors, inspect.isclass) if error is not errors.AutoencodeError]


@pytest.mark.parametrize("error", ALL)
def test_every_error_is_ours_and_a_built_in(error: type[Exception]) -> None:
    assert issubclass(error, errors.AutoencodeError)
    built_in = [base for base in error.__mro__ if base.__module__ == "builtins" and base not in Exception.__mro__]
    assert built_in
    assert error.__doc__
