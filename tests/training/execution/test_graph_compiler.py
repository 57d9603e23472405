"""Functions as graph_compiler, whatever compilers there are."""

import shutil
import sys

import pytest
import torch
from torch import Tensor

from autoencode.training.execution import graph_compiler


@pytest.mark.skipif(sys.platform != "linux" or not shutil.which("g++"), reason="there is no g++")
def test_llvms_compiler_is_passed_over_for_gnus() -> None:
    from torch._inductor import config

    memory, given = torch.zeros(3), torch.arange(3.0)

    def add(a: Tensor, b: Tensor) -> Tensor:
        return a.copy_(a + b * 2)

    with config.patch({"cpp.cxx": (None, "/no/such/clang++")}):
        program = graph_compiler.compile_traced(add, [memory], [given])
    program(memory, given)
    program(memory, given)
    assert memory.tolist() == [0, 4, 8]


@pytest.mark.parametrize("named", ["g++", "g++-12", "/usr/bin/c++", "icpx"])
def test_others_are_taken_as_they_are_named(named: str) -> None:
    assert graph_compiler._cxx_candidates((None, named)) == (None, named)
