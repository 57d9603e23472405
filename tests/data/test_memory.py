from types import SimpleNamespace

import numpy as np
import pytest

from autoencode.data import memory
from autoencode.errors import DataError


def test_more_than_four_fifths_of_the_memory_is_refused(monkeypatch):
    monkeypatch.setattr(memory, "physical_memory", lambda: 10 * 2**30)
    memory.check_fits(8 * 2**30, "it")
    with pytest.raises(
        DataError, match=r"it needs 9.0 GiB and this machine has 10.0 GiB of memory; use fewer or smaller"
    ):
        memory.check_fits(9 * 2**30, "it")


def test_a_system_that_does_not_report_its_memory_is_trusted(monkeypatch):
    def sysconf(name):
        raise ValueError

    monkeypatch.setattr(memory.os, "sysconf", sysconf)
    assert memory.physical_memory() is None
    memory.check_fits(2**60, "it")


def test_this_machine_has_memory():
    assert memory.physical_memory() > 2**28


def test_a_container_has_the_memory_that_it_is_allowed(monkeypatch):
    files = {"/proc/self/cgroup": "5:cpu:/a\n4:memory:/a\n0::/b\n"}
    monkeypatch.setattr(memory, "_text", lambda path: files.get(str(path), ""))
    machine = memory.physical_memory()
    files["/sys/fs/cgroup/memory/a/memory.limit_in_bytes"] = "9223372036854771712\n"
    assert memory.physical_memory() == machine
    files["/sys/fs/cgroup/b/memory.max"] = "max\n"
    assert memory.physical_memory() == machine
    files["/sys/fs/cgroup/memory.max"] = "268435456\n"
    assert memory.physical_memory() == 2**28
    files["/sys/fs/cgroup/memory/a/memory.limit_in_bytes"] = "1024\n"
    assert memory.physical_memory() == 1024


def test_large_arrays_are_in_a_file_that_vanishes(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(memory, "physical_memory", lambda: 4_000)
    assert not isinstance(memory.allocate((250, 4), "u1", "it"), np.memmap)
    large = memory.allocate((251, 4), "u1", "it")
    assert isinstance(large, np.memmap)
    large[:] = 7
    assert large.sum() == 7 * 1_004
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    monkeypatch.setattr(memory.shutil, "disk_usage", lambda _: SimpleNamespace(free=1_000))
    with pytest.raises(DataError, match=r"it needs 0.0 GiB, more than memory has room for, and .*mapped has 0.0 GiB"):
        memory.allocate((251, 4), "u1", "it")
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(DataError, match=r"it needs a temporary file, and .* cannot be used: "):
        memory.allocate((251, 4), "u1", "it")
