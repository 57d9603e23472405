import hashlib

import pytest
import torch

from autoencode import tasks
from autoencode.errors import RunError
from autoencode.runs.run import Run
from support.shards import write_shards


def digest(run):
    weights = b"".join(x.detach().numpy().tobytes() for x in run.model.state_dict().values())
    return hashlib.sha256(weights).hexdigest()


@pytest.fixture
def tars(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return write_shards(tmp_path / "data")


def test_resumed_from_shards_to_the_bit(tars, tmp_path):
    source, how = f"{tars}/shard-{{00..02}}.tar", {"batch_size": 7, "compile": "never"}
    whole = tasks.train(source, "dense-vae", out=tmp_path / "whole", steps=8, **how)
    part = tasks.train(source, "dense-vae", out=tmp_path / "part", steps=3, **how)
    assert digest(part) != digest(whole)
    assert digest(tasks.resume(part.path, steps=8)) == digest(whole)


def test_a_run_finds_its_shards_again_and_a_strangers_does_not(tars, tmp_path):
    run = tasks.train(tars, "dense-vae", out=tmp_path / "run", steps=1, compile="never")
    again = Run(run.path)
    assert torch.equal(again.data.test.inputs(), run.data.test.inputs())
    assert tasks.encode(again).labels is not None
    (tars / "shard-01.tar").unlink()
    with pytest.raises(RunError, match="not the data"):
        _ = Run(run.path).data


def test_shards_that_a_strangers_run_names_beside_one_inside_it_stay_closed(tars, tmp_path):
    run = tasks.train(str(tars / "*.tar"), "dense-vae", out=tmp_path / "run", steps=1, compile="never")
    inside = run.path / "x.tar"
    inside.write_bytes((tars / "shard-00.tar").read_bytes())
    record = run.path / "run.json"
    text = record.read_text()
    assert run.folder.data.source in text
    record.write_text(text.replace(run.folder.data.source, f"{inside}::{tars}/shard-01.tar"))
    with pytest.raises(RunError, match="trust-paths"):
        _ = Run(run.path).data
