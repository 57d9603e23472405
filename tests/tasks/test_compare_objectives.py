import json

import numpy as np
import pytest
import torch
from PIL import Image

from autoencode.data import load
from autoencode.data.batch import Batch
from autoencode.evaluation.aggregate_posterior import AggregatePosteriorQuality
from autoencode.evaluation.estimate import Estimate
from autoencode.objectives import Elbo, Rate, Reconstruction
from autoencode.recipes import dense_vae
from autoencode.tasks.compare_objectives import compare_objectives, summary, three_objectives


def test_the_three_differ_in_what_they_minimise() -> None:
    model, _ = dense_vae((1, 4, 4))
    batch = Batch(torch.rand(6, 1, 4, 4))
    losses = []
    for objective in (Reconstruction(), Rate(), Elbo()):
        torch.manual_seed(0)
        losses.append(objective(model, batch).loss)
    assert torch.allclose(losses[0] + losses[1], losses[2])
    assert list(three_objectives()) == ["Reconstruction alone", "KL alone", "Both"]


def test_reconstruction_and_a_weighted_rate_are_the_beta_elbo() -> None:
    model, _ = dense_vae((1, 4, 4))
    batch = Batch(torch.rand(6, 1, 4, 4))
    torch.manual_seed(0)
    one = (Reconstruction() + 0.5 * Rate())(model, batch)
    torch.manual_seed(0)
    other = Elbo(beta=0.5)(model, batch)
    assert torch.allclose(one.loss, other.loss)
    assert one.terms.keys() == other.terms.keys()


@pytest.mark.slow
def test_the_ills_are_where_the_tutorials_say(tmp_path) -> None:
    found, picture = compare_objectives("digits", tmp_path, epochs=20)
    alone, rate, both = found.values()
    assert alone.mismatch > 10 * both.mismatch
    assert alone.holes.value > both.holes.value
    assert rate.overlap.value > 0.8  # nine in ten by chance
    assert both.overlap.value < 0.7
    with Image.open(picture) as image:
        assert image.size[0] > 1000
    assert json.loads((tmp_path / "compare-objectives.json").read_text())["data"] == "digits"


def test_vectors_without_labels_have_no_pictures_and_no_overlap(tmp_path) -> None:
    data = load(torch.rand(200, 5))
    found, picture = compare_objectives(data, tmp_path, epochs=1)
    assert all(space.overlap is None for space in found.values())
    assert picture.is_file()


def test_the_sentence() -> None:
    share = Estimate(0.5, 0.01, 100)
    assert summary(AggregatePosteriorQuality(share, share, 0.123)) == "holes 50%, overlap 50%, mismatch 0.12 nats"
    assert summary(AggregatePosteriorQuality(share, None, 12.3)) == "holes 50%, mismatch 12 nats"


@pytest.mark.parametrize("options", [{}, {"likelihood": "laplace"}, {"values": "raw"}])
def test_vectors_of_ordinary_numbers_need_no_option(tmp_path, options) -> None:
    x = np.random.default_rng(0).normal(size=(60, 4)) * 100
    found, _ = compare_objectives(x, tmp_path, epochs=1, **options)
    assert len(found) == 3
