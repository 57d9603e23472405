"""Warnings before a training begins."""

import pytest
import torch

from autoencode.data import load
from autoencode.settings import Settings
from autoencode.training.foresight import cut_short, foresee


def vectors(n: int, *scales: float) -> torch.Tensor:
    return torch.rand(n, len(scales), generator=torch.Generator().manual_seed(0)) * torch.tensor(scales)


def test_an_ordinary_training_has_no_warning() -> None:
    assert foresee(load(vectors(1_000, 1.0, 1.0)), Settings(epochs=200)) == []


def test_few_pictures_and_few_steps() -> None:
    data = load(torch.rand(47, 1, 8, 8))
    few, steps = foresee(data, Settings(epochs=3))
    assert few.startswith(f"{len(data.train)} pictures to train on are few")
    assert "--augment auto" in few
    assert steps.startswith("3 training steps are few")


def test_the_advice_on_steps_works_when_it_is_followed() -> None:
    data = load(vectors(1_000, 1.0, 1.0))
    (warning,) = foresee(data, Settings(epochs=1))
    epochs = int(warning.split("--epochs ")[1].split(",")[0])
    assert foresee(data, Settings(epochs=epochs)) == []
    (warning,) = foresee(data, Settings(steps=10))
    assert "--steps 2000" in warning
    assert foresee(data, Settings(steps=2_000)) == []
    assert foresee(data, Settings(minutes=5.0)) == []


@pytest.mark.parametrize(("largest", "warns"), [(10.0, False), (1e6, True)])
def test_columns_of_unlike_scales(largest: float, warns: bool) -> None:
    data = load(vectors(1_000, 1.0, largest, 0.5), values="raw")
    warnings = foresee(data, Settings(epochs=200))
    assert bool(warnings) is warns
    if warns:
        assert "columns differ in scale" in warnings[0]
        assert "column 1 " in warnings[0]


def test_a_constant_column_is_not_of_an_unlike_scale() -> None:
    x = vectors(1_000, 1.0, 1.0, 1.0)
    x[:, 2] = 0.5
    assert foresee(load(x), Settings(epochs=200)) == []


def test_a_training_that_ends_before_its_epochs_says_so() -> None:
    data = load(vectors(1_000, 1.0, 1.0))
    settings = Settings(epochs=100, batch_size=100, max_steps=30)
    note = cut_short(data, settings)
    assert note is not None
    assert note.startswith(f"ends after 30 steps, {30 / -(-len(data.train) // 100):.1f} epochs, in place of 100")
    assert cut_short(data, settings.replace(max_steps=10_000)) is None
    assert cut_short(data, settings.replace(minutes=1.0)) is None
    assert cut_short(data, settings.replace(epochs=None, steps=30)) is None
