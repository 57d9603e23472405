"""A file that was compressed once is decompressed by every later version, and on every computer."""

import sys
from pathlib import Path

import numpy as np
import torch

from autoencode import tasks

GOLDEN = Path(__file__).parent / "golden.aec"
sys.path.append(str(Path(__file__).parents[2] / "scripts"))


def test_the_golden_file_gives_the_same_bytes(tmp_path):
    from golden_compressed import rectangles

    done = tasks.decompress(GOLDEN, tmp_path)
    assert done.names == ["forty.npy"]
    np.save(tmp_path / "wanted.npy", rectangles(40, 1))
    assert (tmp_path / "forty.npy").read_bytes() == (tmp_path / "wanted.npy").read_bytes()


def test_it_does_so_with_any_number_of_threads(tmp_path):
    before = torch.get_num_threads()
    try:
        for threads in (1, 2):
            torch.set_num_threads(threads)
            assert tasks.decompress(GOLDEN, tmp_path / str(threads), verify=True).names == ["forty.npy"]
    finally:
        torch.set_num_threads(before)
