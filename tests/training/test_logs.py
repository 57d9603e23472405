"""Numbers of a training in other places: each a reporter, none used unless it is named."""

import csv
import subprocess
import sys
import types

import pytest

from autoencode import tasks
from autoencode.data import load
from autoencode.errors import CapabilityError, UnknownNameError
from autoencode.training.logs import LogFacts, open_logs, training_logs
from support.reporters import InterruptAfter


@pytest.fixture
def digits():
    return load("digits", limit=200)


def lines(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def train(digits, out, **options):
    return tasks.train(digits, "dense-vae", hidden=8, epochs=3, batch_size=50, out=out, **options)


def test_csv_has_a_line_for_each_epoch_with_the_numbers_of_metrics_jsonl(digits, tmp_path):
    run = train(digits, tmp_path / "run", log=["csv"])
    table, epochs = lines(run.path / "log.csv"), run.folder.metrics()
    assert [int(line["step"]) for line in table] == [epoch.step for epoch in epochs] == [4, 8, 12]
    assert [float(line["validation/loss"]) for line in table] == [epoch.validation["loss"] for epoch in epochs]
    assert {"epoch", "learning_rate", "seconds", "train/kl", "train/nll"} < set(table[0])


def test_csv_goes_on_after_a_resume_without_epochs_that_are_made_again(digits, tmp_path):
    run = train(digits, tmp_path / "run", log=["csv"])
    with (run.path / "log.csv").open("a") as file:
        file.write("16,later than the checkpoint\n")
    tasks.resume(run.path, digits, epochs=5, log=["csv"])
    assert [int(line["step"]) for line in lines(run.path / "log.csv")] == [4, 8, 12, 16, 20]


def test_csv_of_an_interrupted_training(digits, tmp_path):
    run = train(digits, tmp_path / "run", log=["csv"], reporter=InterruptAfter("training", 6))
    assert [int(line["step"]) for line in lines(run.path / "log.csv")] == [4]


def test_tensorboard_event_files_hold_steps_and_epochs(digits, tmp_path):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    run = train(digits, tmp_path / "run", log=["tensorboard", "csv"])
    events = EventAccumulator(str(run.path / "tensorboard"))
    events.Reload()
    assert {"validation/loss", "train/loss", "step/loss"} <= set(events.Tags()["scalars"])
    assert [event.step for event in events.Scalars("validation/loss")] == [4, 8, 12]
    assert (run.path / "log.csv").is_file()


class Calls:
    """Stands for a tracker's package: keeps what is called."""

    def __init__(self):
        self.made = []

    def __getattr__(self, name):
        def call(*arguments, **options):
            self.made.append((name, arguments, options))
            return self

        return call


@pytest.mark.parametrize(
    ("name", "begins", "writes", "ends"),
    [("wandb", "init", "log", "finish"), ("mlflow", "start_run", "log_metrics", "end_run")],
)
def test_trackers_receive_settings_numbers_and_the_end(name, begins, writes, ends, digits, tmp_path, monkeypatch):
    calls = Calls()
    module = types.ModuleType(name)
    module.__getattr__ = lambda attribute: getattr(calls, attribute)
    monkeypatch.setitem(sys.modules, name, module)
    train(digits, tmp_path / "run", log=[name])
    made = [call[0] for call in calls.made]
    assert made[0] == begins
    assert made[-1] == ends
    epochs = [call for call in calls.made if call[0] == writes and "validation/loss" in call[1][0]]
    assert [call[2]["step"] for call in epochs] == [4, 8, 12]
    settings = calls.made[0][2]["config"] if name == "wandb" else calls.made[1][1][0]
    assert str(settings["batch_size"]) == "50"


def test_what_is_missing_or_unknown_is_said_before_the_training(digits, tmp_path, monkeypatch):
    with pytest.raises(UnknownNameError, match="no log named 'excel'"):
        train(digits, tmp_path / "run", log=["excel"])
    monkeypatch.setitem(sys.modules, "wandb", None)
    with pytest.raises(CapabilityError, match="pip install wandb"):
        train(digits, tmp_path / "run", log=["wandb"])
    assert not (tmp_path / "run").exists()


def test_each_log_is_opened_once(tmp_path):
    assert len(open_logs(["csv", "csv"], LogFacts(tmp_path))) == 1
    assert set(training_logs) == {"csv", "tensorboard", "wandb", "mlflow"}


def test_no_tracker_is_imported_unless_it_is_named(tmp_path):
    code = """
import sys
from autoencode import train
train("digits", "dense-vae", steps=1, out="run")
found = {"wandb", "mlflow", "tensorboard"} & sys.modules.keys()
assert not found, found
"""
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
