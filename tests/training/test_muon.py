import pytest
import torch
from torch import nn

from autoencode.recipes import recipes
from autoencode.training.muon import Muon, orthogonalised
from autoencode.training.optimizers import MuonWithAdam, load_state_tensors, optimizers, state_tensors


@pytest.mark.parametrize("shape", [(8, 8), (64, 576), (576, 64), (32, 4000), (4000, 2), (1, 9)])
def test_singular_values_come_near_one_and_directions_stay(shape):
    matrix = torch.randn(shape)
    result = orthogonalised(matrix)
    u, _, vt = torch.linalg.svd(matrix, full_matrices=False)
    rotated = u.T @ result @ vt.T
    values = rotated.diagonal()
    assert values.min() > 0.6
    assert values.max() < 1.25
    assert (rotated - torch.diag(values)).abs().max() < 1e-3


def test_scale_of_the_gradient_does_not_matter():
    matrix = torch.randn(5, 7)
    torch.testing.assert_close(orthogonalised(matrix), orthogonalised(1e-4 * matrix), rtol=1e-3, atol=1e-4)


def test_a_zero_gradient_moves_nothing():
    assert torch.equal(orthogonalised(torch.zeros(3, 4)), torch.zeros(3, 4))


def test_the_first_step_is_the_orthogonalised_gradient():
    weight = nn.Parameter(torch.randn(6, 2, 3, 3).to(memory_format=torch.channels_last))
    before, weight.grad = weight.detach().clone(), torch.randn(6, 2, 3, 3)
    Muon([weight], lr=0.1).step()
    expected = before - 0.1 * orthogonalised(weight.grad.movedim(1, -1).flatten(1)).view(6, 3, 3, 2).movedim(-1, 1)
    torch.testing.assert_close(weight.detach(), expected, rtol=1e-3, atol=1e-5)


def test_tall_matrices_take_larger_steps():
    weight = nn.Parameter(torch.zeros(8, 2))
    weight.grad = torch.randn(8, 2)
    Muon([weight], lr=1.0).step()
    assert 2 * 0.6 < torch.linalg.svdvals(weight.detach()).min() < 2 * 1.25


def test_heads_biases_and_the_last_layer_are_adams():
    model, _ = recipes["fashion-vae"]((1, 28, 28))
    optimizer = optimizers["muon"](model)
    assert isinstance(optimizer, MuonWithAdam)
    inner = {id(p) for p in optimizer.param_groups[0]["params"]}
    named = {name for name, p in model.named_parameters() if id(p) in inner}
    assert named == {
        "encoder.convolutions.0.weight",
        "encoder.convolutions.2.weight",
        "encoder.convolutions.4.weight",
        "encoder.convolutions.6.weight",
        "encoder.dense.0.weight",
        "decoder.dense.0.weight",
        "decoder.convolutions.0.weight",
    }
    everything = [p for group in optimizer.param_groups for p in group["params"]]
    assert {id(p) for p in everything} == {id(p) for p in model.parameters()}
    assert len(everything) == len(list(model.parameters()))


def test_the_output_layer_is_the_encoder_s_where_the_decoder_has_no_weights():
    model, _ = recipes["restorer"]((1, 16, 16), widths=(4, 8))
    inner = {id(p) for p in optimizers["muon"](model).param_groups[0]["params"]}
    last = [name for name, p in model.named_parameters() if p.ndim > 1][-1]
    assert {name for name, p in model.named_parameters() if p.ndim > 1 and id(p) not in inner} == {last}


@pytest.mark.parametrize("name", list(optimizers))
def test_the_state_comes_back_with_its_memory_layout(name):
    def fresh():
        torch.manual_seed(0)
        model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(16, 2)).to(memory_format=torch.channels_last)
        return model, optimizers[name](model)

    def step(model, optimizer):
        optimizer.zero_grad()
        model(torch.ones(2, 3, 4, 4)).square().sum().backward()
        optimizer.step()

    one, first = fresh()
    step(one, first)
    two, second = fresh()
    two.load_state_dict(one.state_dict())
    load_state_tensors(second, {key: value.clone().contiguous() for key, value in state_tensors(first).items()})
    for key, value in state_tensors(first).items():
        assert state_tensors(second)[key].stride() == value.stride()
    step(one, first)
    step(two, second)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))


def test_hidden_layers_of_a_likelihood_are_muons():
    model, _ = recipes["pixel-vae"]((1, 8, 8))
    named = dict(model.named_parameters())
    inner = {id(p) for p in MuonWithAdam(model, 0.02).param_groups[0]["params"]}
    network = {name.removeprefix("likelihood.network."): id(p) in inner for name, p in named.items()}
    assert network["from_window.weight"]
    assert network["layers.0.weight"]
    assert not any(network[name] for name in ("from_levels.weight", "heads.0.weight", "layers.0.bias"))
