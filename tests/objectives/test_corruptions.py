import pytest
import torch

from autoencode.data.batch import Batch
from autoencode.errors import ArgumentError
from autoencode.objectives import Corrupted, Reconstruction, corruptions
from autoencode.recipes import undercomplete_ae
from support.statistics import assert_mean

pytestmark = pytest.mark.usefixtures("double")


@pytest.mark.parametrize("name", corruptions)
def test_the_target_stays_clean_and_the_seed_decides(name: str) -> None:
    x = torch.rand(3, 2, 5, 5)
    batch = Batch(x)
    torch.manual_seed(1)
    one = corruptions[name](0.3)(batch)
    torch.manual_seed(1)
    other = corruptions[name](0.3)(batch)
    assert one.target is x
    assert torch.equal(one.x, other.x)
    assert not torch.equal(one.x, x)
    assert torch.equal(corruptions[name](0.0)(batch).x, x)


def test_salt_and_pepper_are_as_many_as_said_and_half_of_each() -> None:
    spoiled = corruptions["salt-and-pepper"](0.2)(Batch(torch.full((20_000, 1), 0.5))).x[:, 0]
    assert_mean((spoiled == 0).double(), 0.1)
    assert_mean((spoiled == 1).double(), 0.1)


def test_pixels_are_spoiled_in_all_their_channels() -> None:
    for name in ("salt-and-pepper", "masking"):
        x = corruptions[name](0.5)(Batch(torch.full((2, 3, 9, 9), 0.5))).x
        assert torch.equal(x[:, 0], x[:, 1])
        assert torch.equal(x[:, 0], x[:, 2])


def test_gaussian_noise_has_its_deviation_and_masking_its_share() -> None:
    noise = corruptions["gaussian"](0.3)(Batch(torch.zeros(20_000, 1))).x[:, 0]
    assert_mean(noise, 0.0)
    assert_mean(noise**2, 0.09)
    assert_mean((corruptions["masking"](0.25)(Batch(torch.ones(20_000, 1))).x[:, 0] == 0).double(), 0.25)


def test_the_model_sees_the_spoiled_and_is_asked_for_the_clean() -> None:
    model, _ = undercomplete_ae((6,), latent_dim=2)
    batch = Batch(torch.rand(5, 6))
    blank = Corrupted(Reconstruction(), lambda batch: Batch(torch.zeros_like(batch.x), batch.target))
    wanted = -model.decode(model.encode(torch.zeros(5, 6)).mean).log_prob(batch.target)
    assert torch.allclose(blank(model, batch).terms["nll"], wanted)


def test_corruptions_survive_sums_and_weights() -> None:
    model, _ = undercomplete_ae((6,), latent_dim=2)
    batch = Batch(torch.rand(5, 6))
    blank = Corrupted(Reconstruction(), lambda batch: Batch(torch.zeros_like(batch.x), batch.target))
    assert torch.allclose((2.0 * blank)(model, batch).loss, 2 * blank(model, batch).loss)


@pytest.mark.parametrize("name", corruptions)
def test_amounts_without_meaning_are_errors(name: str) -> None:
    with pytest.raises(ArgumentError, match=r"-0\.1"):
        corruptions[name](-0.1)
