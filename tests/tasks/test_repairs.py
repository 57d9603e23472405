import numpy as np
import pytest

from autoencode.tasks import report, train

LOST = "Detail that the code cannot hold is lost"
TINY = {"epochs": 1, "steps": 2, "command": "test"}


@pytest.mark.parametrize("recipe", ["denoising-ae", "fashion-denoise"])
def test_a_denoising_autoencoder_is_shown_at_its_task(tmp_path, plain_run, recipe):
    run = train("digits", recipe, out=tmp_path / "run", **TINY)
    text = report(run).read_text()
    assert "Corrupted examples and their restoration" in text
    assert "with codes of" in text
    assert LOST not in text  # the same pictures a second time, clean ones through the model
    assert sorted(path.stem for path in run.folder.figures.glob("re*.png")) == ["repairs"]
    plain = report(plain_run).read_text()
    assert "Corrupted" not in plain
    assert LOST in plain


def test_a_restorer_s_code_is_no_bottleneck(tmp_path):
    pictures = np.random.default_rng(0).integers(0, 256, (20, 16, 16), np.uint8)
    run = train(pictures, "self-restorer", out=tmp_path / "run", widths=(4,), **TINY)
    run = type(run)(run.path, data=run.data)
    text = report(run).read_text()
    assert "learned from 16 pictures of array to restore them" in text
    assert "differences are corrections by the model" in text
    assert LOST not in text
