"""Cleaning needs no PyTorch, and what does says so in one line."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

WITHOUT = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {missing}:
            raise ModuleNotFoundError(f"No module named '{{name}}'", name=name)

sys.meta_path.insert(0, Missing())
sys.argv = ["autoencode", *{words}]
from autoencode.cli.main import main
main()
"""


def run(*words):
    from autoencode.errors import TRAINING_MODULES

    code = WITHOUT.format(missing=set(TRAINING_MODULES), words=list(words))
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)


def test_a_page_is_cleaned_without_pytorch(tmp_path):
    page = np.full((120, 160), 190, np.uint8)
    page[40:44, 20:140] = 30
    Image.fromarray(page).save(tmp_path / "a.png")
    done = run("clean", str(tmp_path / "a.png"), "-o", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "a.png").exists()
    assert {line.split()[0] for line in run("list", "models").stdout.splitlines()[1:]} >= {"scan", "noise", "jpeg"}


@pytest.mark.parametrize("words", [("train", "digits"), ("list", "recipes")])
def test_the_other_commands_say_what_they_need(words):
    done = run(*words)
    assert done.returncode == 1
    assert (
        "is not installed, and all but `autoencode clean` needs it: pip install '.[train]' in the folder of autoencode"
        in done.stderr
    )
    assert len(done.stderr.strip().splitlines()) == 1
