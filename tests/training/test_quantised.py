"""Codebooks, counts and revivals take part in an exact resume, and depend on the seed alone."""

import pytest
import torch
from torch import Tensor

from autoencode.model import Autoencoder
from autoencode.objectives import Objective
from autoencode.recipes import recipes
from autoencode.runs.folder import RunFolder
from autoencode.settings import Settings
from autoencode.training import fit
from support.reporters import InterruptAfter


def quantised() -> tuple[Autoencoder, Objective]:
    torch.manual_seed(5)
    options = {"channels": (8,), "n_codes": 64, "n_stages": 2, "positions": 2, "dead_after": 1}
    return recipes["residual-vq-vae"]((12,), **options)


def same(first: dict[str, Tensor], second: dict[str, Tensor]) -> bool:
    return all(torch.equal(value, second[name]) for name, value in first.items())


@pytest.mark.parametrize("average", [0.0, 0.9])
def test_going_on_is_the_same_to_the_bit(data, folder, average) -> None:
    def trained(run, reporter=None):
        model, objective = quantised()
        fit(model, objective, data, Settings(batch_size=16, epochs=4, ema_decay=average), folder=run, reporter=reporter)
        return model

    whole, pieces = trained(folder("whole")), folder("pieces")
    for step in (1, 9):
        trained(pieces, InterruptAfter("training", step))
        pieces = RunFolder(pieces.path)
    resumed = trained(pieces)
    assert whole.posterior.codes.stages[0].revived > 0
    assert same(whole.state_dict(), resumed.state_dict())


def test_revived_codewords_depend_on_the_seed_alone(data, build) -> None:
    def trained() -> dict[str, Tensor]:
        model, objective = quantised()
        torch.manual_seed(torch.seed())  # what the process has drawn by then must not matter
        fit(model, objective, data, Settings(batch_size=16, epochs=3))
        assert model.posterior.codes.stages[0].revived > 0
        return model.state_dict()

    first = trained()
    other, objective = build()
    fit(other, objective, data, Settings(batch_size=10, epochs=1, seed=3))
    torch.set_flush_denormal(True)
    try:
        assert same(first, trained())
    finally:
        torch.set_flush_denormal(False)
