"""The contract of a recipe, for rows of tokens."""

import pytest
import torch
from safetensors.torch import load, save
from torch import nn

from autoencode.data import Batch
from autoencode.distributions.token_sequences import token_counts
from autoencode.errors import ArgumentError
from autoencode.objectives import Elbo, forward_pass
from autoencode.recipes import recipes, text_vae

LENGTH, TOKENS = 7, 12
X = torch.tensor([[3.0, 5, 2, 11, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0], [4, 2, 1, 9, 8, 7, 0]])


def made(**options):
    torch.manual_seed(0)
    return text_vae((LENGTH,), **{"n_tokens": TOKENS, "latent_dim": 3, "embedding": 6, "hidden": 8, **options})


def test_shapes():
    model, objective = made()
    assert model.latent_shape == (3,)
    q = model.encode(X)
    p = model.decode(q.rsample((4,)))
    assert (q.batch_shape, p.batch_shape, p.event_shape) == ((3,), (4, 3), (LENGTH,))
    output = objective(model, Batch(X), 0)
    assert output.loss.isfinite()
    assert {name: term.shape for name, term in output.terms.items()} == {"nll": (3,), "kl": (3,)}
    assert model.sample(5).shape == (5, LENGTH)
    assert text_vae((LENGTH,), n_tokens=TOKENS)[0].latent_shape == (32,)


def test_the_loss_reaches_every_weight_and_the_reconstruction_alone_the_encoder():
    model, objective = made(free_bits=0.0, warmup_steps=0)
    objective(model, Batch(X)).loss.backward()
    assert all((weight.grad != 0).any() for weight in model.parameters())
    model.zero_grad()
    objective(model, Batch(X)).terms["nll"].mean().backward()
    assert all((weight.grad != 0).any() for weight in [*model.encoder.parameters(), *model.posterior.parameters()])
    model.zero_grad()
    objective(model, Batch(X)).terms["kl"].mean().backward()
    assert all(weight.grad is None or not weight.grad.any() for weight in model.likelihood.parameters())


def test_a_fresh_model_is_of_order_one():
    model, objective = text_vae((LENGTH,), n_tokens=TOKENS)
    counts = token_counts(X.long())
    nll = objective(model, Batch(X), 0).terms["nll"].sum() / counts.sum()
    assert abs(nll.item() - torch.tensor(float(TOKENS)).log().item()) < 1
    q = model.encode(X)
    assert q.mean.abs().max() < 3
    assert 0.5 < q.stddev.min() < q.stddev.max() < 2


def test_weights_survive_saving_and_the_seed_gives_them():
    (one, _), (other, _) = made(), made()
    assert torch.equal(*(nn.utils.parameters_to_vector(model.parameters()) for model in (one, other)))
    with torch.no_grad():
        for weight in one.parameters():
            weight.add_(0.05 * torch.randn_like(weight))
    other.load_state_dict(load(save(one.state_dict())))
    found = []
    for model in (one.eval(), other.eval()):
        torch.manual_seed(3)
        found.append(forward_pass(model, Batch(X)).log_likelihood())
    assert torch.equal(*found)


def test_padding_changes_no_loss():
    losses = []
    for length in (LENGTH, LENGTH + 5):
        torch.manual_seed(0)
        model, objective = text_vae((length,), n_tokens=TOKENS, embedding=6, hidden=8, dropout=0.0)
        x = torch.nn.functional.pad(X[:2], (0, length - LENGTH))
        torch.manual_seed(1)
        losses.append(objective(model.double(), Batch(x.double())).loss)
    assert torch.allclose(*losses, rtol=1e-12)


def test_options_reach_the_parts():
    model, objective = made(beta=3.0, warmup_steps=10, free_bits=0.2, word_dropout=0.25, dropout=0.1)
    assert isinstance(objective, Elbo)
    assert (objective.beta(5), objective.beta(None), objective.free_bits) == (1.5, 3.0, 0.2)
    assert model.likelihood.word_dropout == 0.25
    assert model.likelihood.network.dropout.p == model.encoder.dropout.p == 0.1
    for parameter in recipes["text-vae"].parameters:
        assert parameter.validate(parameter.default) == parameter.default
        assert len(parameter.help) > 10


@pytest.mark.parametrize(
    ("shape", "options", "message"),
    [
        ((1, 8, 8), {"n_tokens": 9}, "rows of two tokens or more"),
        ((LENGTH,), {}, "n_tokens is 0"),
        ((LENGTH,), {"n_tokens": 9, "dropout": 1.0}, "--dropout takes"),
    ],
)
def test_other_data_and_options_without_a_meaning_are_errors(shape, options, message):
    with pytest.raises(ArgumentError, match=message):
        text_vae(shape, **options)


def test_it_learns_what_a_code_is_for():
    # two sentences that a bigram cannot hold apart: the last word repeats the first
    x = torch.tensor([[3.0, 5, 3, 0, 0, 0, 0], [4, 5, 4, 0, 0, 0, 0]] * 16)
    model, objective = made(dropout=0.0, warmup_steps=0, free_bits=0.3, hidden=16)
    optimizer = torch.optim.Adam(model.parameters(), 2e-2)
    for step in range(150):
        loss = objective(model, Batch(x), step).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    assert torch.equal(model.decode(model.encode(x[:2]).mean).mean, x[:2])
    assert objective(model, Batch(x)).terms["kl"].mean() > 0.5
