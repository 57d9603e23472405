"""ResidualVectorQuantiser, counts and revivals take part in an exact resume."""

import pytest
import torch

from autoencode.recipes import recipes
from autoencode.runs.folder import RunFolder
from autoencode.settings import Settings
from autoencode.training import fit
from support.reporters import InterruptAfter


@pytest.mark.parametrize("average", [0.0, 0.9])
def test_going_on_is_the_same_to_the_bit(data, folder, average) -> None:
    def trained(run, reporter=None):
        torch.manual_seed(5)
        options = {"channels": (8,), "n_codes": 64, "n_stages": 2, "positions": 2, "dead_after": 1}
        model, objective = recipes["residual-vq-vae"]((12,), **options)
        fit(model, objective, data, Settings(batch_size=16, epochs=4, ema_decay=average), folder=run, reporter=reporter)
        return model

    whole, pieces = trained(folder("whole")), folder("pieces")
    for step in (1, 9):
        trained(pieces, InterruptAfter("training", step))
        pieces = RunFolder(pieces.path)
    resumed = trained(pieces)
    assert whole.posterior.codes.stages[0].revived > 0
    state = resumed.state_dict()
    assert all(torch.equal(value, state[name]) for name, value in whole.state_dict().items())
