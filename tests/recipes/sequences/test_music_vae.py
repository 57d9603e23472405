"""The VAE of short tunes."""

import math

import pytest
import torch

from autoencode.data import Batch
from autoencode.distributions.token_sequences import LIKELIEST, tokens_back
from autoencode.errors import ArgumentError
from autoencode.likelihoods.tokens import TokenLikelihood
from autoencode.recipes import music_vae

SMALL = {"latent_dim": 4, "embedding": 6, "hidden": 12, "plan": 5}


def tunes(n: int = 6) -> torch.Tensor:
    torch.manual_seed(0)
    x = torch.randint(2, 10, (n, 7)).float()
    x[:, 6], x[1, 3:] = 0, 0
    return x


@pytest.mark.parametrize("conductor", [0, 2], ids=["one plan", "conductor"])
def test_shapes(conductor):
    model, objective = music_vae((7,), n_tokens=10, conductor=conductor, **SMALL)
    assert model.decode(model.encode(tunes()).rsample((2,))).log_prob(tunes()).shape == (2, 6)
    assert model.sample(3).shape == (3, 7)
    objective(model, Batch(tunes(), tunes())).loss.backward()
    assert all(p.grad is not None and p.grad.any() for p in model.parameters())


def test_only_a_conductor_has_as_many_weights_for_any_length():
    def sizes(**options):
        models = [music_vae((length,), n_tokens=10, **SMALL, **options)[0] for length in (9, 90)]
        return [sum(weight.numel() for weight in model.parameters()) for model in models]

    assert len(set(sizes(conductor=4))) == 1
    assert len(set(sizes())) == 2


def test_padding_never_changes_a_probability():
    torch.manual_seed(0)
    likelihood = TokenLikelihood((5,), 4, features=3, embedding=4, hidden=5, placed=True)
    longer = TokenLikelihood((8,), 4, features=3, embedding=4, hidden=5, placed=True)
    longer.load_state_dict(likelihood.state_dict())
    plan = torch.randn(2, 8, 3)
    x = torch.tensor([[2.0, 3, 0, 0, 0], [3.0, 0, 0, 0, 0]])
    padded = torch.cat([x, torch.zeros(2, 3)], 1)
    assert torch.allclose(likelihood(plan[:, :5]).log_prob(x), longer(plan).log_prob(padded))


def test_a_plan_gives_each_place_its_own_probabilities():
    torch.manual_seed(0)
    likelihood = TokenLikelihood((3,), 4, features=2, embedding=3, hidden=4, placed=True)
    p = likelihood(torch.randn(3, 2))
    rows = torch.tensor([[a, b, 0] for a in range(4) for b in range(4) if a or not b])
    assert math.isclose(p.log_prob(rows).exp().sum().item(), 1, rel_tol=1e-6)
    drawn, n = p.expand((4000,)).sample(), 4000
    for row in rows.tolist():
        expected = p.log_prob(torch.tensor(row)).exp().item()
        share = (drawn == torch.tensor(row)).all(-1).double().mean().item()
        assert abs(share - expected) < 5 * math.sqrt(expected * (1 - expected) / n) + 1e-9


@pytest.mark.parametrize("conductor", [0, 4], ids=["one plan", "conductor"])
def test_tunes_come_back_from_their_codes(conductor):
    torch.manual_seed(0)
    sizes = {"latent_dim": 16, "embedding": 12, "hidden": 32, "plan": 12, "conductor": conductor}
    model, objective = music_vae((7,), n_tokens=10, warmup_steps=1, **sizes)
    x, optimizer = tunes(24), torch.optim.Adam(model.parameters(), 0.01)
    for _ in range(150):
        optimizer.zero_grad()
        objective(model, Batch(x, x)).loss.backward()
        optimizer.step()
    model.eval()
    assert tokens_back(model.decode(model.encode(x).mean).draw(LIKELIEST), x).mean() > 0.9


def test_other_data_are_refused():
    with pytest.raises(ArgumentError, match="rows"):
        music_vae((1, 28, 28), n_tokens=10)
    with pytest.raises(ArgumentError, match="n_tokens"):
        music_vae((9,))
