"""Floor plans that suit their outlines: others are drawn again."""

from types import SimpleNamespace
from unittest.mock import create_autospec

import pytest
import torch

from autoencode.errors import ArgumentError
from autoencode.latent.sampling import CodeSampler, ConnectedRooms
from autoencode.runs.run import Run


def sampler(share=0.5, outlines=True):
    """Codes above 1/2 become a plan with a door, and others one without."""
    run = create_autospec(Run, instance=True)
    run.model = SimpleNamespace(data_shape=(1, 5, 7), latent_shape=(1,))

    def decode(z, context):
        assert len(z) == len(context)
        plans = torch.ones(len(z), 1, 5, 7)
        plans[:, :, 1:4, 1:3] = plans[:, :, 1:4, 4:6] = 0
        plans[:, 0, 2, 3] = (z[:, 0] <= 0.5).float()
        return plans

    run.decode.side_effect = decode
    noise = torch.Generator().manual_seed(0)

    def draw(n, context):
        return (torch.rand(n, 1, generator=noise) < share).float()

    return CodeSampler(run, draw, lambda rows: torch.ones(8, 1, 5, 7)[rows] if outlines else None, "a prior")


def test_plans_with_a_room_cut_off_are_drawn_again():
    chosen = ConnectedRooms(sampler())
    z = chosen.sampler.draw(8, torch.ones(8, 1, 5, 7))
    assert (z > 0.5).all()
    assert chosen.follow == 8
    assert chosen.drawn > 8


def test_it_ends_where_no_plan_suits():
    chosen = ConnectedRooms(sampler(share=0.0))
    assert len(chosen.sampler.draw(3, torch.ones(3, 1, 5, 7))) == 3
    assert (chosen.follow, chosen.drawn) == (0, 150)


def test_a_model_without_outlines_is_refused():
    with pytest.raises(ArgumentError, match="--connected rooms chooses among floor plans for outlines"):
        ConnectedRooms(sampler(outlines=False))
