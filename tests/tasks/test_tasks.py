import json

import numpy as np
import pytest
import torch
from PIL import Image

from autoencode import tasks
from autoencode.data import load
from autoencode.errors import ArgumentError, AutoencodeError, CapabilityError, DataError, RunError, UnknownNameError
from autoencode.recipes import recipes
from autoencode.recipes.options import DATA_OPTIONS, sort_options
from autoencode.runs.folder import RunFolder
from autoencode.runs.run import Run
from autoencode.runtime.cancellation import CancelToken
from autoencode.settings import Settings


def test_a_run_folder_holds_all_that_a_run_is(digits_run):
    names = {path.name for path in digits_run.path.iterdir()}
    assert {"run.json", "model.safetensors", "last.safetensors", "split.safetensors", "metrics.jsonl"} <= names
    facts = json.loads((digits_run.path / "run.json").read_text())
    assert facts["recipe"] == "dense-vae"
    assert facts["arguments"]["latent_dim"] == 2
    assert facts["settings"]["epochs"] == 3
    assert facts["settings"]["min_steps"] == 0  # as epochs were given
    assert facts["data"]["sizes"] == {"train": 1437, "validation": 180, "test": 180}
    assert facts["status"] == "complete"
    assert facts["plan"]["precision"] in ("float32", "bfloat16")


def test_opens_as_it_was(digits_run):
    again = Run(digits_run.path)
    x = digits_run.data.test.inputs(slice(0, 4))
    assert torch.equal(again.model.encode(x).mean, digits_run.model.encode(x).mean)
    assert again.data.fingerprint == digits_run.data.fingerprint
    assert torch.equal(again.data.split.test, digits_run.data.split.test)
    assert not again.model.training


def test_evaluate_keeps_its_numbers(digits_run):
    measured = tasks.evaluate(digits_run, importance_samples=3, importance_examples=20)
    kept = json.loads((digits_run.path / "evaluation.json").read_text())
    assert kept["elbo"]["value"] == measured.elbo.value
    assert kept["split"] == "test"


def test_report(digits_run):
    page = tasks.report(digits_run)
    text = page.read_text()
    assert page.name == "report.html"
    assert "dense-vae learned from 1,437 pictures of digits with codes of 2 dimensions each" in text
    assert "cross-entropy" in text
    drawn = {path.stem for path in (digits_run.path / "figures").iterdir()}
    assert drawn == {"reconstructions", "codes", "manifold", "samples", "curves"}


def test_report_of_a_plain_autoencoder(plain_run):
    text = tasks.report(plain_run).read_text()
    assert "New ones" not in text
    assert {path.stem for path in (plain_run.path / "figures").iterdir()} == {"reconstructions", "codes", "curves"}


def test_report_of_a_run_without_an_epoch(run):
    (run.path / "metrics.jsonl").unlink()
    text = tasks.report(run).read_text()
    assert "0 epochs in 0.0 minutes" in text
    assert "Learning curves" not in text


def test_report_of_vectors(vector_run):
    assert "vectors of x" in tasks.report(vector_run).read_text()


def test_reconstruct_test_examples(digits_run):
    done = tasks.reconstruct(digits_run)
    assert done.reconstructions.shape == (50, 1, 8, 8)
    assert 0 < done.root_mean_squared_error < 0.5
    assert done.files[-1].name == "sheet.png"
    with Image.open(done.files[0]) as picture:
        assert picture.size == (8, 8)


def test_reconstruct_files(digits_run, tmp_path):
    (tmp_path / "in" / "more").mkdir(parents=True)
    for name in ("a.png", "b.jpg", "more/a.png", "more/a-2.png", "sheet.jpg"):
        Image.new("RGB", (30, 20), (200, 10, 10)).save(tmp_path / "in" / name)
    (tmp_path / "in" / "broken.png").write_bytes(b"no picture")
    done = tasks.reconstruct(digits_run, [tmp_path / "in"], tmp_path / "out")
    names = ["a.png", "b.png", "a-2.png", "a-3.png", "sheet-2.png"]
    assert sorted(path.name for path in done.files) == sorted([*names, "sheet.png"])
    assert [skip.file.split("/")[-1] for skip in done.skipped] == ["broken.png"]
    assert done.originals.shape == (5, 1, 8, 8)


def test_reconstruct_never_overwrites_its_input(digits_run, tmp_path):
    picture = tmp_path / "a.png"
    Image.new("L", (8, 8), 100).save(picture)
    before = picture.read_bytes()
    with pytest.raises(
        ArgumentError, match=r"is one of the files that were given, .* choose another folder with --out"
    ):
        tasks.reconstruct(digits_run, [picture], tmp_path)
    assert picture.read_bytes() == before


def test_reconstruct_nothing_readable(digits_run, tmp_path):
    (tmp_path / "a.png").write_bytes(b"no picture")
    with pytest.raises(DataError, match="none of the 1 files could be read"):
        tasks.reconstruct(
            digits_run,
            [
                tmp_path / "a.png",
            ],
        )


def test_reconstruct_vectors(vector_run, tmp_path):
    np.save(tmp_path / "some.npy", np.random.default_rng(1).random((4, 5)))
    done = tasks.reconstruct(vector_run, [tmp_path / "some.npy"], tmp_path / "out")
    assert np.load(done.files[0]).shape == (4, 5)


def test_reconstruct_arrays_of_another_shape(vector_run, tmp_path):
    np.save(tmp_path / "some.npy", np.random.default_rng(1).random((4, 6)))
    with pytest.raises(DataError, match=r"examples of shape \(6,\), and the model takes \(5,\)"):
        tasks.reconstruct(vector_run, [tmp_path / "some.npy"], tmp_path / "out")


def test_generate(digits_run, tmp_path):
    x, files = tasks.generate(digits_run, 5, tmp_path, seed=3)
    again, _ = tasks.generate(digits_run, 5, tmp_path / "again", seed=3)
    other, _ = tasks.generate(digits_run, 5, tmp_path / "other", seed=4)
    assert x.shape == (5, 1, 8, 8)
    assert [path.name for path in files] == ["0001.png", "0002.png", "0003.png", "0004.png", "0005.png", "sheet.png"]
    assert torch.equal(x, again)
    assert not torch.equal(x, other)


def test_generate_vectors(vector_run, tmp_path):
    _, files = tasks.generate(vector_run, 7, tmp_path)
    assert np.load(files[0]).shape == (7, 5)


def test_a_plain_autoencoder_generates_nothing(plain_run):
    with pytest.raises(CapabilityError, match="a plain autoencoder has no distribution over codes to draw from"):
        tasks.generate(plain_run, 4)


def test_resume_trains_on(tmp_path):
    run = tasks.train("digits", out=tmp_path / "run", epochs=1, command="test")
    more = tasks.resume(run.path, epochs=3)
    assert [line.epoch for line in more.folder.metrics()] == [1, 2, 3]
    assert more.folder.settings.epochs == 3


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({}, RunError, r"is complete after 36 steps \(3 epochs\): give more --epochs"),
        ({"seed": 7}, ArgumentError, "--seed cannot change at a resume"),
        ({"epochs": 0}, ArgumentError, "--epochs 0: input should be greater than or equal to 1"),
    ],
)
def test_resume_refuses(digits_run, changes, error, message):
    with pytest.raises(error, match=message):
        tasks.resume(digits_run.path, **changes)


def test_data_that_changed_are_reported(tmp_path):
    x = np.random.default_rng(0).random((50, 6))
    np.save(tmp_path / "x.npy", x)
    run = tasks.train(tmp_path / "x.npy", out=tmp_path / "run", epochs=1, command="test")
    np.save(tmp_path / "x.npy", x[::-1])
    with pytest.raises(RunError, match=r"is not the data that .* was trained on"):
        _ = Run(run.path).data
    before = (run.path / "run.json").read_text()
    with pytest.raises(RunError, match=r"is not the data that .* was trained on"):
        tasks.resume(run.path, epochs=2)
    assert (run.path / "run.json").read_text() == before


def test_arrays_in_memory(tmp_path):
    data = load(torch.rand(40, 6))
    run = tasks.train(data, out=tmp_path / "run", epochs=1, command="test")
    with pytest.raises(RunError, match=r"was trained on an array in memory: give the same one again"):
        _ = Run(run.path).data
    assert len(Run(run.path, data=data).data.train) == 32


def test_two_runs_of_one_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        tasks.train(load(torch.rand(30, 4)), epochs=1, hidden=4, command="test")
    assert [line.path.name for line in tasks.list_runs()] in (
        ["array-dense-vae", "array-dense-vae-2"],
        ["array-dense-vae-2", "array-dense-vae"],
    )


def test_list_runs_leaves_out_what_is_no_run(digits_run, tmp_path):
    (tmp_path / "empty").mkdir()
    assert tasks.list_runs(tmp_path) == []
    assert tasks.list_runs(tmp_path / "none") == []
    line = tasks.list_runs(digits_run.path.parent)[0]
    assert (line.recipe, line.data, line.status, line.epochs) == ("dense-vae", "digits", "complete", 3)


@pytest.mark.parametrize(
    ("source", "recipe", "options", "error", "message"),
    [
        ("digits", "dens-vae", {}, UnknownNameError, "did you mean 'dense-vae'"),
        ("digits", "dense-vae", {"latent_dims": 3}, ArgumentError, "'latent_dims' is no option of dense-vae"),
        ("digits", "dense-vae", {"latent_dim": -3}, ArgumentError, "--latent-dim takes 1 or more, not -3"),
        ("digits", "dense-vae", {"beta": -1.0}, ArgumentError, "--beta takes 0 or more"),
        ("digits", "dense-vae", {"likelihood": "bernouli"}, UnknownNameError, "did you mean 'bernoulli'"),
        ("digits", "dense-vae", {"batch_size": 0}, ArgumentError, "--batch-size 0"),
        ("fashion-mnits", None, {}, DataError, "did you mean 'fashion-mnist'"),
    ],
)
def test_wrong_options_leave_no_run_behind(tmp_path, source, recipe, options, error, message):
    with pytest.raises(error, match=message) as caught:
        tasks.train(source, recipe, out=tmp_path / "run", **options)
    assert isinstance(caught.value, AutoencodeError)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "run").exists()


def test_tampered_weights_are_refused(tmp_path):
    run = tasks.train("digits", out=tmp_path / "run", epochs=1, command="test")
    file = run.folder.model_file
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(RunError, match="changed after it was written"):
        Run(run.path)
    file.write_bytes(whole[:1000])
    with pytest.raises(RunError, match="truncated"):
        Run(run.path)
    assert Run(run.path, last=True).model is not None


def test_every_option_has_one_owner():
    settings = set(Settings.model_fields)
    assert not settings & {*DATA_OPTIONS, "split_seed"}
    for name in recipes:
        parameters = {parameter.name for parameter in recipes[name].parameters}
        assert not parameters & {
            *settings,
            *DATA_OPTIONS,
            "split_seed",
            "out",
            "reporter",
            "cancel",
            "command",
            "recipe",
        }
    sorted_ = sort_options(recipes["dense-vae"], {"latent_dim": 3, "epochs": 2, "size": "8x8", "split_seed": 4})
    assert (sorted_.arguments, sorted_.settings) == ({"latent_dim": 3}, {"epochs": 2})
    assert sorted_.data == {"size": "8x8", "seed": 4}


def test_the_status_of_a_folder_is_kept(digits_run):
    assert RunFolder(digits_run.path).record.status == "complete"


def test_a_refused_training_leaves_no_folder(tmp_path):
    with pytest.raises(CapabilityError, match="leave --compile out"):
        tasks.train("digits", "adversarial-ae", compile="always", steps=1, out=tmp_path / "refused")
    assert not (tmp_path / "refused").exists()


def test_a_training_ends_with_a_verdict_that_is_kept(digits_run):
    found = tasks.verdict(digits_run)
    kept = json.loads((digits_run.path / "run.json").read_text())["verdict"]
    assert kept["sentence"] == found.sentence == digits_run.verdict.sentence
    assert kept["evidence"]["n"] == 180
    assert kept["evidence"]["steps"] == 36
    assert found.sentence in repr(digits_run)


def test_a_verdict_is_reported_and_forgotten_while_a_training_goes_on(run):
    from support.reporters import CancelAfter, Recorder

    recorder, cancel = Recorder(), CancelToken()
    tasks.resume(run.path, steps=40, reporter=recorder)
    (event,) = [event for event in recorder.of("event") if isinstance(event, tasks.VerdictReached)]
    assert event.verdict == Run(run.path).verdict
    assert str(event) == event.verdict.sentence
    tasks.resume(run.path, steps=60, reporter=CancelAfter("training", 45, cancel), cancel=cancel)
    assert Run(run.path).verdict is None


def test_a_report_begins_with_the_verdict(digits_run):
    text = tasks.report(digits_run).read_text()
    assert f'<p class="lead">{tasks.verdict(digits_run).sentence}</p>' in text
