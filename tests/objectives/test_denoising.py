import pytest
import torch

from autoencode.corruptions import parse_corruptions
from autoencode.data.batch import Batch
from autoencode.objectives import Denoising, Reconstruction
from autoencode.recipes import denoising_ae, undercomplete_ae

pytestmark = pytest.mark.usefixtures("double")


def test_the_input_is_corrupted_and_the_target_is_clean() -> None:
    model, _ = undercomplete_ae((6,), latent_dim=2)
    batch = Batch(torch.rand(5, 6))
    blank = Denoising(Reconstruction(), lambda batch: Batch(torch.zeros_like(batch.x), batch.target))
    wanted = -model.decode(model.encode(torch.zeros(5, 6)).mean).log_prob(batch.target)
    assert torch.allclose(blank(model, batch).terms["nll"], wanted)


def test_corruptions_survive_sums_and_weights() -> None:
    model, _ = undercomplete_ae((6,), latent_dim=2)
    batch = Batch(torch.rand(5, 6))
    blank = Denoising(Reconstruction(), lambda batch: Batch(torch.zeros_like(batch.x), batch.target))
    assert torch.allclose((2.0 * blank)(model, batch).loss, 2 * blank(model, batch).loss)


def test_a_recipe_takes_one_corruption_or_several() -> None:
    for given in (("stain:0.3",), ("stain:0.3", "gaussian:0.1..0.2", "levels")):
        _, objective = denoising_ae((1, 8, 8), corruption=given)
        assert objective.corruption == parse_corruptions(given)
