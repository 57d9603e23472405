"""The sentence on a model says what the evidence says, and nothing else."""

import pytest

from autoencode.evaluation import verdict
from autoencode.runs.verdict import Evidence, Grade

PCA = {"n": 180, "mean_error": 0.08, "pca_error": 0.02, "pca_numbers": 32, "steps": 5_000}


@pytest.mark.parametrize(
    ("evidence", "grade", "words"),
    [
        (
            {**PCA, "squared_error": 0.015},
            "good",
            "squared error 0.015 on 180 pictures held out, 25 % below PCA with 32",
        ),
        ({**PCA, "squared_error": 0.03}, "fair", "50 % above PCA with 32 numbers (0.02)"),
        ({**PCA, "squared_error": 0.02}, "fair", "the same as PCA"),
        ({**PCA, "squared_error": 0.079}, "poor", "no better than the mean picture (squared error 0.079 on 180"),
        ({**PCA, "squared_error": None}, "poor", "no finite number"),
        ({**PCA, "squared_error": 0.06, "active": 0, "units": 64}, "poor", "0 of 64 numbers are in use"),
        ({**PCA, "squared_error": 0.06, "active": 1, "units": 64}, "fair", "1 of 64 numbers is in use"),
        ({"n": 9, "squared_error": 0.03, "mean_error": 0.08}, "good", "62 % below the mean picture"),
        ({"n": 9, "squared_error": 0.05, "mean_error": 0.08}, "fair", "38 % below the mean picture"),
        ({"n": 1, "squared_error": 0.05, "mean_error": 0.08}, "fair", "on 1 picture held out"),
        ({"n": 9, "squared_error": 0.001, "input_error": 0.01}, "good", "10.0 dB below the input (0.01)"),
        ({"n": 9, "squared_error": 0.009, "input_error": 0.01}, "fair", "0.5 dB below the input"),
        ({"n": 9, "squared_error": 0.02, "input_error": 0.01}, "poor", "3.0 dB above the input"),
        ({"n": 9}, "not measured", "Not measured: no clean pictures are known to compare with."),
        (
            {"n": 9, "squared_error": 0.03, "mean_error": 0.08, "active": 37, "units": 512, "unit": "codewords"},
            "good",
            "37 of 512 codewords are in use",
        ),
    ],
)
def test_grade_and_words(evidence, grade, words):
    found = verdict(Evidence(**evidence), noun="pictures")
    assert found.grade == Grade(grade)
    assert words in found.sentence
    assert found.sentence.startswith(f"{grade.capitalize()}: ")
    assert str(found) == found.sentence


def test_what_a_good_model_loses_is_said():
    much = Evidence(n=6, squared_error=0.022, mean_error=0.069, pca_error=0.03, pca_numbers=32)
    assert "(0.03); 32 % of the variance is lost, so details are blurred." in verdict(much, noun="pictures").sentence
    assert "(0.03); 32 % of the variance is lost." in verdict(much, noun="rows").sentence
    assert "lost" not in verdict(Evidence(**PCA, squared_error=0.015), noun="pictures").sentence
    assert "lost" not in verdict(Evidence(**PCA, squared_error=0.079), noun="pictures").sentence  # as the mean


def test_all_of_a_code_in_use_is_not_said():
    assert "in use" not in verdict(Evidence(**PCA, squared_error=0.015, active=32, units=32)).sentence


def test_a_collapse_comes_with_advice_that_the_recipe_can_follow():
    collapsed = Evidence(**PCA, squared_error=0.08, active=0, units=2)
    said = verdict(collapsed, ["beta", "hidden", "free_bits"]).sentence
    assert said.endswith("Try a smaller --beta or some --free-bits.")
    assert "--beta" not in verdict(collapsed, ["hidden"]).sentence


def test_few_steps_are_the_first_suspect():
    few = Evidence(**{**PCA, "steps": 36}, squared_error=0.08, active=0, units=2)
    assert "Train longer, such as --minutes 5: 36 steps are few." in verdict(few, ["beta"]).sentence


def test_a_fair_model_of_few_steps_is_to_train_longer():
    fair = {**PCA, "squared_error": 0.03}
    assert verdict(Evidence(**{**fair, "steps": 79})).sentence.endswith("79 steps are few.")
    assert "Train longer" not in verdict(Evidence(**fair)).sentence


def test_the_learning_curve_is_said():
    rose = verdict(Evidence(**PCA, squared_error=0.015, rising_since=12.0), noun="pictures").sentence
    assert "the validation loss rose after epoch 12, whose weights are kept: more pictures would help" in rose
    fell = verdict(Evidence(**PCA, squared_error=0.015, falling=True, minutes=4.2)).sentence
    assert "the loss was still falling: train on with --resume and --minutes 5" in fell
    assert verdict(Evidence(**PCA, squared_error=0.08, falling=True)).sentence.count("rain") == 1
