import pytest
import torch
from torch.distributions import Binomial, Categorical

from autoencode.distributions.rescaled_counts import RescaledCounts


@pytest.mark.parametrize("top", [1, 22, 23, 47, 255])
def test_every_level_is_its_own_count_though_its_quotient_is_rounded(top: int) -> None:
    levels = torch.arange(top + 1).float() / top  # 15 / 22 · 22 is less than 15 in float32
    counts = Categorical(logits=torch.randn(top + 1))
    assert torch.equal(RescaledCounts(counts, top).log_prob(levels), counts.logits)


@pytest.mark.parametrize("kind", ["categorical", "binomial"])
def test_masses_add_up_and_draws_are_levels(kind: str) -> None:
    counts = Categorical(logits=torch.randn(24)) if kind == "categorical" else Binomial(23, torch.tensor(0.3))
    p, levels = RescaledCounts(counts, 23), torch.arange(24).float() / 23
    masses = p.log_prob(levels).exp()
    assert torch.allclose(masses.sum(), torch.ones(()))
    assert torch.allclose(p.mean, (masses * levels).sum())
    assert torch.isin(p.sample((50,)), levels).all()
