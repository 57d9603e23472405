import json

import pytest

from autoencode.errors import RunError
from autoencode.runs.folder import RunFolder
from autoencode.runs.metrics import EpochMetrics


def edit(folder, **changes):
    file = folder.path / "run.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


def test_holds_what_was_given(folder):
    run = RunFolder(folder().path)
    assert run.record.recipe == "dense-vae"
    assert run.record.arguments == {"hidden": 8}
    assert (run.data.data_shape, run.data.sizes.train) == ((12,), 64)
    assert list(json.loads((run.path / "run.json").read_text()))[:3] == ["format", "autoencode", "status"]
    assert run.build()[0].data_shape == (12,)


def test_no_folder(tmp_path):
    with pytest.raises(RunError, match=r"there is no folder .*: see `autoencode list runs`"):
        RunFolder(tmp_path / "none")


def test_no_run_folder(tmp_path):
    with pytest.raises(RunError, match=r"is no run folder \(it has no run.json\)"):
        RunFolder(tmp_path)


@pytest.mark.parametrize("content", ["", "{", '{"format": 1'])
def test_a_broken_run_json(folder, content):
    run = folder()
    (run.path / "run.json").write_text(content)
    with pytest.raises(RunError, match="cannot be read"):
        RunFolder(run.path)


@pytest.mark.parametrize("content", ["[]", '{"a": 1}', "3"])
def test_another_programs_run_json(folder, content):
    run = folder()
    (run.path / "run.json").write_text(content)
    with pytest.raises(RunError, match="is not autoencode's: it does not begin with a format"):
        RunFolder(run.path)


def test_another_version(folder):
    run = folder()
    edit(run, format=99, autoencode="7.1.0")
    with pytest.raises(RunError, match=r"written by autoencode 7.1.0 in run format 99, .* reads format 2"):
        RunFolder(run.path)


def test_never_overwrites(folder, data):
    run = folder()
    with pytest.raises(RunError, match="is there already: choose another --out, or go on with --resume"):
        RunFolder.create(run.path, data=data)


def test_runs_no_code_that_it_names(folder):
    run = folder()
    edit(run, recipe="os:system")
    with pytest.raises(RunError, match="outside autoencode, 'os:system'"):
        RunFolder(run.path).load_model()
    edit(run, recipe="os.system")
    with pytest.raises(RunError, match=r"a recipe that is not in this version of autoencode: 'os\.system'"):
        RunFolder(run.path).load_model()


def test_a_model_assembled_by_hand(folder):
    run = folder()
    edit(run, recipe=None)
    with pytest.raises(
        RunError, match=r"assembled by hand: build it the same way, then RunFolder.load_weights\(model\)"
    ):
        RunFolder(run.path).build()


def test_weights_before_the_first_epoch(folder):
    with pytest.raises(RunError, match=r"model.safetensors is missing: the run has saved no weights yet"):
        folder().load_model()


def test_a_cut_off_line_of_metrics_is_left_out(folder):
    run = folder()
    epoch = EpochMetrics(
        step=1,
        epoch=1.0,
        train={"loss": 1.0},
        validation={"loss": 2.0},
        learning_rate=0.1,
        best=True,
        seconds=1.0,
        examples_per_second=9.0,
    )
    run.write_metrics([epoch])
    run.metrics_file.write_text(run.metrics_file.read_text() + '{"step": 2')
    assert run.metrics() == [epoch]
