"""What processes know of the machine and of each other."""

import os
from pathlib import Path

import pytest

from climbpose.processes import cores, free_memory, threads, threads_each


def test_threads_are_those_that_were_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLIMBPOSE_THREADS", raising=False)
    assert threads() == cores() >= 1
    with threads_each(3):
        assert threads() == 3
        assert os.environ["OMP_NUM_THREADS"] == "3"
    assert threads() == cores()
    for nonsense in ("", "0", "-1", "many"):
        monkeypatch.setenv("CLIMBPOSE_THREADS", nonsense)
        assert threads() == cores()


def test_threads_of_a_block_are_forgotten_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    with pytest.raises(KeyError), threads_each(1):
        raise KeyError
    assert os.environ["OMP_NUM_THREADS"] == "7"
    assert "MKL_NUM_THREADS" not in os.environ


@pytest.mark.skipif(not Path("/proc/meminfo").exists(), reason="Linux tells it so")
def test_free_memory() -> None:
    memory = free_memory()
    assert memory is not None
    assert 0 < memory < os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def test_system_that_does_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(*_: object, **__: object) -> str:
        raise FileNotFoundError

    monkeypatch.setattr(Path, "read_text", absent)
    assert free_memory() is None
