"""The data of a run: moved, given again, or named by a stranger."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from autoencode import tasks
from autoencode.data import load
from autoencode.errors import DataError, RunError
from autoencode.runs.run import Run
from autoencode.runtime.reporter import reporting_to
from support.reporters import Recorder

STRANGER = "was made by someone else or on another computer: say where you have them with --data PLACE"


def draw(folder: Path, n: int = 20, side: int = 8) -> Path:
    """A folder of random pictures, the same each time."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(0)
    for number in range(n):
        Image.fromarray(random.integers(0, 255, (side, side), np.uint8)).save(folder / f"{number}.png")
    return folder


def train(source, out: Path, **options) -> Path:
    return tasks.train(source, "dense-vae", out=out, steps=2, command="test", **options).path


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("home")
    train(draw(home / "photos"), home / "run")
    return home


@pytest.fixture
def home(trained: Path, tmp_path: Path) -> Path:
    """A folder with a run and its data, elsewhere than they were: `photos` are not where run.json says."""
    shutil.copytree(trained, tmp_path / "home")
    return tmp_path / "home"


def forge(run: Path, change) -> None:
    """Changes run.json as somebody else would, who does not have this user's key."""
    content = json.loads((run / "run.json").read_text())
    change(content)
    (run / "run.json").write_text(json.dumps(content))


def kept_source(run: Path) -> str:
    return json.loads((run / "run.json").read_text())["data"]["source"]


# Moved ---------------------------------------------------------------------------------------------------------------


def test_the_data_are_where_they_were(trained):
    assert len(Run(trained / "run").data.train) == 16


def test_where_data_lie_now_is_kept_once_they_fit(home):
    pictures = home / "pictures"
    (home / "photos").rename(pictures)
    assert len(Run(home / "run", data=pictures).data.train) == 16
    assert kept_source(home / "run") == str(pictures)
    assert Run(home / "run").data.source == str(pictures)


def test_other_data_are_refused_and_not_kept(home):
    before = (home / "run" / "run.json").read_text()
    with pytest.raises(RunError, match=r"others is not the data that .*run was trained on"):
        _ = Run(home / "run", data=draw(home / "others", side=9)).data
    assert (home / "run" / "run.json").read_text() == before


def test_data_that_are_gone_are_missed_with_what_to_do(tmp_path):
    run = train(draw(tmp_path / "photos"), tmp_path / "run")
    (tmp_path / "photos").rename(tmp_path / "pictures")
    with pytest.raises(DataError, match=r"photos is not there any more, .* say where it is now with --data PLACE"):
        _ = Run(run).data
    tasks.evaluate(Run(run, data=tmp_path / "pictures"))
    assert tasks.resume(run, steps=4).folder.record.status == "complete"


def test_a_run_goes_on_with_data_that_moved(tmp_path):
    run = train(draw(tmp_path / "photos"), tmp_path / "run")
    (tmp_path / "photos").rename(tmp_path / "pictures")
    tasks.resume(run, tmp_path / "pictures", steps=4)
    assert kept_source(run) == str(tmp_path / "pictures")


def test_targets_that_moved_lie_beside_the_pictures_as_before(tmp_path):
    draw(tmp_path / "old" / "dirty"), draw(tmp_path / "old" / "clean")
    run = train(tmp_path / "old" / "dirty", tmp_path / "run", target=tmp_path / "old" / "clean")
    (tmp_path / "old").rename(tmp_path / "new")
    data = Run(run, data=tmp_path / "new" / "dirty").data
    assert data.options["target"] == str(tmp_path / "new" / "clean")
    assert Run(run).data.fingerprint == data.fingerprint


def test_a_folder_that_cannot_be_written_is_read_all_the_same(home, monkeypatch):
    from autoencode import storage
    from support.disks import FullDisk

    monkeypatch.setattr(storage, "_open_new", lambda path: FullDisk(path, "xb"))
    assert len(Run(home / "run", data=home / "photos").data.train) == 16


def test_pictures_that_were_added_are_left_out_and_said(tmp_path):
    run = train(draw(tmp_path / "photos"), tmp_path / "run")
    before = Run(run).data
    picture = next((tmp_path / "photos").iterdir())
    for name in ("0-first.png", "zz-last.png"):
        (tmp_path / "photos" / name).write_bytes(picture.read_bytes())
    reporter = Recorder()
    with reporting_to(reporter):
        data = Run(run).data
    assert data.fingerprint == before.fingerprint
    assert torch.equal(data.train.x, before.train.x)
    (said,) = reporter.of("warn")
    assert "2 pictures were added since" in said
    assert said.endswith("left out: 0-first.png, zz-last.png")
    assert tasks.resume(run, steps=4).folder.record.status == "complete"
    picture.unlink()
    with pytest.raises(RunError, match="is not the data that"):
        _ = Run(run).data


def test_pairs_that_were_added_are_left_out(tmp_path):
    draw(tmp_path / "dirty"), draw(tmp_path / "clean")
    run = train(tmp_path / "dirty", tmp_path / "run", target=tmp_path / "clean")
    picture = next((tmp_path / "dirty").iterdir())
    for folder in ("dirty", "clean"):
        (tmp_path / folder / "0-first.png").write_bytes(picture.read_bytes())
    assert len(Run(run).data.train) == 16


@pytest.mark.parametrize("content", ["{", "[1]", '{"a": 1}'])
def test_a_damaged_list_of_names_is_refused(tmp_path, content):
    run = train(draw(tmp_path / "photos"), tmp_path / "run")
    (run / "files.json").write_text(content)
    picture = next((tmp_path / "photos").iterdir())
    (tmp_path / "photos" / "more.png").write_bytes(picture.read_bytes())
    with pytest.raises(RunError, match=r"files\.json"):
        _ = Run(run).data


# Arrays --------------------------------------------------------------------------------------------------------------


def test_an_array_is_given_again_as_the_message_says(tmp_path):
    x = (np.random.default_rng(0).random((60, 16, 16)) * 255).astype("u1")
    run = train(x, tmp_path / "run")
    with pytest.raises(RunError, match=r"an array in memory: give the same one again with Run\('.*run', data=array\)"):
        tasks.evaluate(Run(run))
    for given in (x, load(x)):
        assert tasks.evaluate(Run(run, data=given)).split == "test"
    with pytest.raises(RunError, match="array is not the data that"):
        tasks.evaluate(Run(run, data=x[::-1].copy()))


# Strangers -----------------------------------------------------------------------------------------------------------


def test_a_place_that_a_stranger_names_stays_shut(home, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for place in (draw(tmp_path / "album"), tmp_path / "pipe", Path("/dev/zero"), home / "photos"):
        forge(home / "run", lambda content, place=place: content["data"].update(source=str(place)))
        with pytest.raises(RunError, match=STRANGER) as caught:
            _ = Run(home / "run").data
        assert "\n" not in str(caught.value)


def test_a_target_that_a_stranger_names_stays_shut(home, tmp_path):
    draw(tmp_path / "album")
    forge(home / "run", lambda content: content["data"]["options"].update(target=str(tmp_path / "album")))
    said = r"names the targets .*album, and was made by someone else .*: allow them to be read with --trust-paths"
    with pytest.raises(RunError, match=said):
        _ = Run(home / "run", data=home / "photos").data


def test_what_a_stranger_names_is_opened_when_a_person_says_so(home):
    forge(home / "run", lambda content: content["data"].update(source=str(home / "photos")))
    assert len(Run(home / "run", trust_paths=True).data.train) == 16
    assert len(Run(home / "run").data.train) == 16  # it fitted, and is kept


def test_data_inside_the_run_folder_are_its_own(home):
    (home / "photos").rename(home / "run" / "photos")
    forge(home / "run", lambda content: content["data"].update(source=str(home / "run" / "photos")))
    assert len(Run(home / "run").data.train) == 16


def test_a_run_of_another_user_is_a_stranger_s(home, monkeypatch, tmp_path):
    monkeypatch.setattr("platformdirs.user_state_dir", lambda _: str(tmp_path / "other"))
    forge(home / "run", lambda content: content["data"].update(source=str(home / "photos")))
    with pytest.raises(RunError, match=STRANGER):
        _ = Run(home / "run").data


def test_registered_data_need_no_trust(digits_run, tmp_path):
    shutil.copytree(digits_run.path, tmp_path / "run")
    forge(tmp_path / "run", lambda content: content.update(signatures={}))
    assert Run(tmp_path / "run").data.name == "digits"


# Files that the recipe's arguments name ------------------------------------------------------------------------------


def test_a_watermark_that_a_stranger_names_is_not_read(tmp_path):
    logo = draw(tmp_path / "logos", 1) / "0.png"
    options = {"corruption": ("gaussian:0.1",), "network": "dense"}
    run = tasks.train("digits", "denoising-ae", out=tmp_path / "run", steps=1, command="test", **options).path
    forge(run, lambda content: content["arguments"].update(corruption=[f"blur:1 | watermark:{logo}"]))
    opened = Run(run)
    tasks.evaluate(opened)
    for use in (lambda: opened.objective, lambda: tasks.report(opened), lambda: tasks.resume(run, steps=3)):
        with pytest.raises(
            RunError, match=r"names the file .*0.png, and was made by someone else .* with --trust-paths"
        ):
            use()
    assert "Corrupted" in tasks.report(Run(run, trust_paths=True)).read_text()
    assert tasks.resume(run, steps=3, trust_paths=True).folder.record.status == "complete"
    forge(run, lambda content: content["arguments"].update(corruption=['watermark:"0.png"']))
    assert Run(run).objective is not None  # a text names no file


def test_weights_that_a_stranger_names_are_not_read(tmp_path):
    run = tasks.train("digits", "perceptual-vae", out=tmp_path / "run", steps=1, command="test", network="dense").path
    os.mkfifo(tmp_path / "pipe")
    forge(run, lambda content: content["arguments"].update(vgg_weights=str(tmp_path / "pipe")))
    opened = Run(run)
    assert len(tasks.generate(opened, 2)[0]) == 2
    with pytest.raises(RunError, match=r"names the file .*pipe, and was made by someone else"):
        _ = opened.objective
    with pytest.raises(RunError, match=r"names the file .*pipe, and was made by someone else"):
        tasks.resume(run, steps=3)
