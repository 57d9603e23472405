import math
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from autoencode.data.published.sets.documents import text_of
from autoencode.errors import CancelledError
from autoencode.runs.run import Run
from autoencode.runtime.cancellation import CancelToken
from autoencode.tasks import reproduce, train
from autoencode.tasks.reproduce.published_results import Reproduction, reproductions
from autoencode.tasks.reproduce.reproduction_metrics import (
    NegativeLogLikelihood,
    PageRMSE,
    RestorationMSE,
    clustered_rmse,
)
from support.reporters import CancelAfter, InterruptAfter, Recorder


def test_the_root_is_that_of_all_pixels_together() -> None:
    sums = torch.tensor([[4.0, 100.0], [9.0, 400.0]], dtype=torch.float64)
    assert clustered_rmse(sums).value == pytest.approx(math.sqrt(13 / 500))
    assert clustered_rmse(sums).n == 2


def test_its_standard_error_is_that_of_many_repetitions() -> None:
    random = np.random.default_rng(0)
    pixels = random.choice([100.0, 200.0], (4000, 15))
    errors = pixels * random.gamma(4.0, 0.01, (4000, 15))
    found = [clustered_rmse(torch.from_numpy(np.stack([e, p], 1))) for e, p in zip(errors, pixels, strict=True)]
    spread = float(np.std([one.value for one in found]))
    assert np.mean([one.standard_error for one in found]) == pytest.approx(spread, rel=0.05)


def test_a_single_group_has_no_standard_error() -> None:
    assert math.isnan(clustered_rmse(torch.tensor([[4.0, 100.0]])).standard_error)


def test_pages_without_error_are_certain() -> None:
    found = clustered_rmse(torch.tensor([[0.0, 100.0], [0.0, 50.0]]))
    assert (found.value, found.standard_error) == (0.0, 0.0)


def test_repairs_are_measured_on_the_clean_pictures(tmp_path: Path) -> None:
    run = train("digits", "denoising-ae", out=tmp_path / "run", epochs=1, corruption=("masking-noise:1",))
    recorder = Recorder()
    found = RestorationMSE()(run, 30, recorder)
    part = run.data.test.subsample(30)
    with torch.no_grad():
        blank = run.model.decode(run.model.encode(torch.zeros(1, 1, 8, 8)).mean).mean
    assert found.value == pytest.approx(float((part.inputs() - blank).square().mean()), rel=1e-5)
    assert found.n == 30
    assert recorder.calls[0] == ("start", "measuring", 30, "examples", 0)
    assert recorder.done_of("measuring")[-1] == 30
    assert RestorationMSE()(run, 30) == found


@pytest.fixture
def scans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two texts in three typefaces, made up: the dirt is a shift of brightness."""
    random = np.random.default_rng(0)
    for page in (page for page in range(1, 37) if text_of(page) != 0):
        clean = random.integers(40, 216, (100, 110 + page), np.uint8)
        for folder, picture in (("train", clean - 30), ("train_cleaned", clean)):
            path = tmp_path / "documents" / folder / f"{page}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(picture).save(path)
    monkeypatch.setenv("AUTOENCODE_DATA", str(tmp_path))
    return tmp_path


def test_whole_pages_are_restored_and_compared(scans: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = {"widths": (4,), "blocks": 1, "steps": 1, "learning_rate": 1e-9}  # leaves pages as they are
    goal = Reproduction(0.05, "nobody", "documents", "restorer", options, "all of it", PageRMSE())
    monkeypatch.setitem(reproductions._entries, "small", goal)
    found = reproduce("small", scans / "run")
    assert found.obtained.value == pytest.approx(30 / 255)
    assert (found.obtained.n, found.sampling_unit) == (3, "typefaces")
    pages = sorted((scans / "run" / "test-pages").glob("[0-9]*.png"))
    assert {text_of(int(page.stem)) for page in pages} == {2}
    assert len(pages) == 12
    assert PageRMSE()(Run(scans / "run"), 3).n == 3
    for page in pages:
        page.unlink()
    recorder = Recorder()
    PageRMSE()(Run(scans / "run"), 8, recorder)
    assert len(list((scans / "run" / "test-pages").glob("[0-9]*.png"))) == 8
    assert recorder.done_of("restoring")[-1] == pytest.approx(recorder.calls[0][2])


def test_a_stop_between_two_pages_is_a_stop(scans: Path) -> None:
    run = train("documents", "restorer", out=scans / "run", widths=(4,), steps=1)
    with pytest.raises(KeyboardInterrupt):
        PageRMSE()(run, 3, InterruptAfter("restoring", 0))
    cancel = CancelToken()
    with pytest.raises(CancelledError):
        PageRMSE()(run, 3, CancelAfter("restoring", 1, cancel), cancel)


def test_the_likelihood_s_draws_are_the_paper_s_by_default() -> None:
    assert NegativeLogLikelihood().importance_samples == 5_000
