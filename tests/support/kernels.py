"""Runs programs in a browser, and compares what they give with what PyTorch gives."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from autoencode.portable import Program, trace
from autoencode.portable.program import Precision
from autoencode.views.pages import asset, to_base64
from support.chromium import Page

SCRIPT = """
function results(program, weights, precision, codes, contexts, plain) {
  const decoder = new Decoder(program, readWeights(weights, precision), { plain });
  if (!plain && !decoder.fast) throw new Error("this Chromium has no WebAssembly");
  return codes.map((code, i) => [...decoder.run(Float32Array.from(code), contexts[i])]);
}
"""


def kernels_page() -> str:
    """A page that holds the kernels and nothing else."""
    script = asset("autoencode.portable", "decoder.js") + asset("autoencode.portable", "sequence.js")
    return f"<!doctype html><title>kernels</title><script>{script}{SCRIPT}</script>"


def run_in(
    page: Page,
    program: Program,
    codes: Tensor,
    contexts: list[int] | None = None,
    *,
    plain: bool = False,
    precision: Precision = "float32",
) -> Tensor:
    """What the program gives in the browser for each code, (n, *program.shape)."""
    values: list[Any] = [
        program.manifest(),
        to_base64(program.weight_bytes(precision)),
        precision,
        codes.flatten(1).tolist(),
        contexts or [0] * len(codes),
        plain,
    ]
    back = page.run(f"results(...{json.dumps(values)})")
    return torch.tensor(back, dtype=torch.float32).reshape(len(codes), *program.shape)


@torch.no_grad()
def compare(
    page: Page,
    function: Callable[[Tensor, Any], Tensor],
    codes: Tensor,
    contexts: Sequence[Any] = (None,),
    context_indices: list[int] | None = None,
    *,
    plain: bool = False,
    atol: float = 2e-5,
) -> Program:
    """Checks that a function gives in the browser what it gives in PyTorch."""
    program = trace(function, codes[:1], contexts)
    which = context_indices or [0] * len(codes)
    expected = torch.cat([function(code[None], contexts[i]) for code, i in zip(codes, which, strict=True)])
    found = run_in(page, program, codes, which, plain=plain)
    assert found.shape == expected.shape
    assert expected.std() > 1e-3
    assert torch.allclose(found, expected.float(), atol=atol, rtol=2e-4), (found - expected).abs().max()
    return program


def grid(z: Tensor) -> Tensor:
    """(1, 48) to (1, 4, 3, 4)."""
    return z.unflatten(1, (4, 3, 4))


def shaken(model: nn.Module) -> Any:
    """Weights off zero, where some layers start."""
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(0.1 * torch.randn_like(weight))
    return model.eval()
