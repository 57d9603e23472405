"""How the page reads weights and writes bytes."""

import pytest
import torch

from autoencode.portable import trace
from autoencode.views.outputs import to_pil_image
from support.kernels import run_in

pytestmark = pytest.mark.browser


def test_half_precision_reads_every_kind_of_number(kernels):
    values = torch.tensor([0.0, -0.0, 1.0, -2.5, 65504.0, 6.1e-5, 5.96e-8, -3.0e-6, 1 / 3])
    program = trace(lambda z, _: z + values, torch.zeros(1, 9))
    found = run_in(kernels, program, torch.zeros(1, 9), precision="float16")
    assert torch.equal(found, values.half().float()[None])


def test_bytes_are_rounded_as_python_rounds_them(kernels):
    x = torch.cat([(torch.arange(256) + 0.5) / 255, torch.linspace(-0.2, 1.2, 1001)]).view(1, 1, -1)
    found = kernels.run(f"[...toBytes(Float32Array.from({x.flatten().tolist()}))]")
    assert found == list(to_pil_image(x).tobytes())
