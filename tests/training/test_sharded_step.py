"""A step in shards beside the same step in one piece, without noise."""

import pytest
import torch

from autoencode.data import Batches
from autoencode.likelihoods.location_scale import LocationScaleLikelihood
from autoencode.recipes import recipes
from autoencode.runtime.processes import Processes
from autoencode.training.auxiliary_networks import AuxiliaryNetworks
from autoencode.training.execution.sharded_step import ShardedStep
from autoencode.training.execution.step_executor import EagerStep
from autoencode.training.execution.train_step import TrainStep

X = torch.rand(11, 6, generator=torch.Generator().manual_seed(4))


def eager(recipe="dense-vae", **options) -> EagerStep:
    torch.manual_seed(0)
    model, objective = recipes[recipe]((6,), **{"hidden": 8, **options})
    train_step = TrainStep(model, objective)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    return EagerStep(train_step, optimizer, AuxiliaryNetworks(objective), Batches(X, 11, seed=0))


class Rank(Processes):
    """One of several processes; what the others give is noted in turn."""

    def __init__(self, rank: int, count: int) -> None:
        self.rank, self.count = rank, count
        self.given: list[torch.Tensor] = []

    def gather(self, x):
        self.given.append(x)
        return [x if place == self.rank else torch.zeros_like(x) for place in range(self.count)]


def weights(step: EagerStep) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in step.train_step.model.parameters()])


@pytest.mark.parametrize("shards", [1, 2, 4, 20])
def test_shards_equal_the_batch_where_there_is_no_noise(shards, stop_noise):
    whole, divided = eager(), eager()
    sharded = ShardedStep(divided, 0, shards, Processes())
    stop_noise()
    for step in range(3):
        rows = whole.batches.gather(step)
        expected, found = whole.run(rows, step), sharded.run(rows, step)
        assert found == pytest.approx(expected, rel=1e-5)
    torch.testing.assert_close(weights(divided), weights(whole), rtol=1e-5, atol=1e-6)


def test_a_running_mean_is_that_of_the_batch(stop_noise):
    whole, divided = (eager(likelihood="normal-optimal") for _ in range(2))
    sharded = ShardedStep(divided, 0, 3, Processes())
    stop_noise()
    whole.run(whole.batches.gather(0), 0)
    sharded.run(divided.batches.gather(0), 0)
    for step in (whole, divided):
        assert isinstance(step.train_step.model.likelihood, LocationScaleLikelihood)
    one, other = (step.train_step.model.likelihood.scale for step in (whole, divided))
    assert one.steps == other.steps == 1
    assert other.moment.item() == pytest.approx(one.moment.item(), rel=1e-6)


def test_what_a_shard_gives_depends_on_its_number_alone():
    alone = Rank(0, 1)
    ShardedStep(eager(), 0, 4, alone).run(Batches(X, 11, seed=0).gather(0), 0)
    assert len(alone.given) == 4
    for rank in (0, 1):
        two = Rank(rank, 2)
        ShardedStep(eager(), 0, 4, two).run(Batches(X, 11, seed=0).gather(0), 0)
        for round_, given in enumerate(two.given):
            assert torch.equal(given, alone.given[2 * round_ + rank])
