"""Functions that give the same bits everywhere."""

import functools
import hashlib
import operator

import numpy as np
import pytest
import scipy.special

from autoencode.compression.exact_functions import add_in_order, exp, normal_cdf, normal_quantiles, sigmoid, softmax

X = np.linspace(-40, 40, 100_001)


def test_they_are_as_exact_as_a_librarys():
    np.testing.assert_allclose(exp(X), np.exp(X), rtol=2e-15)
    np.testing.assert_allclose(sigmoid(X), scipy.special.expit(X), rtol=2e-15)
    inner = np.abs(X) < 3
    np.testing.assert_allclose(normal_cdf(X[inner]), scipy.special.ndtr(X[inner]), rtol=1e-11)
    np.testing.assert_allclose(normal_cdf(X[X > -37]), scipy.special.ndtr(X[X > -37]), rtol=2e-8)
    logits = np.random.default_rng(0).normal(size=(50, 7))
    np.testing.assert_allclose(softmax(logits), scipy.special.softmax(logits, -1), rtol=1e-14)


def test_large_arguments_are_clamped():
    assert exp(np.array([-1e9]))[0] == exp(np.array([-700.0]))[0] > 0
    assert np.isfinite(exp(np.array([1e9])))[0]
    assert normal_cdf(np.array([-1e9, 1e9])).tolist() == pytest.approx([0, 1])


def test_quantiles_divide_the_normal_evenly():
    quantiles = normal_quantiles(64)
    np.testing.assert_allclose(normal_cdf(quantiles), np.arange(1, 64) / 64, rtol=1e-14)
    assert not quantiles.flags.writeable


@pytest.mark.parametrize("function", [exp, sigmoid, normal_cdf])
def test_a_number_has_the_same_bits_wherever_it_lies(function):
    whole = function(X)
    assert np.array_equal(whole[3:50], function(X[3:50]))
    assert np.array_equal(whole[::7], function(X[::7]))
    assert np.array_equal(whole[7::8], function(np.asfortranarray(X[7::8].reshape(-1, 2))).reshape(-1))
    assert np.array_equal(whole[:9], [function(X[i : i + 1])[0] for i in range(9)])


def test_sums_go_from_the_first_to_the_last():
    terms = np.random.default_rng(0).normal(size=(20, 100))
    assert add_in_order(terms).tolist() == [functools.reduce(operator.add, row) for row in terms.tolist()]


@pytest.mark.parametrize(
    ("function", "golden"), [(exp, "cde42f6d77bd0440"), (sigmoid, "064acf8e9c317893"), (normal_cdf, "4d2244e241f25465")]
)
def test_the_bits_are_those_of_every_other_computer(function, golden):
    assert hashlib.sha256(function(X).astype("<f8").tobytes()).hexdigest()[:16] == golden
