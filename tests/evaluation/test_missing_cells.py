"""Missing cells count nowhere: not in errors, not in those of the yardsticks."""

import pytest
import torch
from torch import Tensor

from autoencode.data import Standardisation, Subset
from autoencode.evaluation import cautions, evaluate, measure_evidence
from autoencode.model import Autoencoder
from autoencode.objectives import Objective
from autoencode.recipes import recipes
from autoencode.runtime.seeding import seeded_rng


@pytest.fixture
def made() -> tuple[Autoencoder, Objective]:
    with seeded_rng(0):
        return recipes["dense-vae"]((6,), hidden=8, latent_dim=2, likelihood="table:1?,1,1,2")


@pytest.fixture
def rows() -> Tensor:
    """A number with gaps, two numbers, and a category of two values; a third of the first is missing."""
    generator = torch.Generator().manual_seed(0)
    numbers = torch.randn(120, 3, generator=generator)
    known = (torch.rand(120, generator=generator) > 1 / 3).float()
    category = torch.nn.functional.one_hot((numbers[:, 2] > 0).long(), 2).float()
    return torch.cat([numbers[:, :1] * known[:, None], known[:, None], numbers[:, 1:], category], 1)


def test_errors_are_those_of_the_cells_that_are_there(made: tuple[Autoencoder, Objective], rows: Tensor) -> None:
    model, _ = made
    found = evaluate(model, Subset(rows), importance_samples=0)
    with torch.no_grad():
        back = model.decode(model.encode(rows).mean).mean
    errors = (back - rows).square()
    errors[:, 1] = 0
    errors[:, 0] *= rows[:, 1]
    there = 5 - (1 - rows[:, 1])
    assert found.squared_error.value == pytest.approx((errors.sum(1) / there).mean().item(), rel=1e-5)
    known = rows[:, 0][rows[:, 1] > 0]
    squares = known.var(correction=0) * len(known) + rows[:, 2:].var(0, correction=0).sum() * len(rows)
    assert found.baseline_error == pytest.approx((squares / there.sum()).item(), rel=1e-4)


def test_nats_in_the_units_of_the_data_count_the_cells_that_are_there(
    made: tuple[Autoencoder, Objective], rows: Tensor
) -> None:
    scales = torch.tensor([50.0, 1.0, 0.2, 3.0, 1.0, 1.0])
    found = evaluate(made[0], Subset(rows), importance_samples=0)
    (said,) = [text for text in cautions(found, Standardisation((0.0,) * 6, tuple(scales.tolist()))) if "add" in text]
    counted = torch.cat([rows[:, 1:2], torch.zeros(120, 1), torch.ones(120, 4)], 1)  # what a row's density is of
    volume = (counted * scales.log()).sum(1).mean().item()
    assert f"add {volume:.6g} to nll" in said
    assert "each times the share of its cells that are there" in said


def test_yardsticks_leave_the_same_cells_out(made: tuple[Autoencoder, Objective], rows: Tensor) -> None:
    model, objective = made
    train, held_out = rows[:80], rows[80:]
    found = measure_evidence(model, objective.prepare, Subset(train), Subset(held_out))
    rest = (held_out - train.mean(0)).square()
    rest[:, 1] = 0
    rest[:, 0] *= held_out[:, 1]
    counted = 5 * len(held_out) - (1 - held_out[:, 1]).sum()
    assert found.mean_error == pytest.approx((rest.sum() / counted).item(), rel=1e-4)
    assert found.pca_error is not None
    assert found.pca_error < found.mean_error
    with torch.no_grad():
        back = model.decode(model.encode(held_out).mean).mean
    errors = (back - held_out).square()
    errors[:, 1] = 0
    errors[:, 0] *= held_out[:, 1]
    assert found.squared_error == pytest.approx((errors.sum() / counted).item(), rel=1e-4)
