"""How a person names a run."""

import shutil
from pathlib import Path

import pytest

from autoencode.errors import RunError
from autoencode.runs import find_run


def test_a_run_is_named_by_path_by_name_or_as_the_last(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RunError, match="there is no last run"):
        find_run("last")
    Path("runs").mkdir()
    run.path.rename("runs/digits")
    assert str(find_run("runs/digits")) == str(find_run("digits")) == str(find_run("last")) == "runs/digits"
    assert str(find_run("other")) == "other"
    Path("digits").mkdir()
    assert str(find_run("digits")) == "runs/digits", "a folder of pictures of the same name"
    Path("other").mkdir()
    assert str(find_run("other")) == "other", "no run at all: what is there is named in the message"
    shutil.copytree("runs/digits", "digits", dirs_exist_ok=True)
    assert str(find_run("digits")) == "digits", "a run that is there comes first"
