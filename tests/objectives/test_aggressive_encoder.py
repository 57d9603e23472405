import pytest
import torch

from autoencode.data import Batch
from autoencode.errors import ArgumentError, CapabilityError
from autoencode.objectives import AggressiveEncoder, Elbo, Warmup
from autoencode.recipes import recipes
from autoencode.runs.folder import RunFolder
from autoencode.runs.record import Status
from autoencode.settings import Settings
from autoencode.training import fit
from support.reporters import InterruptAfter


@pytest.fixture
def model():
    torch.manual_seed(5)
    return recipes["dense-vae"]((12,), hidden=8)[0]


def gradients(model, objective, step):
    model.zero_grad(set_to_none=True)
    torch.manual_seed(0)
    output = objective(model, Batch(torch.rand(6, 12)), step)
    output.loss.backward()
    return output, {name: None if p.grad is None else p.grad.clone() for name, p in model.named_parameters()}


@pytest.mark.parametrize("step", [0, 1, 3, 4])
def test_in_a_step_of_the_encoder_it_alone_has_gradients_and_they_are_the_same(model, step):
    plain, all_of_them = gradients(model, Elbo(), step)
    output, found = gradients(model, AggressiveEncoder(Elbo(), steps=5, every=3), step)
    assert torch.equal(output.loss, plain.loss)
    assert set(output.terms) == set(plain.terms)
    for name, gradient in found.items():
        if name.startswith(("encoder.", "posterior.")):
            assert torch.equal(gradient, all_of_them[name]), name
        else:
            assert gradient is None, name
    assert all(p.requires_grad for p in model.parameters())


@pytest.mark.parametrize("step", [2, 5, 6, None])
def test_in_the_other_steps_all_learn(model, step):
    _, plain = gradients(model, Elbo(), step)
    _, found = gradients(model, AggressiveEncoder(Elbo(), steps=5, every=3), step)
    assert all(torch.equal(found[name], gradient) for name, gradient in plain.items())


def test_the_inner_objective_has_its_own_samples_schedule_and_statistics(model):
    inner = Elbo(Warmup(100), free_bits=0.5, n_samples=3)
    turns = AggressiveEncoder(inner, steps=4)
    assert turns.n_samples == 3
    torch.manual_seed(0)
    plain = inner(model, Batch(torch.rand(6, 12)), 50)
    torch.manual_seed(0)
    assert torch.equal(turns(model, Batch(torch.rand(6, 12)), 50).loss, plain.loss)
    assert turns.batch_statistics == ["turns in which the decoder does not learn", *inner.batch_statistics]
    assert AggressiveEncoder(inner, steps=0).batch_statistics == inner.batch_statistics


@pytest.mark.parametrize("numbers", [{"steps": -1}, {"steps": 1, "every": 0}])
def test_numbers_without_a_meaning_are_refused(numbers):
    with pytest.raises(ArgumentError, match="steps must be 0 or more and every 1 or more"):
        AggressiveEncoder(Elbo(), **numbers)


def train(data, folder=None, reporter=None, **settings):
    torch.manual_seed(5)
    model, objective = recipes["dense-vae"]((12,), hidden=8)
    turns = AggressiveEncoder(objective, steps=7, every=3)
    history = fit(model, turns, data, Settings(batch_size=16, epochs=3, **settings), folder=folder, reporter=reporter)
    return model, history


def test_a_training_goes_on_to_the_bit_wherever_it_stopped(data, folder):
    whole, _ = train(data, folder("whole"))
    pieces = folder("pieces")
    for step in (2, 3, 7, 8):  # among the encoder's steps, at one of the decoder, and where they end
        _, stopped = train(data, pieces, InterruptAfter("training", step))
        assert stopped.status is Status.INTERRUPTED
        pieces = RunFolder(pieces.path)
    again, _ = train(data, pieces)
    for name, value in whole.state_dict().items():
        assert torch.equal(value, again.state_dict()[name]), name


def test_what_takes_one_step_for_all_is_refused(data):
    with pytest.raises(CapabilityError, match="cannot compile the training step"):
        train(data, compile="always")
    with pytest.raises(ArgumentError, match="the loss needs turns in which the decoder does not learn as a whole"):
        train(data, grad_shards=2)


def test_text_vae_has_it_as_an_option():
    _, plain = recipes["text-vae"]((6,), n_tokens=9)
    _, turns = recipes["text-vae"]((6,), n_tokens=9, aggressive_steps=50)
    assert isinstance(plain, Elbo)
    assert turns == AggressiveEncoder(plain, steps=50)
