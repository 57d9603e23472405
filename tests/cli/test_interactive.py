"""What Python code shows a person at a terminal or in a notebook, without having asked for it."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from autoencode.cli.console import errors
from autoencode.cli.interactive import InteractiveReporter, interactive_reporter

_SCRIPT = """
import numpy as np
import autoencode
from autoencode.cli import console

console.errors._force_terminal = {terminal}
run = autoencode.train("x.npy", epochs=2, out="run"{quiet})
print("opened", autoencode.evaluate(autoencode.Run("run"), importance_samples=0{quiet}).split)
"""


def shown(folder: Path, *, terminal: bool = False, quiet: bool = False) -> str:
    """What a script writes to standard error, without the codes that move a cursor."""
    np.save(folder / "x.npy", np.random.default_rng(0).random((60, 4)))
    script = _SCRIPT.format(terminal=terminal, quiet=", reporter=autoencode.Reporter()" if quiet else "")
    done = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["opened", "test"]
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", done.stderr)


def test_a_person_sees_notes_and_epochs(tmp_path: Path) -> None:
    said = shown(tmp_path, terminal=True)
    assert "read as vectors of 4 numbers" in said
    assert "epoch 2/2" in said
    assert "training complete" in said


@pytest.mark.parametrize("there", ["is_jupyter", "_force_terminal"])
def test_a_notebook_counts_as_a_person(monkeypatch: pytest.MonkeyPatch, there: str) -> None:
    assert interactive_reporter() is None
    monkeypatch.setattr(errors, there, True)
    assert isinstance(interactive_reporter(), InteractiveReporter)


def test_bars_are_open_while_there_are_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errors, "_force_terminal", True)
    reporter = InteractiveReporter()
    live = reporter._bars.live  # pyright: ignore[reportPrivateUsage]
    for task in ("reading", "training"):
        reporter.start(task, 3)
        assert live.is_started
    reporter.start("reading", 3)
    reporter.finish("reading")
    assert live.is_started
    reporter.finish("training")
    assert not live.is_started


def test_quiet_is_quiet(tmp_path: Path) -> None:
    assert not shown(tmp_path, terminal=True, quiet=True).strip()


def test_a_script_without_a_terminal_shows_warnings_alone(tmp_path: Path) -> None:
    said = shown(tmp_path)
    assert "training steps are few" in said
    assert "epoch" not in said.replace("--epochs", "")
