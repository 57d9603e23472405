"""Examples that do not follow a rule are drawn again."""

from types import SimpleNamespace
from unittest.mock import create_autospec

import pytest
import torch

from autoencode.errors import ArgumentError
from autoencode.latent.drawn_by_rule import DrawnByRule
from autoencode.latent.sampling import CodeSampler
from autoencode.runs.run import Run


def plan_sampler(share=0.5, outlines=True):
    """Codes above 1/2 become a plan with a door, and others one without; the second number is the outline's."""
    run = create_autospec(Run, instance=True)
    run.model = SimpleNamespace(data_shape=(1, 5, 7), latent_shape=(2,))

    def decode(z, context):
        assert len(z) == len(context)
        plans = torch.ones(len(z), 1, 5, 7)
        plans[:, :, 1:4, 1:3] = plans[:, :, 1:4, 4:6] = 0
        plans[:, 0, 2, 3] = (z[:, 0] <= 0.5).float()
        return plans

    run.decode.side_effect = decode
    noise = torch.Generator().manual_seed(0)

    def draw(n, context):
        return torch.stack([(torch.rand(n, generator=noise) < share).float(), context[:, 0, 0, 0]], 1)

    return CodeSampler(run, draw, lambda rows: numbered(8)[rows] if outlines else None, "a prior")


def numbered(n):
    """Outlines that can be told apart."""
    outlines = torch.ones(n, 1, 5, 7)
    outlines[:, 0, 0, 0] = 1 + torch.arange(n)
    return outlines


def map_sampler(share):
    """Codes above 1/2 become a map that is connected."""
    run = create_autospec(Run, instance=True)
    run.model = SimpleNamespace(latent_shape=(1,))
    run.decode.side_effect = lambda z, _: z
    run.modality = SimpleNamespace(connected=lambda x, _: x[:, 0] > 0.5)
    noise = torch.Generator().manual_seed(0)
    return CodeSampler(run, lambda n, _: (torch.rand(n, 1, generator=noise) < share).float(), lambda _: None, "a prior")


def test_plans_with_a_room_cut_off_are_drawn_again_for_the_same_outline():
    chosen = DrawnByRule(plan_sampler(), "rooms")
    z = chosen.sampler.draw(8, numbered(8))
    assert (z[:, 0] > 0.5).all()
    assert z[:, 1].tolist() == list(range(1, 9))
    assert chosen.missing == 0
    assert chosen.drawn == 64
    assert 8 < chosen.follow < 64


def test_rare_ones_are_found_and_the_rest_counted():
    chosen = DrawnByRule(plan_sampler(share=0.0005), "rooms")
    z = chosen.sampler.draw(8, numbered(8))
    assert chosen.missing == int((z[:, 0] <= 0.5).sum())
    assert 0 < chosen.missing < 8
    assert chosen.drawn >= 50 * 64
    assert z[:, 1].tolist() == list(range(1, 9))


def test_it_ends_where_no_plan_suits():
    chosen = DrawnByRule(plan_sampler(share=0.0), "rooms")
    with pytest.raises(ArgumentError, match=r"--connected holds for none of 3,300 drawn: train for longer"):
        chosen.sampler.draw(3, numbered(3))


def test_a_model_without_outlines_is_refused():
    with pytest.raises(ArgumentError, match="--connected rooms chooses among floor plans for outlines"):
        DrawnByRule(plan_sampler(outlines=False), "rooms")


def test_maps_are_drawn_again_without_a_context():
    chosen = DrawnByRule(map_sampler(share=0.3), "D:FS")
    z = chosen.sampler.draw(100, None)
    assert (z > 0.5).all()
    assert chosen.drawn > 100
    assert chosen.missing == 0


def test_a_rule_of_maps_takes_no_context():
    with pytest.raises(ArgumentError, match="without a context"):
        DrawnByRule(plan_sampler(), "D:FS")
