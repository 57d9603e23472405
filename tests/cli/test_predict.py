"""`autoencode predict`."""

import numpy as np
import pytest

from autoencode.tasks import train


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    path = tmp_path_factory.mktemp("clips")
    clips = np.random.default_rng(0).integers(0, 255, (12, 6, 8, 8), dtype=np.uint8)
    np.save(path / "clips.npy", clips)
    small = {"widths": (4,), "summary_widths": (4,), "steps": 2, "threads": 1}
    return train(path / "clips.npy", "predict-vae", out=path / "run", past=2, future=2, **small).path


def test_it_says_where_futures_are_and_what_they_are_worth(run, trained, tmp_path):
    code, out, _ = run("predict", trained, "test:1", "-n", "2", "--frames", "3", "-o", str(tmp_path / "out"))
    assert code == 0
    assert "2 futures of 1 input in" in out
    assert "of the last frame copied" in out
    assert (tmp_path / "out" / "test-1" / "2" / "0003.png").is_file()
    assert (tmp_path / "out" / "test-1" / "sheet.png").is_file()


def test_an_input_that_is_not_there_is_one_line(run, trained):
    code, _, err = run("predict", trained, "nowhere/")
    assert code != 0
    assert "nowhere" in err
    assert "Traceback" not in err
