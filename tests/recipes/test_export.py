"""Encoders and decoders leave Python as any network of PyTorch does: `torch.export` and `torch.jit.trace`."""

from collections.abc import Iterator

import jaxtyping
import pytest
import torch
from tests.recipes.test_contract import ROWS, context_of, made, shaken
from torch import Tensor, nn
from torch.export import Dim, export

from autoencode.recipes import recipes
from autoencode.tasks.export import export_formats
from autoencode.tasks.export.network import Decode, Encode, compare_network, record_network

QUICK = ("conv-vae", "conv-ae", "dense-vae", "conditional-vae", "restorer", "vq-vae", "iaf-vae")
NAMES = [
    pytest.param(name, marks=() if name in QUICK else pytest.mark.slow)
    for name, row in ROWS.items()
    if not row.sequential
]
FREE = Dim("batch")


@pytest.fixture(autouse=True)
def unchecked_shapes() -> Iterator[None]:
    """Sizes are symbols or tensors while PyTorch records, which the tests' checks of annotations refuse."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


def inputs(name: str, network: nn.Module, n: int) -> tuple[Tensor, ...]:
    """Examples or codes, and what a conditional model is told."""
    context, x = context_of(name, n), torch.rand(n, *network.model.data_shape)
    first = x if isinstance(network, Encode) else network.model.encode(x, context).mean.detach()
    return (first,) if context is None else (first, context)


def assert_same(program: nn.Module, network: nn.Module, arguments: tuple[Tensor, ...]) -> None:
    torch.testing.assert_close(program(*arguments), network(*arguments))


@pytest.mark.parametrize("network_type", [Encode, Decode])
@pytest.mark.parametrize("name", NAMES)
def test_every_recipe_is_exported_with_gradients_on_and_takes_any_batch(name, network_type):
    model, _ = made(name)
    shaken(model)
    network = network_type(model.eval())
    arguments = inputs(name, network, 3)
    program = export(network, arguments, dynamic_shapes=[{0: FREE}, {0: FREE}][: len(arguments)]).module()
    assert_same(program, network, arguments)
    assert_same(program, network, inputs(name, network, 5))


@pytest.mark.parametrize("network_type", [Encode, Decode])
@pytest.mark.parametrize("name", NAMES)
def test_every_recipe_gives_an_onnx_file_that_computes_the_same(name, network_type):
    pytest.importorskip("onnxruntime")
    model, _ = made(name)
    shaken(model)
    network, form = network_type(model.eval()), export_formats["onnx"]

    def make(n):
        with torch.no_grad():
            return inputs(name, network, n)

    content = record_network(network, make, form, "network")
    assert compare_network(network, make, form, content, "network") < 1e-5


@pytest.mark.filterwarnings("ignore")  # PyTorch warns of tracing itself, and of what its own layers check
@pytest.mark.parametrize("network_type", [Encode, Decode])
@pytest.mark.parametrize("name", ["conv-vae", "conv-ae", "dense-vae", "conditional-vae", "restorer"])
def test_a_trace_with_gradients_on_takes_any_batch(name, network_type):
    model, _ = recipes[name]((1, 12, 12), **ROWS[name].small)
    network = network_type(model.eval())
    traced = torch.jit.trace(network, inputs(name, network, 3))
    assert_same(traced, network, inputs(name, network, 5))
