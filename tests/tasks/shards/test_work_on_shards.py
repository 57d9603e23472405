import hashlib
import os
import signal
import subprocess
import sys
import tarfile
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch

from autoencode import tasks
from autoencode.data import load
from autoencode.errors import ArgumentError, CapabilityError, DataError, RunError
from autoencode.tasks.shards.work_on_shards import list_shards, part_of
from support.shards import picture, write_shards, write_tar


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    data = load(torch.rand(40, 3, 12, 10, generator=torch.Generator().manual_seed(0)))
    return tasks.train(data, "dense-vae", out=folder / "run", steps=2, compile="never").path


@pytest.fixture
def tars(tmp_path):
    folder = write_shards(tmp_path / "data", shards=4)
    members = {f"{n}.png": picture(n) for n in range(4)}
    members["2.png"] = members["2.png"][:100]
    write_tar(folder / "shard-02.tar", members)
    return folder


def digests(folder):
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.iterdir())}


def test_codes_have_the_keys_and_the_order_of_the_shard(run, tars, tmp_path):
    done = tasks.work_on_shards(tasks.EncodeShards(run, tmp_path / "out"), [tars])
    assert done.rows == 33
    with np.load(tmp_path / "out" / "shard-01.npz") as found:
        assert found["files"].tolist() == [f"1_{n}" for n in range(10)]
        assert found["labels"].tolist() == [f"class {n % 2}" for n in range(10)]
    for number in range(10):
        (tmp_path / f"{number}.png").write_bytes(picture(100 + number))
    codes = tasks.encode(tasks.Run(run), [tmp_path / f"{n}.png" for n in range(10)]).codes
    with np.load(tmp_path / "out" / "shard-01.npz") as found:
        assert np.allclose(found["codes"], codes, atol=1e-5)


def test_a_broken_member_is_listed_and_the_others_are_done(run, tars, tmp_path):
    done = tasks.work_on_shards(tasks.EncodeShards(run, tmp_path / "out"), [f"{tars}/shard-{{00..03}}.tar"])
    assert [skip.file for one in done.done for skip in one.skipped] == ["shard-02.tar/2.png"]
    with np.load(tmp_path / "out" / "shard-02.npz") as found:
        assert found["files"].tolist() == ["0", "1", "3"]
    assert "shard-02.tar/2.png,damaged" in (tmp_path / "out" / "shard-02.skipped.csv").read_text()


def test_done_shards_are_kept_and_parts_make_the_whole(run, tars, tmp_path):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    tasks.work_on_shards(tasks.EncodeShards(run, whole), [tars])
    for part in ("1/3", "3/3", "2/3"):
        tasks.work_on_shards(tasks.EncodeShards(run, parts), [tars], part=part)
    assert digests(parts) == digests(whole)
    before = (whole / "shard-00.npz").stat().st_mtime_ns
    again = tasks.work_on_shards(tasks.EncodeShards(run, whole), [tars])
    assert (again.present, len(again.done)) == (4, 0)
    assert (whole / "shard-00.npz").stat().st_mtime_ns == before


def test_restored_shards_are_tars_under_the_same_keys(run, tars, tmp_path):
    tasks.work_on_shards(tasks.RestoreShards(run, tmp_path / "out"), [tars / "shard-01.tar"])
    with tarfile.open(tmp_path / "out" / "shard-01.tar") as archive:
        names = archive.getnames()
    assert names == [f"1_{n}{ending}" for n in range(10) for ending in (".png", ".cls")]


def test_a_shard_that_cannot_be_read_does_not_stop_the_others(run, tars, tmp_path):
    (tars / "shard-00.tar").write_bytes(b"no tar" * 200)
    with pytest.raises(DataError, match=r"1 of 4 shards could not be worked on, the others are done: shard-00\.tar"):
        tasks.work_on_shards(tasks.EncodeShards(run, tmp_path / "out"), [tars])
    assert (tmp_path / "out" / "shard-03.npz").exists()


def test_a_folder_of_other_results_is_refused(run, tars, tmp_path):
    tasks.work_on_shards(tasks.EncodeShards(run, tmp_path / "out"), [tars], part="1/4")
    with pytest.raises(ArgumentError, match="another run or of other options"):
        tasks.work_on_shards(tasks.EncodeShards(run, tmp_path / "out", options={"std": True}), [tars])


def test_results_never_replace_shards(run, tars):
    with pytest.raises(ArgumentError, match="would be overwritten"):
        tasks.work_on_shards(tasks.RestoreShards(run, tars), [tars])


def test_a_file_in_the_place_of_the_folder_is_refused(run, tars, tmp_path):
    (tmp_path / "out").touch()
    with pytest.raises(ArgumentError, match="is a file: give a folder"):
        tasks.work_on_shards(tasks.EncodeShards(run, tmp_path / "out"), [tars])


@pytest.mark.parametrize("part", ["0/3", "4/3", "3", "a/b"])
def test_parts_without_a_meaning_are_refused(part):
    with pytest.raises(ArgumentError, match="such as 3/16"):
        part_of([Path("a")], part)


def test_missing_shards_are_said(tars):
    with pytest.raises(ArgumentError, match="there is no shard"):
        list_shards([f"{tars}/shard-{{00..09}}.tar"])


def start(run, tars, out, processes=2):
    code = (
        "from pathlib import Path; from autoencode import tasks\n"
        "if __name__ == '__main__':\n"
        f"    tasks.work_on_shards(tasks.EncodeShards(Path({str(run)!r}), Path({str(out)!r})), [{str(tars)!r}], "
        f"processes={processes})\n"
    )
    script = out.with_suffix(".py")
    script.write_text(code)
    return subprocess.Popen([sys.executable, str(script)], start_new_session=True, stderr=subprocess.DEVNULL)


def alive(group):
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.slow
def test_a_pool_that_is_killed_half_way_and_run_again_gives_the_bytes_of_one_worker(run, tmp_path):
    tars = write_shards(tmp_path / "many", shards=12, pictures=60)
    one = tmp_path / "one"
    tasks.work_on_shards(tasks.EncodeShards(run, one), [tars])
    for how in (signal.SIGKILL, signal.SIGINT):
        out = tmp_path / how.name
        process = start(run, tars, out)
        deadline = time.monotonic() + 300
        while not list(out.glob("*.npz")) and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.02)
        os.kill(process.pid, how)
        process.wait()
        while alive(process.pid) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not alive(process.pid)
        for name, digest in digests(out).items():
            if not name.startswith("."):
                assert digest == digests(one)[name]
        assert start(run, tars, out).wait() == 0
        assert digests(out) == digests(one)


def test_ray_is_named_where_it_is_missing(run, tars, tmp_path, monkeypatch):
    monkeypatch.setattr("autoencode.tasks.shards.ray_pool.find_spec", lambda name: None)
    with pytest.raises(CapabilityError, match=r"pip install 'autoencode\[ray\]'"):
        tasks.work_on_shards(tasks.EncodeShards(run, tmp_path / "out"), [tars], ray="local")


@pytest.mark.slow
@pytest.mark.skipif(find_spec("ray") is None, reason="Ray is an extra")
@pytest.mark.filterwarnings("default")  # those of Ray itself
def test_ray_gives_the_bytes_of_one_worker(run, tars, tmp_path):
    tasks.work_on_shards(tasks.EncodeShards(run, tmp_path / "one"), [tars])
    done = tasks.work_on_shards(tasks.EncodeShards(run, tmp_path / "ray"), [tars], ray="local")
    assert digests(tmp_path / "ray") == digests(tmp_path / "one")
    assert [one.shard.name for one in done.done] == [f"shard-{n:02d}.tar" for n in range(4)]


@pytest.mark.slow
@pytest.mark.skipif(find_spec("ray") is None, reason="Ray is an extra")
@pytest.mark.filterwarnings("default")  # those of Ray itself
def test_an_address_without_a_cluster_is_one_line(run, tars, tmp_path):
    with pytest.raises(RunError, match=r"no Ray cluster at 127\.0\.0\.1:1"):
        tasks.work_on_shards(tasks.EncodeShards(run, tmp_path / "out"), [tars], ray="127.0.0.1:1")
