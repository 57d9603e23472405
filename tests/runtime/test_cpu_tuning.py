"""What is set for the whole process."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from autoencode.runtime.cpu_tuning import flush_denormals

_SCRIPT = """
import torch
torch.set_num_threads(2)
small = torch.full((1_000_000,), 1e-39)
torch.rand(1_000_000).sqrt()  # starts the threads
from autoencode.runtime.cpu_tuning import flush_denormals
before = (small * 0.5 != 0).any().item()
flush_denormals()
bits = (small * 0.5).view(torch.int32)  # compared as bits: a comparison of floats would flush them as well
print(before, (bits == 0).all().item())
"""


@pytest.mark.skipif(not list(Path(torch.__file__).parent.glob("lib/libgomp*")), reason="PyTorch without GNU's threads")
def test_threads_that_had_started_before_are_told_too() -> None:
    done = subprocess.run([sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True"]


def test_it_can_be_said_again() -> None:
    for _ in range(3):
        flush_denormals()
    assert ((torch.full((1_000_000,), 1e-39) * 0.5).view(torch.int32) == 0).all()
