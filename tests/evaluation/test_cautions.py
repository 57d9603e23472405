"""Numbers that are easily misread come with a sentence."""

from dataclasses import replace

import pytest
import torch

from autoencode.data import Subset
from autoencode.evaluation import cautions, evaluate
from autoencode.recipes import recipes


@pytest.fixture(scope="module")
def measured():
    model, _ = recipes["dense-vae"]((6,), hidden=8, likelihood="normal")
    x = torch.randn(50, 6)
    return evaluate(model, Subset(x), importance_samples=0), x


def about(found, *words):
    return [caution for caution in found if all(word in caution for word in words)]


def test_the_baseline_is_the_variance_of_the_data(measured):
    evaluation, x = measured
    assert evaluation.baseline_error == pytest.approx(x.double().var(0, correction=0).mean().item())


def test_one_example_has_no_active_units_and_no_baseline():
    model, _ = recipes["dense-vae"]((6,), hidden=8, likelihood="normal")
    evaluation = evaluate(model, Subset(torch.randn(1, 6)), importance_samples=0)
    assert evaluation.active_units is None
    assert evaluation.baseline_error is None


def test_a_split_of_few_examples(measured):
    evaluation, _ = measured
    assert not about(cautions(evaluation), "rough")
    one = replace(evaluation, nll=replace(evaluation.nll, n=1))
    assert about(cautions(one), "test split has only 1 example,")
