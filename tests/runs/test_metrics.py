"""metrics.jsonl, which a stranger may have written."""

import json

import pytest

from autoencode.errors import RunError
from autoencode.runs.metrics import read_metrics

LINE = {
    "step": 2,
    "epoch": 1.0,
    "train": {"loss": 1.0},
    "validation": {"loss": 2.0},
    "learning_rate": 0.001,
    "best": True,
    "seconds": 0.1,
    "examples_per_second": 10.0,
}


def test_a_line_is_read(tmp_path):
    (tmp_path / "m").write_text(json.dumps(LINE) + "\n")
    assert [line.step for line in read_metrics(tmp_path / "m")] == [2]


@pytest.mark.parametrize("part", ["train", "validation"])
def test_both_parts_have_a_loss(tmp_path, part):
    (tmp_path / "m").write_text(json.dumps({**LINE, part: {"nll": 1.0}}) + "\n")
    with pytest.raises(RunError, match=f"'{part}' should hold a loss"):
        read_metrics(tmp_path / "m")
