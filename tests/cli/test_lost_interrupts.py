"""Ctrl-C is never lost, and never comes twice."""

import os
import signal
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from time import sleep

import pytest

from climbpose.cli import interrupts

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")

LONG_S = 5 * interrupts._AGAIN_S
STOPS = [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, SystemExit)]


@pytest.fixture(autouse=True)
def heeded(monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """This process ends as the command does."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    interrupts.heed()
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


class Careless:
    """Asks this process to end, where Python doesn't let that pass."""

    def __init__(self, stop: signal.Signals) -> None:
        self.stop = stop

    def __del__(self) -> None:
        signal.raise_signal(self.stop)


@pytest.mark.parametrize(("stop", "error"), STOPS)
def test_what_is_swallowed_comes_again(stop: signal.Signals, error: type[BaseException]) -> None:
    with pytest.raises(error), interrupts.insisted():
        with suppress(BaseException):
            signal.raise_signal(stop)
        sleep(LONG_S)
        pytest.fail("was lost")


@pytest.mark.parametrize(("stop", "error"), STOPS)
def test_what_a_finalizer_swallows_comes_again_and_nothing_is_said(
    stop: signal.Signals, error: type[BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(error), interrupts.insisted():
        Careless(stop)
        sleep(LONG_S)
        pytest.fail("was lost")
    assert capsys.readouterr().err == ""


def test_other_errors_of_finalizers_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    class Faulty:
        def __del__(self) -> None:
            raise ValueError("of a bug")

    Faulty()
    assert "of a bug" in capsys.readouterr().err


@contextmanager
def tidied(did: list[str]) -> Generator[None]:
    """Takes its time to leave nothing behind."""
    try:
        yield
    finally:
        sleep(LONG_S)
        did.append("tidied up")


def made_anew(number: signal.Signals) -> None:
    """Ends as Ray does: with an error of its own."""
    try:
        signal.raise_signal(number)
    except KeyboardInterrupt:
        ends: type[BaseException] = KeyboardInterrupt
    except SystemExit:
        ends = SystemExit
    raise ends


@pytest.mark.parametrize(("stop", "error"), STOPS)
@pytest.mark.parametrize("ask", [signal.raise_signal, made_anew])
def test_tidying_up_is_not_disturbed(
    ask: Callable[[signal.Signals], None], stop: signal.Signals, error: type[BaseException]
) -> None:
    did = list[str]()
    with pytest.raises(error), interrupts.insisted(), tidied(did):
        ask(stop)
    assert did == ["tidied up"]


def test_generator_that_ends_with_its_frame_is_not_disturbed() -> None:
    did = list[str]()

    def frames() -> Generator[int]:
        with tidied(did):
            yield 1
            yield 2

    def consume() -> None:
        for _ in frames():
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt), interrupts.insisted():
        consume()
    assert did == ["tidied up"]


def test_nothing_comes_after_the_block() -> None:
    with interrupts.insisted():
        Careless(signal.SIGINT)
    sleep(LONG_S)


def test_ignored_signals_stay_ignored() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    interrupts.heed()
    assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
