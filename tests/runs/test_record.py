"""run.json as somebody else may have written it: every mistake is one line that names the field."""

import json
import os
import time

import pytest

from autoencode.errors import RunError
from autoencode.runs.folder import RunFolder
from autoencode.runs.listing import list_runs, read_runs
from autoencode.runs.record import RunRecord

DEEP = "[" * 100_000


def content(run: RunFolder) -> dict:
    return json.loads((run.path / "run.json").read_text())


def changed(value: dict, path: str, new: object) -> dict:
    """A copy in which the value at a path such as `data.sizes.train` is another."""
    name, _, rest = path.partition(".")
    return {**value, name: changed(value[name], rest, new) if rest else new}


def refused(run: RunFolder, text: str | bytes) -> str:
    (run.path / "run.json").write_bytes(text.encode() if isinstance(text, str) else text)
    began = time.process_time()
    with pytest.raises(RunError) as caught:
        RunFolder(run.path)
    assert time.process_time() - began < 5
    message = str(caught.value)
    assert message.isprintable()
    assert len(message) < 1_000
    return message


def test_the_same_comes_back(folder):
    run = folder()
    assert RunRecord.model_validate(content(run)) == RunFolder(run.path).record == run.record


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("status", "done", "'status' input should be 'running', 'complete'"),
        ("status", ["running"], "'status' input should be"),
        ("created", "yesterday", "'created' string should match"),
        ("created", 7, "'created' input should be a valid string, not 7"),
        ("versions", None, "'versions' input should be"),
        ("versions.torch", {}, "'versions.torch' should be text"),
        ("git", 3, "'git' should be text"),
        ("command", "x" * 200_000, "'command' should have at most 100,000 characters"),
        ("recipe", ["dense-vae"], "'recipe' should be text"),
        ("recipe", "x" * 1_000, "'recipe' should have at most 300 characters"),
        ("arguments", [], "'arguments' input should be a valid dictionary"),
        ("arguments", {"hidden": {}}, "'arguments.hidden' should be a number, a text or a list"),
        ("arguments", {"hidden": [[[[8]]]]}, "'arguments.hidden' should be a number, a text or a list"),
        ("arguments", {"hidden": [1] * 2_000}, "'arguments.hidden' should be a number, a text or a list"),
        ("arguments", {"hidden": 2**60}, "'arguments.hidden' should be from"),
        ("arguments", {str(i): 1 for i in range(200)}, "'arguments' dictionary should have at most 100 items"),
        ("data", 3, "'data' input should be"),
        ("data.name", None, "'data.name' should be text"),
        ("data.source", "x" * 10_000, "'data.source' should have at most 4,096 characters"),
        ("data.options", {"frames": "many"}, "'data.options.frames' input should be a valid integer"),
        ("data.options", {"pickle": True}, "'data.options.pickle' extra inputs are not permitted"),
        ("data.options", {"seed": {"a": 1}}, "'data.options.seed' should be a number"),
        ("data.fingerprint", "abc", "'data.fingerprint' string should match"),
        ("data.data_shape", [], "'data.data_shape' tuple should have at least 1 item"),
        ("data.data_shape", [12.5], "'data.data_shape.0' should be a whole number, not 12.5"),
        ("data.data_shape", [True], "'data.data_shape.0' should be a whole number, not True"),
        ("data.data_shape", [0], "'data.data_shape.0' should be from 1"),
        ("data.data_shape", [3, 60_000, 60_000], "'data.data_shape' should have at most 16,777,216 values"),
        ("data.data_shape", [1] * 9, "'data.data_shape' tuple should have at most 4 items"),
        ("data.values", "0-7-9", "'data.values'"),
        ("data.classes", "cat", "'data.classes' input should be a valid tuple"),
        ("data.classes", [1, 2], "'data.classes.0' should be text"),
        ("data.sizes", {"train": 3}, "'data.sizes.validation' field required"),
        ("data.sizes.train", -1, "'data.sizes.train' should be from 0"),
        ("data.notes", [{}], "'data.notes.0' should be text"),
        ("data.notes", ["x"] * 2_000, "'data.notes' tuple should have at most 1000 items"),
        ("data.skipped", [{"file": "a"}], "'data.skipped.0.reason' field required"),
        ("settings", {"epochs": 0}, "'settings' --epochs 0: input should be greater than or equal to 1"),
        ("settings", {"epochs": "\ud800"}, "a text where no text should be"),
        ("settings", {"self": 1}, "'settings' --self 1: extra inputs are not permitted"),
        ("settings", {"epoch": 3}, "'settings' --epoch 3: extra inputs are not permitted"),
        ("settings", {"optimizer": {}}, "'settings' should be a number, a text or a list"),
        ("plan", {}, "'plan.device' field required"),
        ("plan", "fast", "'plan' input should be"),
        ("signatures", {"data": 3}, "'signatures.data' should be text"),
        ("more", 1, "'more' extra inputs are not permitted"),
        ("\x1b[31m", 1, r"'\\x1b\[31m' extra inputs are not permitted"),
    ],
)
def test_a_wrong_field_is_named(folder, field, value, said):
    run = folder()
    text = json.dumps(changed(content(run), field, value))
    message = refused(run, text)
    assert said.replace("\\[", "[").replace("\\\\", "\\") in message
    assert message.startswith(f"{run.path}/run.json: ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b'{"format": 2, "format": 2}', "'format' is in it twice"),
        (b'{"format": 2, "autoencode": "1", "a": NaN}', "NaN is no finite number"),
        (b'{"format": 2, "autoencode": "1", "a": -Infinity}', "-Infinity is no finite number"),
        (b'{"format": 2, "autoencode": "1", "a": 1e999}', "the number 1e999 is too large"),
        (b'{"format": 2, "autoencode": "1", "a": ' + b"9" * 100_000 + b"}", "the number 999999999999… is too large"),
        (DEEP.encode(), "nested too deeply"),
        (b'{"format": 2, "autoencode": "1", "a": ' + DEEP.encode(), "nested too deeply"),
        (b'{"format": 2, "autoencode": "\xff"}', "can't decode byte 0xff"),
        ("{}".encode("utf-16"), "cannot be read"),
        (b"", "cannot be read"),
        (b"\0" * 100, "cannot be read"),
        (b'{"autoencode": "1", "format": 2}', "is not autoencode's: it does not begin with a format"),
        (b'{"format": 1, "autoencode": "0.1.0"}', "in run format 1, .* reads format 2: install that version"),
        (b'{"format": 3, "autoencode": ["\x1b"]}', "cannot be read"),
        (b'{"format": 3, "autoencode": "\\u001b[31m"}', r"written by autoencode \\\\x1b\[31m in run format 3"),
    ],
)
def test_what_is_no_run_json_is_one_line(folder, text, said):
    import re

    assert re.search(said.replace("\\\\\\\\", "\\\\"), refused(folder(), text))


def test_what_is_no_plain_file_is_never_opened(folder, tmp_path):
    run = folder()
    file, text = run.path / "run.json", (run.path / "run.json").read_text()
    (tmp_path / "elsewhere.json").write_text(text)
    (tmp_path / "folder").mkdir()
    for make, said in (
        (lambda: os.mkfifo(file), "not a regular file"),
        (lambda: file.symlink_to(tmp_path / "elsewhere.json"), "is a link"),
        (lambda: file.symlink_to("/dev/zero"), "is a link"),
        (lambda: file.symlink_to(tmp_path / "gone"), "is a link"),
        (lambda: file.symlink_to(tmp_path / "folder"), "is a link"),
        (file.mkdir, "not a regular file"),
    ):
        file.unlink()
        make()
        with pytest.raises(RunError, match=said):
            RunFolder(run.path)
        file.rmdir() if file.is_dir() and not file.is_symlink() else None
        file.unlink(missing_ok=True)
        file.write_text(text)
    assert RunFolder(run.path).record == run.record


def test_a_run_json_of_100_megabytes_is_not_read(folder):
    run = folder()
    with (run.path / "run.json").open("ab") as file:
        file.truncate(100 * 2**20)
    with pytest.raises(RunError, match=r"has 104,857,600 bytes, and at most 16,777,216 are read"):
        RunFolder(run.path)


def test_a_file_behind_a_link_inside_the_folder_is_not_read(folder, tmp_path):
    run = folder()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "state.safetensors").write_bytes(b"x")
    (run.path / "checkpoint").symlink_to(tmp_path / "outside")
    from autoencode.runs.tensor_file import load_tensors

    with pytest.raises(
        RunError, match=r"checkpoint is a link, and of a run folder only plain files inside it are read"
    ):
        load_tensors(run.checkpoint_file)


def test_a_folder_that_is_reached_by_a_link_is_as_good(folder, tmp_path):
    run = folder()
    (tmp_path / "latest").symlink_to(run.path)
    opened = RunFolder(tmp_path / "latest")
    opened.update(command="again")
    assert RunFolder(run.path).record.command == "again"


def test_what_others_wrote_meanwhile_stays(folder):
    run = folder()
    RunFolder(run.path).update(command="theirs")
    run.update(git="abc")
    assert (RunFolder(run.path).record.command, run.record.command) == ("theirs", "theirs")


def test_damaged_runs_are_left_out_and_counted(folder, tmp_path):
    good, bad, worse = folder("a"), folder("b"), folder("c")
    (bad.path / "run.json").write_text("{")
    (worse.path / "metrics.jsonl").write_text('{"step": "x"}\n')
    (tmp_path / "notes").mkdir()
    (tmp_path / "file").touch()
    assert [summary.path for summary in list_runs(tmp_path)] == [good.path]
    summaries, damaged = read_runs(tmp_path)
    assert [summary.path for summary in summaries] == [good.path]
    assert [skip.file for skip in damaged] == [str(bad.path), str(worse.path)]
    assert "metrics.jsonl, line 1" in damaged[1].reason


def test_a_long_command_and_odd_names_are_kept(folder, data, tmp_path):
    from dataclasses import replace

    from autoencode.data import SkippedFile

    odd = os.fsdecode(b"caf\xe9\xff\x1b")
    skipped = tuple(SkippedFile(f"{odd}{number}", odd) for number in range(3_000))
    odd_data = replace(data, name=odd, source=f"/{odd}", classes=(odd, "b"), skipped=skipped, notes=(odd,))
    run = RunFolder.create(tmp_path / "odd", data=odd_data, command="x" * 300_000)
    again = RunFolder(run.path)
    assert (again.data.source, again.data.classes) == (f"/{odd}", (odd, "b"))
    assert (len(again.data.skipped), again.data.n_skipped) == (1_000, 3_000)
    assert len(again.record.command) == 100_000


@pytest.mark.parametrize("left", [["split.safetensors"], ["split.safetensors", ".run.json.abc.part"], []])
def test_a_folder_that_a_killed_process_had_begun_is_taken(folder, data, left):
    run = folder()
    for name in left:
        (run.path / name).touch()
    (run.path / "run.json").unlink()
    again = RunFolder.create(run.path, recipe="dense-vae", arguments={"hidden": 8}, data=data)
    assert sorted(path.name for path in again.path.iterdir()) == ["run.json", "split.safetensors"]
    assert again.split().sizes == data.split.sizes


def test_a_folder_with_anything_else_is_not(folder, data, tmp_path):
    run = folder()
    (run.path / "run.json").unlink()
    (run.path / "notes.txt").touch()
    for path in (run.path, run.path / "notes.txt", tmp_path):
        with pytest.raises(RunError, match="is there already"):
            RunFolder.create(path, data=data)
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    with pytest.raises(RunError, match="is there already"):
        RunFolder.create(tmp_path / "link", data=data)


def test_a_split_that_is_damaged_or_gone_is_reported(folder):
    run = folder()
    whole = run.split_file.read_bytes()
    for damaged in (whole[:20], whole[:-8], b"", whole.replace(b'\\"seed\\": 0', b'\\"seed\\": x')):
        run.split_file.write_bytes(damaged)
        with pytest.raises(RunError, match=r"split\.safetensors"):
            run.split()
    run.split_file.unlink()
    os.mkfifo(run.split_file)
    with pytest.raises(RunError, match="not a regular file"):
        run.split()


def test_names_that_lead_out_are_no_run_folder(tmp_path):
    for name in ("x" * 300, "/".join(["y" * 200] * 30)):
        with pytest.raises(RunError, match=r"there is no folder|cannot be read|too long"):
            RunFolder(tmp_path / name)
