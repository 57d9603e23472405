"""What is set while an operation runs, and given back after it."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from autoencode.runtime.cpu_tuning import flushed_denormals, is_flushing, tuned_cpu

_SCRIPT = """
import threading
import torch
from autoencode.runtime.cpu_tuning import flushed_denormals

torch.set_num_threads(2)
small = torch.full((1_000_000,), 1e-39)
torch.rand(1_000_000).sqrt()  # starts the threads

def flushed():
    zeros = (small * 0.5).view(torch.int32) == 0  # compared as bits: a comparison of floats would flush them as well
    return "all" if zeros.all() else "some" if zeros.any() else "none"

def blocks():
    found = [flushed()]
    with flushed_denormals():
        found.append(flushed())
        with flushed_denormals():
            found.append(flushed())
        torch.set_num_threads(4)  # more threads than there were
        with flushed_denormals():
            found.append(flushed())
        found.append(flushed())
        torch.set_num_threads(2)
    found.append(flushed())
    torch.set_num_threads(4)
    found.append(flushed())
    torch.set_num_threads(2)
    print(*found)

blocks()
thread = threading.Thread(target=blocks)
thread.start()
thread.join()
torch.set_flush_denormal(True)  # the host's own wish, for this thread alone
found = [flushed()]
with flushed_denormals():
    found.append(flushed())
print(*found, flushed())
"""


@pytest.mark.skipif(not list(Path(torch.__file__).parent.glob("lib/libgomp*")), reason="PyTorch without GNU's threads")
def test_every_thread_flushes_in_a_block_and_has_its_own_setting_after_it() -> None:
    done = subprocess.run([sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["none all all all all none none"] * 2 + ["some all some"]


def test_an_error_ends_a_block_like_any_other_end() -> None:
    with pytest.raises(ZeroDivisionError), flushed_denormals():
        raise ZeroDivisionError
    assert not is_flushing()


def test_it_decorates_a_function() -> None:
    @tuned_cpu()
    def function() -> bool:
        return is_flushing()

    assert function()
    assert function()
    assert not is_flushing()
