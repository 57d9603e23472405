"""Numbers that are easily misread come with a sentence."""

import math
from dataclasses import replace

import pytest
import torch

from autoencode.data import Subset
from autoencode.evaluation import cautions, evaluate
from autoencode.recipes import recipes
from autoencode.runs.metrics import EpochMetrics


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


def test_worse_than_the_mean_of_the_data(measured):
    evaluation, _ = measured
    good = replace(evaluation, squared_error=evaluation.nll.scaled(0.0))
    bad = replace(evaluation, squared_error=replace(evaluation.nll, value=1e12))
    nan = replace(evaluation, squared_error=replace(evaluation.nll, value=math.nan))
    assert not about(cautions(good), "learned nothing")
    assert about(cautions(bad), "learned nothing", "--learning-rate", "1e+12")
    assert about(cautions(nan), "learned nothing")


def test_a_collapsed_code_and_advice_that_the_recipe_can_follow(measured):
    evaluation, _ = measured
    assert not about(cautions(replace(evaluation, active_units=1)), "posterior collapse")
    assert not about(cautions(replace(evaluation, active_units=None)), "posterior collapse")
    collapsed = replace(evaluation, active_units=0)
    (found,) = about(cautions(collapsed, ["beta", "hidden", "free_bits"]), "posterior collapse")
    assert "try a smaller --beta or some --free-bits" in found
    (found,) = about(cautions(collapsed, ["hidden"]), "posterior collapse")
    assert "--" not in found


def test_one_example_says_nothing_about_active_units():
    model, _ = recipes["dense-vae"]((6,), hidden=8, likelihood="normal")
    evaluation = evaluate(model, Subset(torch.randn(1, 6)), importance_samples=0)
    assert evaluation.active_units is None
    assert evaluation.baseline_error is None
    assert not about(cautions(evaluation), "collapse")
    assert not about(cautions(evaluation), "learned nothing")


def curve(*losses):
    return [
        EpochMetrics(
            step=10 * number,
            epoch=float(number),
            train={"loss": loss},
            validation={"loss": loss},
            learning_rate=0.001,
            best=loss == min(losses[:number]),
            seconds=float(number),
            examples_per_second=1.0,
        )
        for number, loss in enumerate(map(float, losses), 1)
    ]


def test_overfitting_and_a_loss_that_still_falls(measured):
    evaluation, _ = measured
    rose = cautions(evaluation, epochs=curve(40, 30, 20, 21, 22, 24, 26, 28, 30, 32))
    assert about(rose, "Overfitting", "best at epoch 3 of 10")
    assert about(cautions(evaluation, epochs=curve(*range(40, 20, -1))), "still falling", "--resume")
    settled = curve(*[20 + 20 * math.exp(-number) for number in range(20)])
    assert not about(cautions(evaluation, epochs=settled), "falling")
    assert not about(cautions(evaluation, epochs=curve(40, 20, 40)), "Overfitting"), "too few epochs"


def test_a_split_of_few_examples(measured):
    evaluation, _ = measured
    assert not about(cautions(evaluation), "rough")
    one = replace(evaluation, nll=replace(evaluation.nll, n=1))
    assert about(cautions(one), "test split has only 1 example,")
