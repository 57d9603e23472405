"""Layers whose operations are written down."""

import math
from collections import Counter

import pytest
import torch
from torch import Tensor, nn
from torch.fx.experimental.proxy_tensor import make_fx

from autoencode.kernels import dispatch, library, trace_custom_ops
from autoencode.nn import Conv, FewOutputsConv, Linear, PooledConv, TransposedConv, UpsampledConv

pytestmark = pytest.mark.skipif(library.compiled_library() is None, reason="there is no C++ compiler")

LAYERS = {
    "thin": (Conv(3, 16), (3, 15, 14)),
    "thin, pooled": (PooledConv(1, 16), (1, 15, 14)),
    "wide": (Conv(16, 32), (16, 15, 14)),
    "wide, halving": (Conv(16, 32, 2), (16, 17, 16)),
    "wide, pooled": (PooledConv(32, 16), (32, 15, 14)),
    "transposed": (TransposedConv(32, 16, 3, 2, 1, 1), (32, 8, 9)),
    "doubling": (UpsampledConv(16, 16, (16, 18)), (16, 8, 9)),
    "narrow": (FewOutputsConv(16, 2), (16, 15, 14)),
    "dense": (Linear(40, 24), (40,)),
}


@pytest.fixture(autouse=True)
def own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own kernels, for any layer, on any processor."""
    monkeypatch.setattr(library, "_enabled", True)
    monkeypatch.setattr(dispatch, "is_matmul_faster", lambda: True)


@pytest.mark.parametrize("relu", [False, True])
@pytest.mark.parametrize("kind", LAYERS)
def test_a_graph_holds_our_own_operators_and_gives_the_same_numbers(kind: str, relu: bool) -> None:
    layer, shape = LAYERS[kind]
    options = {"relu": True} if relu and not isinstance(layer, Linear | FewOutputsConv) else {}
    x = torch.randn(9, *shape)

    def both_ways(x: Tensor, *weights: Tensor) -> list[Tensor]:
        own = dict(zip(dict(layer.named_parameters()), weights, strict=True))
        given = [x.detach().requires_grad_(not kind.startswith("thin")), *weights]
        with torch.enable_grad():
            out = torch.func.functional_call(layer, own, (given[0],), options)
            gradients = torch.autograd.grad((out * towards).sum(), [one for one in given if one.requires_grad])
        return [out, *gradients]

    towards = torch.linspace(0.5, 1.5, layer(x).numel()).reshape(layer(x).shape)
    weights = [p.detach().requires_grad_() for p in layer.parameters()]
    expected = both_ways(x, *weights)
    with trace_custom_ops():
        graph = make_fx(both_ways)(x, *weights)
    ours = Counter(str(node.target) for node in graph.graph.nodes if "autoencode" in str(node.target))
    assert sum(ours.values()) == (3 if isinstance(layer, Linear | FewOutputsConv) else 2)
    assert not any("convolution" in str(node.target) for node in graph.graph.nodes)
    for one, other in zip(graph(x, *weights), expected, strict=True):
        assert one.shape == other.shape
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("kind", LAYERS)
def test_what_an_operator_makes_is_as_its_fake_says(kind: str) -> None:
    """Sizes, strides and kinds, which a compiler reads off without computing."""
    layer, shape = LAYERS[kind]
    x = torch.randn(9, *shape)
    with trace_custom_ops():
        graph = make_fx(lambda x: layer(x).square())(x)
    calls = [node for node in graph.graph.nodes if "autoencode" in str(node.target)]
    assert len(calls) == 1

    class Checked(torch.fx.Interpreter):
        def call_function(self, target: object, args: tuple, kwargs: dict) -> object:
            if "autoencode" in str(target):
                torch.library.opcheck(target, args, kwargs, test_utils=("test_schema", "test_faketensor"))  # pyright: ignore
            return super().call_function(target, args, kwargs)  # pyright: ignore

    Checked(graph).run(x)


def test_elsewhere_a_graph_holds_pytorchs_operators() -> None:
    layer = nn.Sequential(Conv(16, 16), nn.Flatten(), Linear(16 * 64, 24))
    graph = make_fx(lambda x: layer(x))(torch.randn(9, 16, 8, 8))
    assert not [node for node in graph.graph.nodes if "autoencode" in str(node.target)]


def test_what_is_mapped_is_left_to_pytorch_all_the_same() -> None:
    layer, x = Conv(16, 16), torch.randn(3, 9, 16, 8, 8) / math.sqrt(16)
    with trace_custom_ops():
        mapped = torch.func.vmap(layer)(x)
    torch.testing.assert_close(mapped[1], layer(x[1]), rtol=1e-4, atol=1e-4)
