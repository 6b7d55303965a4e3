"""What processes know of the machine and of each other."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from time import sleep

import pytest

from climbpose.processes import cores, free_memory, signals_held_back, threads, threads_each

on_posix = pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")


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


@on_posix
def test_signal_that_another_thread_takes_is_held_back_too() -> None:
    end, did = threading.Event(), list[str]()
    # Begun before the block, so that its thread holds nothing back.
    other = threading.Thread(target=end.wait)
    other.start()
    before = signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(KeyboardInterrupt), signals_held_back("SIGINT", "SIGHUP"):
            os.kill(os.getpid(), signal.SIGINT)
            sleep(0.05)
            did.append("all of it")
    finally:
        end.set()
        other.join()
    assert did == ["all of it"]
    assert signal.getsignal(signal.SIGINT) == before
    assert not signal.pthread_sigmask(signal.SIG_BLOCK, [])


@on_posix
def test_signal_takes_effect_after_the_block_and_not_in_processes_begun_in_it() -> None:
    did = list[str]()
    with pytest.raises(KeyboardInterrupt), signals_held_back("SIGINT"):
        code = "import os, signal; os.kill(os.getpid(), signal.SIGINT); print('lives')"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        signal.raise_signal(signal.SIGINT)
        did.append(done.stdout)
    assert did == ["lives\n"]


@on_posix
def test_ignored_signals_stay_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with signals_held_back("SIGINT"):
            os.kill(os.getpid(), signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
