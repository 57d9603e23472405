"""Programs are compiled whatever C++ compilers there are."""

import shutil
import sys

import pytest
import torch
from torch import Tensor

from autoencode.training.execution import graph_compiler


@pytest.mark.skipif(sys.platform != "linux" or not shutil.which("g++"), reason="there is no g++")
def test_gnus_compiler_is_used_in_place_of_llvms() -> None:
    from torch._inductor import config

    total, x = torch.zeros(3), torch.arange(3.0)

    def add(a: Tensor, b: Tensor) -> Tensor:
        return a.copy_(a + b * 2)

    with config.patch({"cpp.cxx": (None, "/no/such/clang++")}):
        program = graph_compiler.compile_traced(add, [total], [x])
    program(total, x)
    program(total, x)
    assert total.tolist() == [0, 4, 8]
