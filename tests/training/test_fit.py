import itertools
import re
import shutil
import sys
import time
import types
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from autoencode.data import Batch, load
from autoencode.errors import ArgumentError, DataError, DivergenceError, ShapeError, UnknownNameError
from autoencode.kernels import build, cache_folder, library
from autoencode.objectives import Elbo, ObjectiveOutput, Reconstruction
from autoencode.recipes import recipes
from autoencode.runs.folder import RunFolder
from autoencode.runs.record import Status
from autoencode.runs.tensor_file import load_tensors
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import CombinedReporter, Reporter
from autoencode.settings import Settings
from autoencode.training import EpochFinished, StepFinished, fit, optimizers, trainer, training_files, validate
from support.reporters import CancelAfter, InterruptAfter, OnEvent, Recorder

WITHOUT_CLOCK = ("seconds", "examples_per_second")


def same(one, two):
    return all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), two.state_dict().values(), strict=True))


def copied(model):
    return {name: value.clone() for name, value in model.state_dict().items()}


def timeless(history):
    return [{k: v for k, v in epoch.as_dict().items() if k not in WITHOUT_CLOCK} for epoch in history.epochs]


def trained(build, data, folder=None, reporter=None, **settings):
    model, objective = build()
    history = fit(model, objective, data, Settings(**{"batch_size": 16, **settings}), folder=folder, reporter=reporter)
    return model, history


def test_learns(build, data):
    _, history = trained(build, data, epochs=60, learning_rate=1e-2)
    assert history.status is Status.COMPLETE
    assert history.epochs[-1].validation["loss"] < history.epochs[0].validation["loss"] - 1
    assert history.epochs[-1].step == 240


def test_same_seed_same_run(build, data):
    one, two = (trained(build, data, epochs=3, seed=7) for _ in range(2))
    assert same(one[0], two[0])
    assert timeless(one[1]) == timeless(two[1])


def test_another_seed_another_run(build, data):
    assert not same(trained(build, data, epochs=1, seed=7)[0], trained(build, data, epochs=1, seed=8)[0])


def test_the_noise_differs_from_step_to_step(build, data):
    noise = []

    def listening():
        model, objective = build()
        model.encoder.register_forward_hook(lambda *_: noise.append(torch.rand(()).item()) if model.training else None)
        return model, objective

    trained(listening, data, epochs=2)
    assert len(noise) == 8
    assert len(set(noise)) == 8


def test_leaves_the_generators_alone(build, data):
    model, objective = build()
    torch.manual_seed(3)
    expected = torch.rand(4)
    torch.manual_seed(3)
    fit(model, objective, data, Settings(epochs=1))
    assert torch.equal(torch.rand(4), expected)


@pytest.mark.parametrize("optimizer", list(optimizers))
@pytest.mark.parametrize("average", [0.0, 0.9])
def test_going_on_is_the_same_to_the_bit(build, data, folder, optimizer, average):
    settings = {"epochs": 4, "optimizer": optimizer, "ema_decay": average, "schedule": "cosine"}
    whole, history = trained(build, data, folder("whole"), **settings)
    pieces = folder("pieces")
    for step in (3, 8, 9):  # in the middle and at the end of epochs of 4 steps
        _, stopped = trained(build, data, pieces, InterruptAfter("training", step), **settings)
        assert stopped.status is Status.INTERRUPTED
        pieces = RunFolder(pieces.path)
    resumed, rest = trained(build, data, pieces, **settings)
    assert rest.status is Status.COMPLETE
    assert same(whole, resumed)
    assert timeless(history) == timeless(rest)
    for name in ("model.safetensors", "last.safetensors"):
        assert (pieces.path / name).read_bytes() == (pieces.path.parent / "whole" / name).read_bytes()


def test_a_validation_that_is_cancelled_is_made_when_the_training_goes_on(build, data, folder, monkeypatch):
    settings = {"epochs": 3, "schedule": "cosine", "ema_decay": 0.9}
    whole, history = trained(build, data, folder("whole"), **settings)
    run, cancel = folder("pieces"), CancelToken()

    def cancelled(*args, **options):
        cancel.cancel()
        return validate(*args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(trainer, "validate", cancelled)
        model, objective = build()
        stopped = fit(model, objective, data, Settings(**settings, batch_size=16), folder=run, cancel=cancel)
    assert (stopped.status, stopped.epochs) == (Status.INTERRUPTED, [])
    assert load_tensors(run.checkpoint_file)[1]["step"] == 4
    resumed, rest = trained(build, data, RunFolder(run.path), **settings)
    assert same(whole, resumed)
    assert timeless(history) == timeless(rest)


def test_another_thread_can_cancel(build, data, folder):
    run, cancel = folder(), CancelToken()
    model, objective = build()
    reporter = CancelAfter("training", 6, cancel)
    settings = Settings(epochs=5, batch_size=16)
    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(fit, model, objective, data, settings, folder=run, reporter=reporter, cancel=cancel)
        assert work.result().status is Status.INTERRUPTED
    assert load_tensors(run.checkpoint_file)[1]["step"] == 6


def test_ctrl_c_saves_and_returns(build, data, folder):
    run = folder()
    model, history = trained(build, data, run, InterruptAfter("training", 6), epochs=5)
    assert history.status is Status.INTERRUPTED
    assert RunFolder(run.path).record.status == "interrupted"
    assert load_tensors(run.checkpoint_file)[1]["step"] == 6
    assert not model.training


def test_a_run_stopped_in_its_first_epoch_can_be_opened_and_goes_on(build, data, folder):
    whole, _ = trained(build, data, epochs=3)
    run = folder()
    trained(build, data, run, InterruptAfter("training", 2), epochs=3)
    assert run.load_model()[0].data_shape == (12,)
    model, history = trained(build, data, RunFolder(run.path), epochs=3)
    assert same(model, whole)
    assert len(history.epochs) == 3


def test_a_complete_run_stays_as_it_is(build, data, folder):
    run = folder()
    trained(build, data, run, epochs=2)
    before = run.model_file.read_bytes()
    _, history = trained(build, data, RunFolder(run.path), epochs=2)
    assert history.status is Status.COMPLETE
    assert len(history.epochs) == 2
    assert run.model_file.read_bytes() == before


def scripted(monkeypatch, losses):
    values = iter(losses)
    monkeypatch.setattr(trainer, "validate", lambda *args, **kwargs: {"loss": next(values)})


def test_best_and_last_weights_are_kept_apart(build, data, folder, monkeypatch):
    run, weights = folder(), []

    scripted(monkeypatch, [5.0, 3.0, 4.0])
    model, objective = build()
    keep = OnEvent(EpochFinished, lambda _: weights.append(copied(model)))
    history = fit(model, objective, data, Settings(epochs=3, batch_size=16), folder=run, reporter=keep)
    best, last = load_tensors(run.model_file)[0], load_tensors(run.last_model_file)[0]
    assert [epoch.best for epoch in history.epochs] == [True, True, False]
    assert all(torch.equal(best[name], weights[1][name]) for name in best)
    assert all(torch.equal(last[name], weights[2][name]) for name in last)
    assert all(torch.equal(best[name], value) for name, value in model.state_dict().items())
    assert history.best is history.epochs[1]


def test_files_are_not_written_after_each_epoch_that_takes_no_time(build, data, folder, monkeypatch):
    run, written = folder(), []

    look = OnEvent(EpochFinished, lambda _: written.append(load_tensors(run.checkpoint_file)[1]["step"]))
    losses = [5.0, 4.0, 3.0, 4.0, 5.0, 6.0]
    scripted(monkeypatch, losses)
    model, _ = trained(build, data, run, look, epochs=6)
    assert written == [4, 4, 4, 4, 4, 24]
    assert len(run.metrics()) == 6
    best = load_tensors(run.model_file)[0]
    assert all(torch.equal(best[name], value) for name, value in model.state_dict().items())
    scripted(monkeypatch, losses)
    monkeypatch.setattr(training_files, "_MIN_SECONDS", 0.0)
    run = folder("each")
    written.clear()
    trained(build, data, run, look, epochs=6)
    assert written == [4, 8, 12, 16, 20, 24]


def test_weights_that_were_kept_are_written_when_the_loss_diverges(build, data, folder, monkeypatch):
    run, weights = folder(), []

    scripted(monkeypatch, [5.0, 4.0, float("nan")])
    model, objective = build()
    keep = OnEvent(EpochFinished, lambda _: weights.append(copied(model)))
    with pytest.raises(DivergenceError):
        fit(model, objective, data, Settings(epochs=3, batch_size=16), folder=run, reporter=keep)
    best = load_tensors(run.model_file)[0]
    assert all(torch.equal(best[name], weights[1][name]) for name in best)


def test_ctrl_c_writes_what_was_not_written_yet(build, data, folder):
    run, kept = folder(), []

    model, objective = build()
    keep = OnEvent(EpochFinished, lambda _: kept.append(copied(model)))
    both = CombinedReporter(keep, InterruptAfter("training", 14))
    fit(model, objective, data, Settings(epochs=6, batch_size=16), folder=run, reporter=both)
    last = load_tensors(run.last_model_file)[0]
    assert all(torch.equal(last[name], kept[2][name]) for name in last)  # of the last epoch that ended, not of step 14
    assert load_tensors(run.checkpoint_file)[1]["step"] == 14


@pytest.mark.parametrize(
    ("patience", "min_delta", "losses", "epochs"),
    [
        (2, 0.0, [5, 4, 4.5, 4.2, 1], 4),
        (2, 0.0, [5, 4, 4.5, 3.9, 4, 4], 6),
        (2, 1.0, [5, 4.5, 4.1, 1], 3),
        (1, 0.0, [5, 5, 1], 2),
        (None, 0.0, [5, 6, 7, 8], 4),
    ],
)
def test_early_stopping(build, data, monkeypatch, patience, min_delta, losses, epochs):
    scripted(monkeypatch, [float(loss) for loss in losses])
    _, history = trained(build, data, epochs=len(losses), patience=patience, min_delta=min_delta)
    assert len(history.epochs) == epochs
    stopped = patience is not None and epochs < len(losses)
    assert history.status is (Status.STOPPED_EARLY if stopped else Status.COMPLETE)


class Breaks(Elbo):
    """An elbo whose `kl` becomes NaN at step 5."""

    def evaluate(self, fwd, step):
        output = super().evaluate(fwd, step)
        if step != 5:
            return output
        broken = {**output.terms, "kl": output.terms["kl"] * float("nan")}
        return ObjectiveOutput(output.loss * float("nan"), broken)


def test_nan_stops_with_the_term_the_step_and_what_to_try(build, data, folder):
    run, weights = folder(), []
    model, _ = build()

    keep = OnEvent(StepFinished, lambda _: weights.append(copied(model)))
    with pytest.raises(DivergenceError, match=r"'kl' became nan at step 5: try a lower --learning-rate"):
        fit(model, Breaks(), data, Settings(epochs=4, batch_size=16), folder=run, reporter=keep)
    assert RunFolder(run.path).record.status == "diverged"
    assert all(torch.equal(weights[-1][name], value) for name, value in model.state_dict().items())
    assert load_tensors(run.checkpoint_file)[1]["step"] == 4  # the end of the last good epoch


def test_data_that_the_likelihood_cannot_hold_are_refused_before_training(build, folder):
    model, objective = build()
    wrong = load(torch.rand(40, 12) * 300 - 5)
    run = folder()
    with pytest.raises(DataError, match=r"takes values from 0 to 1.*--values"):
        fit(model, objective, wrong, Settings(epochs=1), folder=run)
    assert not run.checkpoint_file.exists()


def test_data_of_another_shape_are_refused(build):
    model, objective = build()
    with pytest.raises(ShapeError, match=r"takes examples of shape \(12,\), and array has \(7,\)"):
        fit(model, objective, load(torch.rand(40, 7)), Settings(epochs=1))


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        ({"optimizer": "adm"}, UnknownNameError, "did you mean 'adam'"),
        ({"schedule": "cosin"}, UnknownNameError, "did you mean 'cosine'"),
        ({"device": "gpu"}, ArgumentError, "--device gpu"),
        ({"augment": "mirror"}, ArgumentError, "--augment needs pictures"),
    ],
)
def test_unknown_names_are_refused(build, data, wrong, error, message):
    with pytest.raises(error, match=message):
        trained(build, data, epochs=1, **wrong)


def test_pictures_are_augmented_in_training_only(monkeypatch):
    shown, asked = list[Batch](), Reconstruction.prepare
    monkeypatch.setattr(Reconstruction, "prepare", lambda self, batch: shown.append(batch) or asked(self, batch))
    ramp = torch.linspace(0, 1, 8).expand(40, 1, 8, 8).contiguous()  # bright at the right
    model, _ = recipes["restorer"]((1, 8, 8), widths=(4,))
    fit(model, Reconstruction(), load(ramp), Settings(epochs=2, batch_size=40, augment="rotate"))
    upright = [batch.x[:, 0, 0, 7] - batch.x[:, 0, 0, 0] == batch.x[:, 0, 7, 7] for batch in shown]
    assert {bool(each.all()) for each in upright} == {True, False}
    assert all(each.all() for batch, each in zip(shown, upright, strict=True) if len(batch) == 4)
    assert not any(each.all() for batch, each in zip(shown, upright, strict=True) if len(batch) > 4)


def test_minutes_shorten_a_training_and_are_kept_with_the_run(build, data, folder):
    run = folder()
    _, history = trained(build, data, run, epochs=100_000, minutes=0.002)
    steps = RunFolder(run.path).record.plan.total_steps
    assert history.epochs[-1].step == steps < 400_000
    _, again = trained(build, data, RunFolder(run.path), epochs=100_000, minutes=0.002)
    assert again.epochs[-1].step == steps


def test_minutes_do_not_change_what_is_learned(build, data):
    plain, _ = trained(build, data, epochs=1)
    timed, _ = trained(build, data, epochs=1, minutes=100.0)
    assert same(plain, timed)


def test_clipping_bounds_the_step(build, data):
    model, objective = build()
    before = torch.cat([p.detach().flatten().clone() for p in model.parameters()])
    fit(model, objective, data, Settings(steps=1, optimizer="sgd", learning_rate=1.0, grad_clip=1e-3))
    after = torch.cat([p.detach().flatten() for p in model.parameters()])
    moved = (after - before).norm().item()
    assert 0 < moved <= 1.9e-3 + 1e-6  # Nesterov's first step is 1 + 0.9 times the gradient


def test_the_learning_rate_follows_its_schedule(build, data):
    _, history = trained(build, data, epochs=5, learning_rate=0.01, schedule="linear")
    rates = [epoch.learning_rate for epoch in history.epochs]
    assert rates == sorted(rates, reverse=True)
    assert 0 < rates[-1] < 0.001


def test_bfloat16_trains_close_to_float32_and_is_validated_in_it(build, data):
    cast = []

    def spied():
        model, objective = build()
        model.encoder.register_forward_pre_hook(
            lambda *_: cast.append((model.training, torch.is_autocast_enabled("cpu")))
        )
        return model, objective

    _, full = trained(build, data, epochs=3, precision="float32")
    _, half = trained(spied, data, epochs=3, precision="bfloat16")
    one, two = full.epochs[-1].validation["loss"], half.epochs[-1].validation["loss"]
    assert two == pytest.approx(one, abs=0.5)
    assert set(cast) == {(True, True), (False, False)}


def test_checkpoints_between_epochs_by_time(build, data, folder):
    run, steps = folder(), []

    def look(_):
        steps.append(load_tensors(run.checkpoint_file)[1]["step"] if run.checkpoint_file.exists() else 0)

    trained(build, data, run, OnEvent(StepFinished, look), epochs=2, checkpoint_seconds=1e-9)
    assert steps == list(range(len(steps)))  # seen after step n is the checkpoint of step n - 1


def test_the_test_part_is_never_touched(build, data):
    object.__setattr__(data.test, "x", torch.full_like(data.test.x, 0.5))
    one, _ = trained(build, data, epochs=2)
    object.__setattr__(data.test, "x", torch.full_like(data.test.x, 0.1))
    assert same(one, trained(build, data, epochs=2)[0])


class Record(Reporter):
    """Keeps the weights and the loss after every step."""

    def __init__(self, model):
        self.model, self.weights, self.losses = model, [], []

    def event(self, event):
        if isinstance(event, StepFinished):
            self.weights.append(copied(self.model))
            self.losses.append(event.terms["loss"])


def test_the_averaged_weights_are_validated_and_kept(build, data, folder):
    run = folder()
    model, objective = build()
    expected = {name: value.clone() for name, value in model.state_dict().items()}
    record = Record(model)
    history = fit(model, objective, data, Settings(epochs=3, batch_size=16, ema_decay=0.8), folder=run, reporter=record)
    for step, weights in enumerate(record.weights):
        decay = min(0.8, (1 + step) / (10 + step))
        expected = {name: decay * value + (1 - decay) * weights[name] for name, value in expected.items()}
    last = load_tensors(run.last_model_file)[0]
    for name, value in expected.items():
        torch.testing.assert_close(last[name], value)
    model.load_state_dict(last)
    assert validate(model, objective, data.validation) == pytest.approx(history.epochs[-1].validation)


def test_the_terms_of_an_epoch_are_its_own_means(build, data):
    model, objective = build()
    record = Record(model)
    history = fit(model, objective, data, Settings(epochs=3, batch_size=16), reporter=record)
    for number, epoch in enumerate(history.epochs):
        losses = record.losses[4 * number : 4 * number + 4]
        assert epoch.train["loss"] == pytest.approx(sum(losses) / 4, rel=1e-12)


def test_the_terms_after_a_training_that_ended_within_an_epoch_are_means_of_the_steps_since(build, data, folder):
    run = folder()
    trained(build, data, run, steps=2)
    model, objective = build()
    record = Record(model)
    history = fit(model, objective, data, Settings(steps=8, batch_size=16), folder=RunFolder(run.path), reporter=record)
    assert [epoch.step for epoch in history.epochs] == [2, 4, 8]
    assert history.epochs[1].train["loss"] == pytest.approx(sum(record.losses[:2]) / 2, rel=1e-12)
    assert history.epochs[2].train["loss"] == pytest.approx(sum(record.losses[2:]) / 4, rel=1e-12)


def test_a_resumed_run_remembers_its_best_weights(build, data, folder, monkeypatch):
    run = folder()
    scripted(monkeypatch, [3.0, 4.0, 5.0])
    trained(build, data, run, epochs=2)
    model, history = trained(build, data, RunFolder(run.path), epochs=3)
    best = load_tensors(run.model_file)[0]
    assert history.best is not None
    assert history.best.epoch == 1
    assert all(torch.equal(best[name], value) for name, value in model.state_dict().items())


def test_an_infinite_validation_stops_as_well(build, data, folder, monkeypatch):
    run = folder()
    scripted(monkeypatch, [3.0, float("inf")])
    with pytest.raises(DivergenceError, match=r"'loss' became inf in the validation after step 8"):
        trained(build, data, run, epochs=3)
    assert RunFolder(run.path).record.status == "diverged"


def test_a_run_says_whose_layers_it_had_and_waiting_for_a_compiler_is_reported(folder, tmp_path, monkeypatch):
    recorder = Recorder()
    compiled = library.compiled_library()
    here = compiled is not None

    def compile_nothing(self, folder):  # in place of half a minute of the compiler
        shutil.copy(compiled._name, self.file)
        self.file.chmod(0o700)
        cache_folder.seal(self.file)

    monkeypatch.setattr(build.KernelBuild, "_compile", compile_nothing)
    monkeypatch.setattr(cache_folder.platformdirs, "user_cache_dir", lambda _: str(tmp_path / "cache"))
    monkeypatch.setattr(library, "_load", library._load.__wrapped__)
    pictures = load(torch.rand(40, 1, 8, 8))
    layers = sys.modules["autoencode.training.execution.custom_kernels"]
    for recipe, suits, own in (("fashion-vae", False, here), ("dense-vae", False, False), ("dense-vae", True, here)):
        shutil.rmtree(tmp_path / "cache", ignore_errors=True)
        monkeypatch.setattr(layers, "suits_matmul", lambda _, suits=suits: suits)
        monkeypatch.setattr(layers, "is_matmul_faster", lambda suits=suits: suits)
        run, (model, objective) = folder(f"{recipe}-{suits}"), recipes[recipe]((1, 8, 8))
        fit(model, objective, pictures, Settings(steps=1, minutes=0.05), folder=run, reporter=recorder)
        assert run.record.plan.kernels == own
        notes = [text.split(",")[0] for text in recorder.of("note")]
        assert notes == ["compiling layers for this processor"] * own
        recorder.calls.clear()
    monkeypatch.setattr(layers, "is_matmul_faster", lambda: False)
    run, (model, objective) = folder("lost"), recipes["dense-vae"]((1, 8, 8))
    fit(model, objective, pictures, Settings(steps=1), folder=run, reporter=recorder)
    assert not run.record.plan.kernels
    recorder.calls.clear()
    monkeypatch.setattr(build.shutil, "which", lambda _: None)
    fit(*recipes["fashion-vae"]((1, 8, 8)), pictures, Settings(steps=1), reporter=recorder)
    assert ["C++ compiler" in text for text in recorder.of("warn")] == [True]


def test_a_token_that_is_cancelled_before_the_first_step_leaves_a_run_that_can_be_opened(build, data, folder):
    run, cancel = folder(), CancelToken()
    cancel.cancel()
    model, objective = build()
    history = fit(model, objective, data, Settings(epochs=1), folder=run, cancel=cancel)
    assert history.status is Status.INTERRUPTED
    assert not history.epochs
    assert RunFolder(run.path).load_model()[0].data_shape == (12,)


def test_a_folder_is_made_when_the_first_step_is_next_and_not_for_what_is_refused(build, data, folder, tmp_path):
    model, objective = build()
    with pytest.raises(UnknownNameError):
        fit(model, objective, data, Settings(schedule="none"), folder=folder)
    assert not (tmp_path / "run").exists()
    history = fit(model, objective, data, Settings(steps=1), folder=folder)
    assert RunFolder(tmp_path / "run").record.status is Status.COMPLETE
    assert len(history.epochs) == 1


def test_data_are_read_once(build, data, monkeypatch):
    model, objective = build()
    seen = []
    monkeypatch.setattr(type(model.likelihood), "check", lambda self, x: seen.append(len(x)))
    fit(model, objective, data, Settings(steps=1))
    assert seen == [64, 8, 8]


def test_preparing_takes_no_time_of_the_training(build, data, folder, monkeypatch):
    def slow(*_):
        time.sleep(0.5)
        return 3

    monkeypatch.setattr(sys.modules["autoencode.training.prepare"], "estimate_steps", slow)
    _, history = trained(build, data, folder(), epochs=1, minutes=100.0)
    assert history.epochs[-1].seconds < 0.4
    assert history.epochs[-1].step == 4


def test_a_training_that_learned_nothing_in_its_time_says_so(build, data, monkeypatch):
    clock = itertools.count(0.0, 0.1)
    monkeypatch.setattr(trainer, "time", types.SimpleNamespace(monotonic=lambda: next(clock)))
    recorder = Recorder()
    monkeypatch.setattr(sys.modules["autoencode.training.prepare"], "estimate_steps", lambda *_: 3)
    trained(build, data, reporter=recorder, epochs=1_000, minutes=0.03)
    (message,) = recorder.of("warn")
    assert re.fullmatch(
        r"\d of about 4,000 steps fitted into the time: the model has learned nothing yet; give more --minutes", message
    )
    assert str(recorder.of("event")[-1]).startswith("training complete after ")


def test_progress_is_a_task_of_steps(build, data):
    recorder = Recorder()
    trained(build, data, reporter=recorder, epochs=1)
    assert ("start", "training", 4, "steps", 0) in recorder.calls
    assert recorder.done_of("training") == [1, 2, 3, 4]
    assert ("finish", "training") in recorder.calls
    kinds = [type(event).__name__ for event in recorder.of("event")]
    assert kinds == ["TrainingStarted", *["StepFinished"] * 4, "EpochFinished", "TrainingFinished"]
