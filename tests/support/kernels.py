"""Runs programs in a browser, and compares what they give with what PyTorch gives."""

import json
from importlib.resources import files
from typing import Any

import torch
from torch import Tensor

from autoencode.portable import Program
from autoencode.portable.program import Precision, encoded
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
    script = files("autoencode.portable").joinpath("decoder.js").read_text(encoding="utf-8")
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
        json.loads(program.as_json()),
        encoded(program.block(precision)),
        precision,
        codes.flatten(1).tolist(),
        contexts or [0] * len(codes),
        plain,
    ]
    back = page.run(f"results(...{json.dumps(values)})")
    return torch.tensor(back, dtype=torch.float32).reshape(len(codes), *program.shape)
