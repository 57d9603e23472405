"""What runs in somebody's notebook or server leaves the process as it was."""

import subprocess
import sys
from pathlib import Path

import pytest

_STATE = """
import random, signal, sys, threading, time, warnings
import numpy as np
import torch
from torch.distributions import Distribution

torch.set_num_threads(2)
small = torch.full((400_000,), 1e-39)
torch.rand(400_000).sqrt()  # starts PyTorch's workers

def thread_state():
    products = (small * 0.5).view(torch.int32)  # as bits, since a comparison of floats would flush them as well
    return torch.get_num_threads(), bool((products != 0).all()), sys.float_info.min * 0.5 != 0

def in_new_thread(function):
    results = []
    thread = threading.Thread(target=lambda: results.append(function()))
    thread.start()
    thread.join()
    return results[0]

def state():
    from autoencode.kernels import library
    return {
        "this thread": thread_state(),
        "a new thread": in_new_thread(thread_state),
        "kernels": (library.kernels_are_wanted(), library._enabled),
        "signals": [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)],
        "torch's generator": torch.get_rng_state().tolist(),
        "NumPy's generator": str(np.random.get_state()),
        "Python's generator": random.getstate(),
        "threads": sorted(thread.name for thread in threading.enumerate()),
        "gradients": torch.is_grad_enabled(),
        "dtype": torch.get_default_dtype(),
        "validation": Distribution._validate_args,
        "precision": torch.get_float32_matmul_precision(),
        "warnings": list(warnings.filters),
    }

def compare(before, what):
    after = state()
    changed = [name for name, value in before.items() if after[name] != value]
    print(what, *changed, sep=" | ")
"""

_SCRIPT = (
    _STATE
    + """
from autoencode import fit, reconstruct, train, generate, evaluate, Run
import autoencode.tasks, sklearn.datasets, sympy  # imports change filters of warnings and draw random numbers

def work(name):
    train("digits", "dense-vae", out=name, steps=3, seed=1, threads=1)
    run = Run(name, device="cpu")
    reconstruct(run)
    generate(run, 4)
    evaluate(run, importance_samples=2)

before = state()
train("digits", "dense-vae", out="a", steps=3)
compare(before, "train")
run = Run("a", device="cpu")
compare(before, "open")
reconstruct(run)
compare(before, "reconstruct")
run.decode(torch.zeros(2, 2))
compare(before, "decode")
try:
    train("digits", "dense-vae", out="a", steps=3)
except Exception as error:
    compare(before, type(error).__name__)
in_new_thread(lambda: work("b"))
compare(before, "another thread")
threads = [threading.Thread(target=work, args=(name,)) for name in "cd"]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
compare(before, "two threads")
weights = [Run(name, device="cpu").model.state_dict() for name in "bcd"]
print("same weights", *(all(torch.equal(weights[0][key], other[key]) for key in other) for other in weights), sep=" | ")
"""
)


def test_the_process_is_left_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    done = subprocess.run([sys.executable, "-c", _SCRIPT], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert [line for line in done.stderr.splitlines() if "training steps are few" not in line] == []
    steps = ("train", "open", "reconstruct", "decode", "RunError", "another thread", "two threads")
    assert done.stdout.splitlines() == [*steps, "same weights | True | True | True"]
