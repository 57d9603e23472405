"""Programs themselves; what they compute is tried in a browser beside this."""

import pytest
import torch
from torch import nn

from autoencode.errors import CapabilityError
from autoencode.portable import trace


def test_what_does_not_depend_on_the_code_is_computed_once():
    weight = torch.randn(3, 2)
    program = trace(lambda z, _: z @ (weight * 2).exp().T, torch.zeros(1, 2))
    assert [step.op for step in program.steps] == ["dense"]
    assert torch.allclose(program.weights[program.steps[0].attributes["weight"]].variants[0], (weight * 2).exp())


def test_unused_steps_are_left_out():
    program = trace(lambda z, _: (z.exp(), z + 1)[1], torch.zeros(1, 2))
    assert [step.op for step in program.steps] == ["constant", "pair"]
    assert program.sizes[0] == 2


def test_shapes_cost_nothing():
    program = trace(lambda z, _: z.view(1, 2, 3).flatten(1).unsqueeze(0).squeeze(0) * 2, torch.zeros(1, 6))
    assert [step.op for step in program.steps] == ["constant", "pair"]


def test_contexts_become_variants_of_constants_that_differ():
    layer = nn.Linear(5, 4)
    contexts = list(torch.eye(3).split(1))
    program = trace(lambda z, c: layer(torch.cat([z, c], 1)), torch.zeros(1, 2), contexts)
    assert program.contexts == 3
    assert sorted(len(weights.variants) for weights in program.weights) == [1, 1, 3]
    places = program.manifest()["weights"]
    assert sum(length * variants for _, length, variants in places) == program.n_weights
    assert [place for place, *_ in places] == sorted(place for place, *_ in places)


def test_steps_that_differ_by_context_are_an_error():
    with pytest.raises(CapabilityError, match="the steps depend on the context"):
        trace(lambda z, c: z.exp() if c else z.tanh(), torch.zeros(1, 2), [True, False])


def test_unknown_operations_are_named_all_at_once():
    with pytest.raises(CapabilityError, match=r"computes 'cumsum', 'sort', which .* docs/explorer.md"):
        trace(lambda z, _: z.cumsum(1).sort(1)[0] * 2 @ torch.ones(3), torch.zeros(1, 3))


@pytest.mark.parametrize(
    ("function", "what"),
    [
        (lambda z: z.clamp(min=torch.zeros(6)), "'clamp'"),
        (lambda z: 2**z, "'pow' with an exponent that is a tensor"),
        (lambda z: z.div(2, rounding_mode="floor"), "'div' with rounding"),
        (lambda z: nn.functional.pad(z, (1, 1), value=3.0), "'constant_pad_nd' with other than zeros"),
        (lambda z: z.norm(1, dim=1), "'linalg_vector_norm' with other than the lengths of rows"),
        (lambda z: ~z.to(torch.int64), "'bitwise_not' with values of type torch.int64"),
        (
            lambda z: nn.functional.embedding(torch.tensor([0]), z.view(2, 3)),
            "'embedding' with a table that depends on the code",
        ),
        (lambda z: nn.functional.conv1d(z[None], torch.ones(1, 1, 2)), "'convolution' with an input of shape"),
        (lambda z: nn.functional.conv2d(z.view(1, 1, 2, 3), z.view(1, 1, 2, 3)), "weights that depend on the code"),
        (lambda z: (z * 2).view(6)[2:].relu_(), "'relu_'"),
        (lambda z: [y := torch.zeros(1, 12), y[:, :6].add_(z), y * 2][2], "'mul' of a constant that was overwritten"),
        (lambda z: [y := torch.zeros(1, 12), y[:, :6].add_(z), y][2], "computes a constant that was overwritten"),
        (lambda z: [y := torch.zeros(1, 6), v := y.view(6), y.add_(z), v.exp()][3], "'exp' of a constant that was"),
        (lambda z: torch.addmm(torch.arange(6.0).view(2, 3), z.view(2, 3), torch.eye(3)), "another bias in each row"),
    ],
)
def test_uses_without_a_kernel_are_named(function, what):
    with pytest.raises(CapabilityError, match="which the explorer's page has no kernel for") as caught:
        trace(lambda z, _: function(z), torch.ones(1, 6))
    assert what in str(caught.value)


def test_batch_statistics_are_refused():
    layer = nn.BatchNorm2d(1).train()
    with pytest.raises(CapabilityError, match="a batch's own statistics"):
        trace(lambda z, _: layer(z.view(1, 1, 2, 3)), torch.ones(1, 6))


def test_the_block_holds_every_weight_in_order():
    one, other = torch.randn(2, 3), torch.randn(3)
    program = trace(lambda z, _: z @ one + other, torch.zeros(1, 2))
    places = {place: length for place, length, _ in program.manifest()["weights"]}
    block = torch.frombuffer(bytearray(program.weight_bytes()), dtype=torch.float32)
    assert sum(places.values()) == len(block) == program.n_weights
    assert torch.equal(block[:6], one.T.flatten())
    assert torch.equal(block[-3:], other)
    half = torch.frombuffer(bytearray(program.weight_bytes("float16")), dtype=torch.float16)
    assert torch.equal(half, block.half())


def test_the_cost_is_counted():
    layer = nn.Conv2d(2, 3, 3, padding=1)
    program = trace(lambda z, _: layer(z.view(1, 2, 4, 5)), torch.zeros(1, 40))
    assert program.multiplications == 3 * 2 * 9 * 20
    assert program.shape == (3, 4, 5)


def test_sums_in_place_are_written_down_once_each():
    def many(z, _):
        total = torch.zeros_like(z.T)
        for number in range(40):
            total += torch.sigmoid(number * z.T)
        return total.T

    assert len(trace(many, torch.ones(1, 6)).steps) < 200
