"""Which fully connected layers are rounded under autocast."""

import pytest
import torch

from autoencode.nn import Linear


@pytest.mark.parametrize(("inputs", "outputs"), [(2, 300), (300, 2), (128, 300), (300, 128)])
@pytest.mark.parametrize("precision", [torch.bfloat16, torch.float16], ids=str)
def test_a_layer_that_a_code_goes_through_keeps_full_precision(
    inputs: int, outputs: int, precision: torch.dtype
) -> None:
    layer, x = Linear(inputs, outputs), torch.randn(5, inputs)
    with torch.autocast("cpu", precision):
        torch.testing.assert_close(layer(x), layer.double()(x.double()).float(), rtol=1e-4, atol=1e-5)


def test_what_a_rounded_layer_gave_is_taken_in_full_precision() -> None:
    layer, x = Linear(300, 2), torch.randn(5, 300).bfloat16()
    with torch.autocast("cpu", torch.bfloat16):
        assert layer(x).dtype == torch.float32


def test_other_layers_are_rounded_as_autocast_asks_for() -> None:
    layer, x = Linear(200, 300), torch.randn(5, 200)
    with torch.autocast("cpu", torch.float16):
        assert layer(x).dtype == torch.float16
