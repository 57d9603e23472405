"""Photographs that were compressed once are decompressed by every later version, and on every computer."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from autoencode import tasks
from autoencode.compression.photographs.lossy import step_of

SCRIPTS = Path(__file__).parents[3] / "scripts"
sys.path.append(str(SCRIPTS))

sys.path.append(str(SCRIPTS.parent / "benchmarks"))

import golden_photographs as golden  # noqa: E402
from photograph_damage import try_damage  # noqa: E402


@pytest.mark.parametrize("name", list(golden.PROFILES))
def test_the_golden_file_gives_the_same_pictures_which_become_the_same_bytes(name):
    golden.check(name)


def test_with_loss_the_pictures_are_near(tmp_path):
    tasks.decompress(golden.golden("lossy"), tmp_path)
    for name in golden.SIZES:
        found = np.asarray(Image.open(next(tmp_path.glob(f"{name}.*.png"))), np.float64)
        assert ((found - golden.pixels(name)) ** 2).mean() < step_of(40) ** 2 / 12


@pytest.mark.parametrize("setting", ["no kernels, AVX2, 2 threads", "AVX-512"])
def test_other_instructions_and_threads_give_the_same_bytes(setting):
    command = [sys.executable, str(SCRIPTS / "golden_photographs.py"), "--check"]
    done = subprocess.run(
        command, env=os.environ | golden.SETTINGS[setting], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("name", "flips"), [("fast", 60), ("small", 40), ("lossy", 12)])
def test_flips_and_cuts_give_an_error_or_the_right_pictures(name, flips, tmp_path):
    found = try_damage(name, tmp_path, flips, cut_every=golden.golden(name).stat().st_size // flips)
    assert sum(counts.total() for counts in found.values()) >= 2 * flips
    assert found["flip"]["error"]
    assert found["cut"]["error"] == found["cut"].total()
