"""The deep Markov model."""

import pytest
import torch

from autoencode.data import Batch
from autoencode.distributions.markov_chain import steps_of
from autoencode.errors import ArgumentError
from autoencode.recipes import deep_markov

SMALL = {"latent_dim": 3, "hidden": 10, "emission": 8, "transition": 6, "dropout": 0.0}


def pieces(steps: int = 6) -> torch.Tensor:
    torch.manual_seed(0)
    x = (torch.rand(4, steps, 5) < 0.3).float()
    x[1, 4:], x[2, 1:] = -1, -1
    return x


@pytest.fixture
def made():
    torch.manual_seed(0)
    return deep_markov((6, 5), **SMALL)


def test_shapes(made):
    model, _ = made
    q = model.encode(pieces())
    z = q.rsample((2,))
    assert z.shape == (2, 4, 6, 3)
    assert steps_of(z)[0].sum(-1).tolist() == [6, 4, 1, 6]
    assert model.decode(z).log_prob(pieces()).shape == (2, 4)
    assert model.sample(3).shape == (3, 6, 5)


def test_padding_never_changes_a_loss_or_a_gradient(made):
    model, objective = made
    torch.manual_seed(0)
    longer, _ = deep_markov((9, 5), **SMALL)
    weights = {name: value for name, value in model.state_dict().items() if name != "prior.lengths"}
    longer.load_state_dict(weights, strict=False)
    x = pieces()
    padded = torch.cat([x, -torch.ones(4, 3, 5)], 1)
    found = []
    for each, batch in ((model, x), (longer, padded)):
        torch.manual_seed(1)
        output = objective(each, Batch(batch, batch))
        output.loss.backward()
        found.append((output.loss, {name: p.grad for name, p in each.named_parameters()}))
    assert torch.allclose(found[0][0], found[1][0], rtol=1e-5)
    assert all(torch.allclose(grad, found[1][1][name], rtol=1e-4, atol=1e-6) for name, grad in found[0][1].items())


def test_one_piece_does_not_change_another(made):
    model, _ = made
    x = pieces()
    assert torch.allclose(model.encode(x).mean[1:3, :4], model.encode(x[1:3]).mean[:, :4], atol=1e-6)


def test_the_reconstruction_alone_reaches_every_parameter_of_the_encoder(made):
    model, _ = made
    x = pieces()
    (-model.decode(model.encode(x).rsample()).log_prob(x).mean()).backward()
    for part in (model.encoder, model.posterior, model.decoder):
        assert all(p.grad is not None and p.grad.any() for p in part.parameters())


def test_lengths_are_those_of_the_training_part(made):
    model, _ = made
    model.initialise(model, pieces(), lambda x: x)
    assert model.prior.lengths.tolist() == [1, 0, 0, 1, 0, 2]


def test_other_data_are_refused():
    with pytest.raises(ArgumentError, match="pieces"):
        deep_markov((1, 28, 28))
