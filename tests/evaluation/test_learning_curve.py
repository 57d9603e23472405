"""What validation losses say about the length of a training."""

import math

from autoencode.evaluation.learning_curve import rising_since, still_falling
from autoencode.runs.metrics import EpochMetrics


def curve(*losses, best=None):
    return [
        EpochMetrics(
            step=10 * number,
            epoch=float(number),
            train={"loss": loss},
            validation={"loss": loss},
            learning_rate=0.001,
            best=loss == min(losses[:number]) if best is None else best,
            seconds=float(number),
            examples_per_second=1.0,
        )
        for number, loss in enumerate(map(float, losses), 1)
    ]


def test_overfitting_is_seen_where_the_loss_rose_for_long():
    rose = curve(40, 30, 20, 21, 22, 24, 26, 28, 30, 32)
    assert rising_since(rose) == 3
    assert not still_falling(rose)
    assert rising_since(curve(40, 20, 40)) is None, "too few epochs"
    assert rising_since(curve(40, 30, 20, *[20.5] * 8)) is None, "hardly rose"
    assert rising_since([]) is None


def test_a_loss_that_still_falls():
    assert still_falling(curve(*range(40, 20, -1)))
    assert still_falling(curve(40, 35, 30, 25, 20))
    assert not still_falling(curve(40, 30, 20, 10)), "too few epochs"
    assert not still_falling(curve(*[20 + 20 * math.exp(-number) for number in range(20)])), "settled"
    assert not still_falling(curve(*range(40, 20, -1), 22)), "the last is not the best"


def test_losses_that_cannot_be_compared_say_nothing():
    adversarial = curve(40, 30, 20, 21, 22, 24, 26, 28, 30, 32, best=True)
    assert rising_since(adversarial) is None
    assert not still_falling(curve(40, 41, *range(39, 20, -1), best=True))
