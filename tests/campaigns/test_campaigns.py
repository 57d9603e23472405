"""The campaigns themselves: what they must notice is noticed, and a slice of each finds nothing."""

import os
import subprocess
import sys
import time
import warnings
from pathlib import Path
from random import Random

import pytest

import autoencode

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT))

from campaigns.changes import Changes  # noqa: E402
from campaigns.child import Ended, Limits, run  # noqa: E402
from campaigns.fault import CaseResult, Fault, grouped  # noqa: E402
from campaigns.mutate.json_text import mutate_json  # noqa: E402
from campaigns.pool import results  # noqa: E402
from campaigns.tree import differences, snapshot, watched  # noqa: E402

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="campaigns need Linux")


def ended(tmp_path: Path, command, **limits) -> Ended:
    (tmp_path / "work").mkdir(exist_ok=True)
    return run(command, ["it"], cwd=tmp_path / "work", log=tmp_path / "log", limits=Limits(**limits))


def kinds(end: Ended) -> list[str]:
    return [fault.kind for fault in end.faults]


def test_a_clean_command_has_no_fault(tmp_path):
    assert ended(tmp_path, lambda: print("done")) == Ended(0, pytest.approx(0, abs=5), "done\n", "", ())


def test_a_traceback_is_a_fault_with_its_last_line_in_the_package(tmp_path):
    (fault,) = ended(tmp_path, lambda: print(autoencode.no_such_thing)).faults
    assert (fault.kind, fault.place.partition(":")[0]) == ("traceback", "__init__.py")


def test_waiting_and_computing_are_hangs(tmp_path):
    def compute():
        while True:
            pass

    assert kinds(ended(tmp_path, lambda: time.sleep(60), seconds=0.3)) == ["hang"]
    assert kinds(ended(tmp_path, compute, seconds=0.3)) == ["hang"]


def test_memory_warnings_and_signals_are_faults(tmp_path):
    assert kinds(ended(tmp_path, lambda: bytearray(2**36), memory=2**27)) == ["memory"]
    assert kinds(ended(tmp_path, lambda: warnings.warn("odd", stacklevel=1))) == ["warning"]
    assert kinds(ended(tmp_path, lambda: os.kill(os.getpid(), 11))) == ["signal"]


@pytest.mark.parametrize("message", ["autoencode: two\nlines", "no name before it", f"autoencode: {'x' * 3000}"])
def test_an_error_is_one_line(tmp_path, message):
    def command():
        sys.stderr.write(message)
        sys.exit(1)

    assert kinds(ended(tmp_path, command)) == ["message"]


def test_control_codes_are_a_fault(tmp_path):
    assert kinds(ended(tmp_path, lambda: print("\x1b[31m"))) == ["message"]


def test_a_mode_binds_root_as_well(tmp_path):
    (tmp_path / "closed").write_text("x")
    (tmp_path / "closed").chmod(0)
    (fault,) = ended(tmp_path, lambda: (tmp_path / "closed").read_text()).faults
    assert "PermissionError" in fault.error


def test_a_tree_lists_what_changed(tmp_path):
    (tmp_path / "a").write_text("1")
    (tmp_path / "b").symlink_to("a")
    before = snapshot(tmp_path)
    (tmp_path / "a").write_text("2")
    (tmp_path / "b").unlink()
    (tmp_path / "c").mkdir()
    assert differences(before, snapshot(tmp_path)) == ["a changed", "b vanished", "c appeared"]


def test_a_read_is_noticed(tmp_path):
    (tmp_path / "mine").write_text("x")
    (tmp_path / "link").symlink_to("mine")
    with watched([tmp_path]) as touched:
        (tmp_path / "link").stat()
    assert touched.names == []
    with watched([tmp_path]) as touched:
        (tmp_path / "link").read_text()
    assert touched.names == [str(tmp_path / "mine")]


def test_a_child_dies_at_a_change_to_the_disk(tmp_path):
    def command():
        for name in "abc":
            (tmp_path / name).write_text(name)

    changes = Changes(fatal=2)
    run(command, ["it"], cwd=tmp_path, log=tmp_path / "log", before=changes.count)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "log"]


def test_the_same_seed_and_number_damage_alike():
    text = '{"format": 1, "data": {"data_shape": [1, 8, 8], "classes": ["0", "1"]}}'
    made = [mutate_json(text, Random("folders 0 5")) for _ in range(2)]
    assert made[0] == made[1]
    assert len({mutate_json(text, Random(f"folders 0 {number}"))[0] for number in range(40)}) > 30


def test_a_mistake_of_the_campaign_is_no_clean_case():
    def broken(number: int) -> CaseResult:
        return CaseResult(number, "", 1, 0, ()) if number else 1 / 0

    found = {result.number: result for result in results([0, 1], broken, 2)}
    assert found[1].faults == ()
    assert [fault.kind for fault in found[0].faults] == ["campaign"]


def test_faults_are_grouped_by_place():
    faults = [Fault("traceback", place, "x", "y") for place in ("a.py:1", "b.py:2", "b.py:2")]
    cases = [CaseResult(number, "", 1, 0, (fault,)) for number, fault in enumerate(faults)]
    assert [(fault.place, count, first.number) for fault, count, first in grouped(cases)] == [
        ("b.py:2", 2, 1),
        ("a.py:1", 1, 0),
    ]


@pytest.mark.slow
def test_a_slice_of_each_campaign_is_clean():
    command = [sys.executable, "-m", "campaigns", "all", "--count", "2", "--seed", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
