import copy

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from autoencode.data import Batch
from autoencode.errors import RunError
from autoencode.objectives import AdversarialPrior, Denoising, Elbo, TotalCorrelation
from autoencode.recipes import recipes
from autoencode.runs.folder import RunFolder
from autoencode.runs.record import Status
from autoencode.runs.tensor_file import load_tensors
from autoencode.settings import Settings
from autoencode.training import fit, optimizers, trainer, validate
from autoencode.training.auxiliary_networks import AuxiliaryNetworks
from autoencode.training.execution.train_step import TrainStep, training_step
from support.reporters import InterruptAfter

WITHOUT_CLOCK = ("seconds", "examples_per_second")
RATE = 1e-3


def critic():
    return nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.LeakyReLU(), nn.Dropout(0.2), nn.Linear(8, 1))


def made(network=None):
    """A small VAE with a critic that has all that a mode or a resume could get wrong: statistics and dropout."""
    torch.manual_seed(5)
    model, objective = recipes["dense-vae"]((12,), hidden=8)
    return model, objective + 2.0 * TotalCorrelation(network or critic(), RATE)


def weights(module):
    return {name: value.clone() for name, value in module.state_dict().items()}


def same(one, two):
    return one.keys() == two.keys() and all(torch.equal(one[name], two[name]) for name in one)


def learned(module):
    return {name: value.detach().clone() for name, value in module.named_parameters()}


def trained(data, folder=None, reporter=None, **settings):
    model, objective = made()
    history = fit(model, objective, data, Settings(**{"batch_size": 16, **settings}), folder=folder, reporter=reporter)
    return model, objective, history


def timeless(history):
    return [{k: v for k, v in epoch.as_dict().items() if k not in WITHOUT_CLOCK} for epoch in history.epochs]


def one_step(grad_clip=None):
    model, objective = made()
    step, auxiliary = TrainStep(model, objective), AuxiliaryNetworks(objective)
    optimizer = optimizers["adam"](model)
    batch = Batch(torch.rand(16, 12, generator=torch.Generator().manual_seed(1)))
    torch.manual_seed(2)
    return training_step(step, optimizer, auxiliary, batch, 0, grad_clip), model, objective, auxiliary, batch


# One step ----------------------------------------------------------------------------------------------------------


def test_each_loss_moves_its_own_weights_alone():
    _, model, _, auxiliary, batch = one_step()
    torch.manual_seed(5)
    fresh, objective = made()
    torch.manual_seed(2)
    output = objective(fresh, batch, 0)
    network = objective.auxiliary_networks["tc_critic"].network
    for loss, module, done in (
        (output.loss, fresh, model),
        (output.auxiliary_losses["tc_critic"], network, auxiliary.networks["tc_critic"]),
    ):
        own = list(module.parameters())
        expected = torch.autograd.grad(loss, own, retain_graph=True)
        for gradient, weight in zip(expected, done.parameters(), strict=True):
            assert torch.equal(gradient, weight.grad)


def test_model_and_auxiliary_network_step_from_one_pass():
    passes = []
    model, objective = made()
    model.encoder.register_forward_hook(lambda *_: passes.append(1))
    auxiliary, before = AuxiliaryNetworks(objective), learned(model)
    critics = learned(auxiliary.networks["tc_critic"])
    batch = Batch(torch.rand(16, 12))
    values = training_step(TrainStep(model, objective), optimizers["adam"](model), auxiliary, batch, 0, None)
    assert len(passes) == 1
    assert values.keys() == {"loss", "nll", "kl", "total_correlation", "tc_critic"}
    assert not any(torch.equal(before[name], value) for name, value in model.named_parameters())
    now = dict(auxiliary.networks["tc_critic"].named_parameters())
    assert not any(torch.equal(critics[name], now[name]) for name in critics if name != "1.bias")


def test_a_gradient_of_an_earlier_step_is_forgotten():
    _, model, objective, auxiliary, batch = one_step()
    step, optimizer = TrainStep(model, objective), torch.optim.SGD(model.parameters(), lr=0.0)
    auxiliary.set_learning_rate(0.0)
    gradients = []
    for _ in range(2):
        torch.manual_seed(3)
        training_step(step, optimizer, auxiliary, batch, 1, None)
        gradients.append([p.grad.clone() for p in (*model.parameters(), *auxiliary.networks["tc_critic"].parameters())])
    assert all(torch.equal(a, b) for a, b in zip(*gradients, strict=True))


def test_clipping_bounds_model_and_auxiliary_network_each_on_its_own():
    _, model, _, auxiliary, _ = one_step(grad_clip=1e-4)
    for module in (model, auxiliary.networks["tc_critic"]):
        norm = torch.cat([p.grad.flatten() for p in module.parameters()]).norm().item()
        assert norm == pytest.approx(1e-4, rel=1e-3)


def test_auxiliary_follow_the_schedule():
    auxiliary = AuxiliaryNetworks(made()[1])
    auxiliary.set_learning_rate(0.25)
    auxiliary.set_learning_rate(0.5)
    assert auxiliary.optimizers["tc_critic"].param_groups[0]["lr"] == RATE / 2
    assert auxiliary.optimizers["tc_critic"].param_groups[0]["betas"] == (0.5, 0.9)


def test_the_schedule_reaches_the_auxiliary_in_training(data, monkeypatch):
    rates, plain = [], AuxiliaryNetworks.set_learning_rate

    def record(self, factor):
        plain(self, factor)
        rates.append(self.optimizers["tc_critic"].param_groups[0]["lr"])

    monkeypatch.setattr(AuxiliaryNetworks, "set_learning_rate", record)
    trained(data, epochs=2, schedule="linear")
    assert len(rates) == 8
    assert rates[-1] == pytest.approx(RATE / 9 / 0.95)


# A whole training --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("average", [0.0, 0.9])
def test_going_on_is_the_same_to_the_bit(data, folder, average):
    settings = {"epochs": 4, "schedule": "cosine", "ema_decay": average, "grad_clip": 1.0}
    whole, objective, history = trained(data, folder("whole"), **settings)
    pieces = folder("pieces")
    for step in (3, 9):  # in the middle of epochs of 4 steps
        assert trained(data, pieces, InterruptAfter("training", step), **settings)[2].status is Status.INTERRUPTED
        pieces = RunFolder(pieces.path)
    resumed, other, rest = trained(data, pieces, **settings)
    assert same(weights(whole), weights(resumed))
    assert same(
        weights(objective.auxiliary_networks["tc_critic"].network),
        weights(other.auxiliary_networks["tc_critic"].network),
    )
    assert timeless(history) == timeless(rest)
    for name in ("model.safetensors", "last.safetensors"):
        assert (pieces.path / name).read_bytes() == (pieces.path.parent / "whole" / name).read_bytes()
    uninterrupted = RunFolder(pieces.path.parent / "whole")
    assert same(*(load_tensors(each.checkpoint_file)[0] for each in (pieces, uninterrupted)))


def test_of_the_auxiliary_nothing_is_left_in_the_weights(data, folder):
    run = folder()
    model, _, _ = trained(data, run, epochs=1)
    for file in (run.model_file, run.last_model_file):
        assert load_file(file).keys() == model.state_dict().keys()
    kept = load_tensors(run.checkpoint_file)[0]
    assert any(name.startswith("auxiliary.tc_critic.network.") for name in kept)
    assert any(name.startswith("auxiliary.tc_critic.optimizer.") for name in kept)


def test_a_checkpoint_of_other_auxiliary_is_refused(data, folder):
    run = folder()
    trained(data, run, epochs=1)
    model, _ = made()
    with pytest.raises(RunError, match="holds the weights of another model"):
        fit(model, Elbo() + TotalCorrelation(nn.Linear(2, 1)), data, Settings(epochs=2, batch_size=16), folder=run)


def test_minutes_change_neither_model_nor_auxiliary_networks(data):
    plain, objective, _ = trained(data, epochs=1)
    timed, other, _ = trained(data, epochs=1, minutes=100.0)
    assert same(weights(plain), weights(timed))
    assert same(
        weights(objective.auxiliary_networks["tc_critic"].network),
        weights(other.auxiliary_networks["tc_critic"].network),
    )


def test_minutes_shorten_a_training_with_auxiliary_networks(data):
    _, _, history = trained(data, epochs=100_000, minutes=0.002)
    assert history.epochs[-1].step < 400_000


def test_the_last_weights_are_kept_since_auxiliary_move_the_yardstick(data, folder, monkeypatch):
    values = iter([3.0, 4.0, 5.0])
    monkeypatch.setattr(trainer, "validate", lambda *args, **kwargs: {"loss": next(values)})
    run = folder()
    _, _, history = trained(data, run, epochs=3)
    assert history.best is history.epochs[-1]
    assert run.model_file.read_bytes() == run.last_model_file.read_bytes()


def test_validation_has_auxiliary_in_evaluation_mode_and_leaves_them_as_they_were(data):
    model, objective = made()
    network = objective.auxiliary_networks["tc_critic"].network.train()
    model.eval()
    before, results = weights(network), [validate(model, objective, data.validation) for _ in range(2)]
    assert same(before, weights(network)), "statistics moved"
    assert network.training
    assert not model.training
    network.eval()
    assert results[0] == results[1] == validate(model, objective, data.validation)
    assert not network.training


def test_auxiliary_learn_in_training_mode(data):
    model, objective = made()
    network = objective.auxiliary_networks["tc_critic"].network.eval()
    fit(model, objective, data, Settings(epochs=1, batch_size=16))
    assert network.training
    assert network[1].num_batches_tracked == 8  # two looks a step, four steps


def test_bfloat16_auxiliary_have_losses_in_full_precision(data):
    model, objective = made()
    x = torch.rand(16, 12)
    output = TrainStep(model, objective, "bfloat16")(Batch(x), 0)
    assert output.auxiliary_losses["tc_critic"].dtype == torch.float32
    assert output.terms["total_correlation"].dtype == torch.float32
    assert trained(data, epochs=2, precision="bfloat16")[2].status is Status.COMPLETE


# Sums, weights and corruptions -------------------------------------------------------------------------------------


def test_parts_pass_their_auxiliary_on():
    one, two = critic(), critic()
    parts = 3.0 * Denoising(Elbo() + 2.0 * TotalCorrelation(one), lambda batch: batch) + AdversarialPrior(two)
    assert {name: auxiliary.network for name, auxiliary in parts.auxiliary_networks.items()} == {
        "tc_critic": one,
        "code_critic": two,
    }
    assert Elbo().auxiliary_networks == {}


def test_a_weight_is_the_models_alone():
    model, _ = made()
    part = TotalCorrelation(critic().eval())
    batch = Batch(torch.rand(16, 12))
    outputs = []
    for objective in (part, 7.0 * part, 7.0 * Denoising(part, lambda batch: batch)):
        torch.manual_seed(3)
        outputs.append(objective(model, batch))
    plain = outputs[0]
    for weighted in outputs[1:]:
        torch.testing.assert_close(weighted.loss, 7 * plain.loss)
        assert torch.equal(weighted.auxiliary_losses["tc_critic"], plain.auxiliary_losses["tc_critic"])


def test_a_copy_of_both_shares_nothing():
    model, objective = made()
    _, other = copy.deepcopy((model, objective))
    assert other.auxiliary_networks["tc_critic"].network is not objective.auxiliary_networks["tc_critic"].network
    assert other.auxiliary_networks["tc_critic"].network is other.auxiliary_networks["tc_critic"].network
