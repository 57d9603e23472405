import pytest
import torch
from torch import nn

from autoencode.training.ema import ExponentialMovingAverage


def test_is_the_exponential_average_with_a_shorter_memory_at_first():
    model = nn.Linear(1, 1, bias=False)
    model.weight.data.fill_(1.0)
    average, expected = ExponentialMovingAverage(model, 0.9), 1.0
    for step in range(30):
        model.weight.data.fill_(float(step))
        average.update(step)
        decay = min(0.9, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * step
    assert abs(average.tensors["weight"].item() - expected) < 1e-5


def test_is_applied_for_a_while():
    model = nn.Linear(1, 1, bias=False)
    model.weight.data.fill_(0.0)
    average = ExponentialMovingAverage(model, 0.5)
    model.weight.data.fill_(1.0)
    average.update(100)
    with average.applied():
        assert model.weight.item() == 0.5
    assert model.weight.item() == 1.0


def test_running_statistics_are_averaged_as_the_weights_are():
    model = nn.BatchNorm1d(2)
    average = ExponentialMovingAverage(model, 0.9)
    model.running_mean.fill_(1.0)
    average.update(0)
    assert average.tensors["running_mean"].tolist() == pytest.approx([0.9, 0.9])  # a decay of 0.1 at first


def test_integer_buffers_are_copied():
    model = nn.BatchNorm1d(2)
    average = ExponentialMovingAverage(model, 0.9)
    model(torch.randn(4, 2))
    average.update(0)
    assert average.tensors["num_batches_tracked"].item() == 1


def test_none_costs_nothing():
    model = nn.Linear(1, 1)
    average = ExponentialMovingAverage(model, 0.0)
    average.update(0)
    assert not average.tensors
    with average.applied():
        pass
