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
