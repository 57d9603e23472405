"""Adam's update functional out, beside PyTorch's."""

import pytest
import torch
from torch import Tensor, nn
from torch.optim import Adam, AdamW

from autoencode.training.execution.functional_adam import FunctionalAdam, has_functional_form
from autoencode.training.optimizers import optimizers, state_tensors


def weights() -> list[nn.Parameter]:
    g = torch.Generator().manual_seed(0)
    return [nn.Parameter(torch.randn(shape, generator=g, dtype=torch.float64)) for shape in ((3, 4), (5,), ())]


def gradients(number: int) -> list[Tensor]:
    g = torch.Generator().manual_seed(100 + number)
    return [torch.randn(shape, generator=g, dtype=torch.float64) for shape in ((3, 4), (5,), ())]


def functional_step(
    optimizer: Adam, functional: FunctionalAdam, ws: list[nn.Parameter], number: int, *, ok: bool = True
):
    with torch.no_grad():
        inputs = [*functional.state(), functional.scalars()]
        functional.update([w.detach() for w in ws], inputs, gradients(number), torch.tensor(ok))


def plain_step(optimizer: Adam, ws: list[nn.Parameter], number: int) -> None:
    for w, gradient in zip(ws, gradients(number), strict=True):
        w.grad = gradient
    optimizer.step()


@pytest.mark.parametrize("kind", [Adam, AdamW])
def test_it_is_the_update_of_pytorchs_and_either_can_follow_the_other(kind):
    one, other = weights(), weights()
    plain, mixed = (kind(ws, lr=0.02, betas=(0.8, 0.97), eps=1e-3) for ws in (one, other))
    functional = FunctionalAdam(mixed, other)
    for number in range(12):
        for optimizer in (plain, mixed):
            optimizer.param_groups[0]["lr"] = 0.02 * (1 - number / 20)
        plain_step(plain, one, number)
        if number % 5 == 3:
            plain_step(mixed, other, number)
        else:
            functional_step(mixed, functional, other, number)
        for a, b in zip(one, other, strict=True):
            torch.testing.assert_close(a, b, rtol=1e-6, atol=1e-9)  # what is the same for all weights is float32
    for name, value in state_tensors(plain).items():
        torch.testing.assert_close(state_tensors(mixed)[name], value)


def test_nothing_changes_where_it_must_not():
    ws = weights()
    optimizer = Adam(ws)
    functional = FunctionalAdam(optimizer, ws)
    functional_step(optimizer, functional, ws, 0)
    before = [*(w.clone() for w in ws), *(t.clone() for t in state_tensors(optimizer).values())]
    functional_step(optimizer, functional, ws, 1, ok=False)
    after = [*ws, *state_tensors(optimizer).values()]
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))


def test_the_gradients_of_an_update_are_found_again():
    ws = weights()
    optimizer = Adam(ws)
    functional = FunctionalAdam(optimizer, ws)
    functional_step(optimizer, functional, ws, 0)
    changed = [value.clone() for value in functional.state()]
    with torch.no_grad():
        inputs = [*changed, functional.scalars()]
        functional.update([w.detach().clone() for w in ws], inputs, gradients(1), torch.tensor(True))
    for found, gradient in zip(functional.gradients(changed), gradients(1), strict=True):
        torch.testing.assert_close(found, gradient)


def test_a_state_that_is_there_is_kept():
    ws = weights()
    optimizer = Adam(ws)
    plain_step(optimizer, ws, 0)
    before = {name: value.clone() for name, value in state_tensors(optimizer).items()}
    FunctionalAdam(optimizer, ws)
    assert all(torch.equal(value, before[name]) for name, value in state_tensors(optimizer).items())


@pytest.mark.parametrize("name", ["adam", "adamw"])
def test_what_can_be_written(name):
    assert has_functional_form(optimizers[name](nn.Linear(2, 2)))


@pytest.mark.parametrize(
    "optimizer",
    [
        torch.optim.SGD(weights()),
        Adam(weights(), amsgrad=True),
        Adam(weights(), maximize=True),
        Adam(weights(), weight_decay=0.1),
        Adam([{"params": weights()}, {"params": weights(), "lr": 0.1}]),
        optimizers["muon"](nn.Linear(2, 2)),
    ],
)
def test_what_cannot(optimizer):
    assert not has_functional_form(optimizer)
